"""ARC-23, 24, 26: the tree of a package, what its METS says of itself, and the links in it."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from harness.catalogue.findings import Where, clipped
from harness.records.archive.archive_view import EAD, METS, ArchiveView, found_in, targets_of
from harness.records.layouts.xml_table import line_of, local
from harness.records.registry import archive_rule
from harness.rules.registry import Outcome

_REPRESENTATION = re.compile(r"rep\d+", re.IGNORECASE)
_PACKAGE_TYPE = "OAISPACKAGETYPE"
_CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
_SUBMISSION = "SIP"
_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}T.*(?P<zone>Z|[+-]\d{2}:\d{2})?$")
_VIETNAM = "+07:00"
_REFERENCES = ("DMDID", "ADMID", "FILEID")


@archive_rule("ARC-23", codes=("missing", "representation", "unreadable", "other-case", "no-schemas"))
def tree_is_there(package: ArchiveView) -> Iterator[Outcome]:
    """METS.xml, EAD.xml, a representation with METS.xml, EAD_doc files and data; all XML of these can be read."""
    label = Where(xpath=package.holding.label)
    needed = [METS, EAD, *(f"representations/{one}/{METS}" for one in package.representations)]
    for name in needed:
        file = package.file(name)
        if file is None:
            yield found_in("ARC-23.missing", label, expected=name)
        elif file.name != name:
            yield found_in("ARC-23.other-case", Where(xpath=clipped(file.name)), expected=name, received=file.name)
    if not package.representations:
        yield found_in("ARC-23.missing", label, expected="representations/rep1/")
    elif not any(map(_REPRESENTATION.fullmatch, package.representations)):
        yield found_in("ARC-23.representation", label, expected="rep1", received=", ".join(package.representations))
    else:
        yield from _inside(package, label)
    for name, (detail, line) in sorted(_refused(package).items()):
        yield found_in("ARC-23.unreadable", Where(xpath=clipped(name), line=line), received=detail)
    if not any(name.lower().startswith("schemas/") for name in package.holding.files):
        yield found_in("ARC-23.no-schemas", label, expected="schemas/")


def _inside(package: ArchiveView, label: Where) -> Iterator[Outcome]:
    if not package.documents and not package.refused:
        yield found_in("ARC-23.missing", label, expected="representations/rep1/metadata/descriptive/EAD_doc_*.xml")
    if not package.data_files:
        yield found_in("ARC-23.missing", label, expected="representations/rep1/data/*")


def _refused(package: ArchiveView) -> dict[str, tuple[str, int | None]]:
    _ = package.mets, package.dossier, package.documents
    return package.refused


def _has_mets(package: ArchiveView) -> bool:
    return METS in package.mets


@archive_rule("ARC-24", codes=("no-type", "other-type", "no-objid", "folder-name", "zone"), asks=_has_mets)
def package_says_what_it_is(package: ArchiveView) -> Iterator[Outcome]:
    """The root METS says that it is a SIP, by an attribute, and has an OBJID."""
    root = package.mets[METS]
    header = next((one for one in root.iter() if local(one) == "metsHdr"), None)
    where = Where(xpath=f"{METS}: metsHdr", line=line_of(header) if header is not None else line_of(root))
    said = None if header is None else header.get(f"{{{_CSIP}}}{_PACKAGE_TYPE}")
    if said is None:
        expected = f"csip:{_PACKAGE_TYPE}={_SUBMISSION}"
        yield found_in("ARC-24.no-type", where, expected=expected, received=_elsewhere(root))
    elif said.strip() != _SUBMISSION:
        yield found_in("ARC-24.other-type", where, expected=_SUBMISSION, received=said)
    own = root.get("OBJID", "").strip()
    if not own:
        yield found_in("ARC-24.no-objid", Where(xpath=METS, line=line_of(root)), expected="OBJID")
    elif package.holding.folder and package.holding.folder.replace("_", ":") != own.replace("_", ":"):
        where = Where(xpath=METS, line=line_of(root))
        yield found_in("ARC-24.folder-name", where, expected=own, received=package.holding.folder)
    yield from _times(package)


def _elsewhere(root: etree._Element) -> str:
    """Return how the type is written where it is not the attribute that it must be."""
    for element in root.iter():
        if local(element) == _PACKAGE_TYPE:
            return f"<{_PACKAGE_TYPE}>{(element.text or '')[:40]}"
        for name, value in element.attrib.items():
            if str(name).endswith(_PACKAGE_TYPE):
                return f"{name!s}={value!s}"
    return ""


def _times(package: ArchiveView) -> Iterator[Outcome]:
    """Yield one time of another zone for each METS: all of them are written by one program."""
    for name, root in package.mets.items():
        for element in root.iter():
            for attribute in ("CREATED", "CREATEDATE", "LASTMODDATE"):
                text = element.get(attribute, "") if isinstance(element.tag, str) else ""
                if text and _ZONE.match(text) and not text.endswith(_VIETNAM):
                    where = Where(xpath=f"{name}: {attribute}", line=line_of(element))
                    yield found_in("ARC-24.zone", where, expected=_VIETNAM, received=text)
                    break
            else:
                continue
            break


def _has_links(package: ArchiveView) -> bool:
    return bool(package.mets)


@archive_rule("ARC-26", codes=("id-twice", "unresolved", "shared-file", "no-file", "several-files"), asks=_has_links)
def links_are_one_to_one(package: ArchiveView) -> Iterator[Outcome]:
    """Ids occur once, references have a target, a document's description leads to its own file."""
    for name, root in package.mets.items():
        ids = Counter(element.get("ID", "") for element in root.iter() if isinstance(element.tag, str))
        ids.pop("", None)
        for one, count in ids.items():
            if count > 1:
                yield found_in("ARC-26.id-twice", Where(xpath=f"{name}: ID"), received=one)
        for element in root.iter():
            for attribute in _REFERENCES:
                for one in (element.get(attribute, "") if isinstance(element.tag, str) else "").split():
                    if one not in ids:
                        where = Where(xpath=f"{name}: {local(element)}/@{attribute}", line=line_of(element))
                        yield found_in("ARC-26.unresolved", where, received=one)
        if name != METS:
            yield from _divisions(name, root)


def _divisions(name: str, root: etree._Element) -> Iterator[Outcome]:
    """Look at the links between descriptions and files in the METS of a representation."""
    files: dict[str, str] = {}
    described: dict[str, int] = {
        element.get("ID", ""): 0 for element in root.iter() if local(element) == "dmdSec" and element.get("ID")
    }
    for element in root.iter():
        own = element.get("DMDID", "").split() if isinstance(element.tag, str) else []
        targets = targets_of(element)
        for one in own:
            described[one] = described.get(one, 0) + len(targets)
        for target in targets if own else ():
            before = files.setdefault(target, own[0])
            if before != own[0]:
                where = Where(xpath=f"{name}: {local(element)}", line=line_of(element))
                yield found_in("ARC-26.shared-file", where, expected=before, received=own[0], file=target)
    for one, count in described.items():
        where = Where(xpath=f"{name}: dmdSec[{clipped(one, 60)}]")
        if count == 0:
            yield found_in("ARC-26.no-file", where, received=one)
        elif count > 1:
            yield found_in("ARC-26.several-files", where, expected="1", received=str(count))
