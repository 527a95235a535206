"""An archival package under examination: its files, and what its METS and EAD files say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import unquote

from lxml import etree

from harness.catalogue.findings import Finding, Where, clipped
from harness.catalogue.parameters import Keeping
from harness.catalogue.profiles import Profile
from harness.edxml.reader import XmlRefused, parse_untrusted
from harness.records.exchanged import Exchanged, ExchangedDocument, possible_codes
from harness.records.holding import BROKEN, ExportFiles, HeldFile
from harness.records.layouts.xml_table import line_of, local, table_limits

METS = "METS.xml"
EAD = "metadata/descriptive/EAD.xml"
XLINK = "{http://www.w3.org/1999/xlink}href"
_REP = re.compile(r"representations/([^/]+)/", re.IGNORECASE)
_EAD_DOC = re.compile(r"representations/[^/]+/metadata/descriptive/EAD_doc[^/]*\.xml", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class MetsLink:
    """A file that a METS names.

    Attributes:
        mets: path of the METS.
        href: as written.
        path: within the package; None where it leads out of it.
        size, digest, algorithm: as written, "" where nothing is.
        line: in the METS.
        pointer: it leads to another METS, for which no digest can be given.
    """

    mets: str
    href: str
    path: str | None
    size: str
    digest: str
    algorithm: str
    line: int | None
    pointer: bool


@dataclass(frozen=True, slots=True)
class Described:
    """An EAD file: its path, and its texts by the name of the field."""

    path: str
    fields: Mapping[str, tuple[str, ...]]
    line: Mapping[str, int | None] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the first text of a field, "" where there is none."""
        return next((text.strip() for text in self.fields.get(name, ())), "")

    def where(self, name: str = "") -> Where:
        """Return the place of a field."""
        return Where(xpath=f"{clipped(self.path)}: {name}" if name else clipped(self.path), line=self.line.get(name))


@dataclass(frozen=True)
class ArchiveView:
    """An archival package.

    Attributes:
        holding: its files.
        profile: its parameters hold.
        at: time of judgement.
        exchanged: what it is compared with; None where nothing was given.
    """

    holding: ExportFiles
    profile: Profile
    at: datetime
    exchanged: Exchanged | None = None

    @property
    def keeping(self) -> Keeping:
        """The profile's parameters of what is kept."""
        return self.profile.parameters.keeping

    @cached_property
    def by_small_name(self) -> Mapping[str, str]:
        """The paths of files by their names in small letters: the case of names decides nothing."""
        return {name.lower(): name for name in self.holding.files}

    def file(self, path: str) -> HeldFile | None:
        """Return a file, whatever the case of its name; None where there is none."""
        own = path if path in self.holding.files else self.by_small_name.get(path.lower(), "")
        return self.holding.files.get(own)

    @cached_property
    def representations(self) -> tuple[str, ...]:
        """Names of the folders in `representations`."""
        found = (_REP.match(name) for name in self.holding.files)
        return tuple(dict.fromkeys(match[1] for match in found if match))

    @cached_property
    def refused(self) -> dict[str, tuple[str, int | None]]:
        """Why METS and EAD files could not be read, by path; complete once all were asked for."""
        return {}

    @cached_property
    def mets(self) -> Mapping[str, etree._Element]:
        """The METS files that can be read, by path: that of the root first."""
        names = [METS, *(f"representations/{one}/{METS}" for one in self.representations)]
        found = ((name, self._parsed(name)) for name in names)
        return {name: root for name, root in found if root is not None}

    @cached_property
    def dossier(self) -> Described | None:
        """EAD.xml of the root."""
        return self._described(EAD)

    @cached_property
    def documents(self) -> tuple[Described, ...]:
        """The EAD_doc files of all representations."""
        found = (self._described(name) for name in self.holding.files if _EAD_DOC.fullmatch(name))
        return tuple(one for one in found if one is not None)

    @cached_property
    def links(self) -> tuple[MetsLink, ...]:
        """All files that METS files name."""
        return tuple(link for name, root in self.mets.items() for link in _links(name, root))

    @cached_property
    def data_files(self) -> tuple[HeldFile, ...]:
        """The files below `data` of a representation."""
        return tuple(file for name, file in self.holding.files.items() if "/data/" in name.lower() and _REP.match(name))

    @cached_property
    def pairs(self) -> tuple[tuple[Described, ExchangedDocument], ...]:
        """The descriptions of documents that were exchanged, each with its document."""
        exchanged = self.exchanged
        if exchanged is None:
            return ()
        found = ((one, _exchanged(one, exchanged)) for one in self.documents)
        return tuple((one, document) for one, document in found if document is not None)

    def _parsed(self, name: str) -> etree._Element | None:
        file = self.file(name)
        if file is None:
            return None
        limits = table_limits(self.profile.parameters)
        try:
            return parse_untrusted(file.content(limits.package_bytes), limits).getroot()
        except XmlRefused as error:
            self.refused[file.name] = (f"{error.code} {error.detail}".strip(), error.line)
        except BROKEN as error:
            self.refused[file.name] = (clipped(str(error) or type(error).__name__), None)
        return None

    def _described(self, name: str) -> Described | None:
        root = self._parsed(name)
        if root is None:
            return None
        texts: dict[str, list[str]] = {}
        lines: dict[str, int | None] = {}
        for element in root.iter():
            if isinstance(element.tag, str) and len(element) == 0:
                texts.setdefault(local(element), []).append(element.text or "")
                lines.setdefault(local(element), line_of(element))
        own = self.file(name)
        return Described(own.name if own else name, {key: tuple(all_) for key, all_ in texts.items()}, lines)


def _links(name: str, root: etree._Element) -> Iterator[MetsLink]:
    base = name.rpartition("/")[0]
    for element in root.iter():
        href = element.get(XLINK) if isinstance(element.tag, str) else None
        if href is None or local(element) not in {"FLocat", "mdRef", "mptr"}:
            continue
        holder = element.getparent() if local(element) == "FLocat" else element
        said = holder if holder is not None else element
        attributes = (said.get("SIZE", ""), said.get("CHECKSUM", ""), said.get("CHECKSUMTYPE", ""))
        yield MetsLink(name, href, _within(base, href), *attributes, line_of(element), local(element) == "mptr")


def _within(base: str, href: str) -> str | None:
    """Return the path within the package that a link names, None for one that leads out of it."""
    plain = unquote(href).replace("\\", "/")
    if _ABSOLUTE.match(plain):
        return None
    parts: list[str] = []
    for part in f"{base}/{plain}".split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _exchanged(described: Described, exchanged: Exchanged) -> ExchangedDocument | None:
    """Return the document that a description is of: by its id where that is kept, else by number and notation."""
    known = exchanged.documents.get(described.text("docId"))
    if known is not None:
        return known
    codes = possible_codes(described.text("codeNumber"), described.text("codeNotation"))
    found = [one for code in codes for one in exchanged.written_as(code)]
    return found[0] if len(found) == 1 else None


def found_in(code: str, where: Where, *, expected: str = "", received: str = "", **parameters: str) -> Finding:
    """Return a finding about a package; its texts are made fit to be shown."""
    shown = {name: clipped(value) for name, value in parameters.items()}
    return Finding(code, where, clipped(expected), clipped(received), shown)


def targets_of(element: etree._Element) -> list[str]:
    """Return the ids of the files that an element of a METS leads to: a division by its pointers, a file by itself."""
    if local(element) == "file":
        return [element.get("ID", "")]
    return [child.get("FILEID", "") for child in element if local(child) == "fptr"]
