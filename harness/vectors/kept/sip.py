"""A good archival package, made of its parts, so that a vector may change any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

from harness.vectors.kept.base import received, sent, workday
from harness.vectors.kept.registry import MadeExport
from harness.vectors.packages.base import DocumentIdentity, document, package

_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
_METS = f'xmlns="http://www.loc.gov/METS/" {_XLINK} xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS"'
REP = "representations/rep1"
CODE = "H41.{year}.01.VP"


@dataclass(frozen=True, slots=True)
class SipDocument:
    """One document of a package: the fields of its EAD_doc, and its files by name."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class SipCase:
    """An archival package in the making.

    Attributes:
        day: on which its documents were issued.
        dossier: fields of EAD.xml.
        documents: in order.
        packages: exchanged, by name.
        header: attributes of metsHdr.
        root: attributes of the root of METS.
        inside: what is in metsHdr.
        edits: text replaced in files, by path: pairs of old and new.
        besides: further files.
        dropped: files left out.
        inner: text replaced in the METS of the representation before the root's METS lists it: pairs of old and new.
        moved: renamed path prefixes: old and new.
    """

    day: date
    dossier: Mapping[str, str]
    documents: tuple[SipDocument, ...]
    packages: Mapping[str, bytes]
    header: str = 'csip:OAISPACKAGETYPE="SIP" RECORDSTATUS="NEW" CREATEDATE="2026-11-30T08:00:00+07:00"'
    inside: str = ""
    root: str = 'OBJID="uuid-5e1d4d35-9d0a-4a52-a9a4-0d2f4f4b8f10"'
    edits: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    besides: Mapping[str, bytes] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    inner: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, str] = ("", "")

    def stating(self, **fields: str | None) -> "SipCase":
        """Return it with fields of EAD.xml changed, or by None taken away."""
        return replace(self, dossier=_merged(self.dossier, fields))

    def saying(self, place: int = 0, **fields: str | None) -> "SipCase":
        """Return it with fields of one EAD_doc changed, or by None taken away."""
        changed = replace(self.documents[place], fields=_merged(self.documents[place].fields, fields))
        return replace(self, documents=(*self.documents[:place], changed, *self.documents[place + 1 :]))

    def holding(self, place: int, **files: bytes) -> "SipCase":
        """Return it with other files of one document."""
        named = {name.replace("__", "."): content for name, content in files.items()}
        changed = replace(self.documents[place], files=named)
        return replace(self, documents=(*self.documents[:place], changed, *self.documents[place + 1 :]))

    def edited(self, path: str, old: str, new: str) -> "SipCase":
        """Return it with a text of one file replaced once the package is made."""
        return replace(self, edits={**self.edits, path: (*self.edits.get(path, ()), (old, new))})

    def made(self) -> MadeExport:
        """Return the package as files."""
        files = {
            **_representation(self),
            "metadata/descriptive/EAD.xml": _ead(self.dossier),
            "schemas/mets.xsd": b"<x/>",
        }
        files["METS.xml"] = _root(self, files)
        files |= {path: replaced(files[path], pairs) for path, pairs in self.edits.items()}
        files = {**files, **self.besides}
        old, new = self.moved
        kept = {
            f"{new}{path.removeprefix(old)}" if old and path.startswith(old) else path: data
            for path, data in files.items()
        }
        kept = {path: data for path, data in kept.items() if path not in self.dropped}
        return MadeExport(kept, {f"{name}.edxml": data for name, data in self.packages.items()})


def sip(at: datetime) -> SipCase:
    """Return a good package of two documents, one received and one sent."""
    day = workday(at.date().replace(day=1))
    code = CODE.format(year=day.year)
    dossier = {
        "fileCode": code, "title": "Kết nối, liên thông văn bản", "maintenance": "05", "mode": "01", "language": "01",
        "startDate": f"{day:%d/%m/%Y}", "endDate": f"{day:%d/%m/%Y}", "totalDoc": "2", "numberOfPage": "2",
        "format": "01", "confidenceLevel": "01",
    }  # fmt: skip
    identities = (received(day), sent(day))
    documents = tuple(_document(identity, f"{code}.{number:07d}") for number, identity in enumerate(identities, 1))
    packages = {"received": document(identities[0]).written(), "sent": document(identities[1]).written()}
    return SipCase(day, dossier, documents, packages)


def _document(identity: DocumentIdentity, code: str) -> SipDocument:
    said = package(identity)
    number = code.rpartition(".")[2]
    fields = {
        "docId": number, "docCode": code, "maintenance": "05", "typeName": "22", "codeNumber": identity.number,
        "codeNotation": identity.notation, "issuedDate": f"{identity.day:%d/%m/%Y}", "organName": identity.sender[1],
        "subject": said.subject, "language": "01", "numberOfPage": "1", "mode": "01", "confidenceLevel": "01",
        "format": "01",
    }  # fmt: skip
    return SipDocument(
        fields, {f"{number}.{name.rpartition('.')[2]}": data for name, data in identity.particulars.files}
    )


def _merged(fields: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**fields, **changes}
    return {name: text for name, text in merged.items() if text is not None}


def _ead(fields: Mapping[str, str]) -> bytes:
    lines = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<simpledc>\n{lines}</simpledc>\n'.encode()


def _representation(case: SipCase) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    sections, listed, divisions = "", "", ""
    for place, one in enumerate(case.documents, 1):
        description = _ead(one.fields)
        path = f"metadata/descriptive/EAD_doc_{place:07d}.xml"
        files[f"{REP}/{path}"] = description
        sections += (
            f'<dmdSec ID="D{place}"><mdRef LOCTYPE="URL" MDTYPE="OTHER" {_named(path, description)}/></dmdSec>\n'
        )
        for number, (name, content) in enumerate(one.files.items(), 1):
            files[f"{REP}/data/{name}"] = content
            listed += _file(f"F{place}-{number}", f"data/{name}", content)
            # The first file is the document's; what is attached to it is in a division of its own.
            described = f' DMDID="D{place}"' if number == 1 else ""
            divisions += f'<div LABEL="{place}"{described}><fptr FILEID="F{place}-{number}"/></div>\n'
    whole = _mets(sections, listed, divisions, 'OBJID="rep1"', "", "")
    files[f"{REP}/METS.xml"] = replaced(whole, case.inner)
    return files


def replaced(content: bytes, pairs: tuple[tuple[str, str], ...]) -> bytes:
    """Return a text with others put in place of parts of it.

    Raises:
        ValueError: a part is not there.
    """
    text = content.decode()
    for old, new in pairs:
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new)
    return text.encode()


def _root(case: SipCase, files: Mapping[str, bytes]) -> bytes:
    ead = "metadata/descriptive/EAD.xml"
    sections = f'<dmdSec ID="D0"><mdRef LOCTYPE="URL" MDTYPE="OTHER" {_named(ead, files[ead])}/></dmdSec>\n'
    inner = f"{REP}/METS.xml"
    listed = _file("F0", inner, files[inner])
    divisions = f'<div LABEL="rep1"><mptr LOCTYPE="URL" xlink:href={quoteattr(inner)}/></div>\n'
    return _mets(sections, listed, divisions, case.root, case.header, case.inside)


def _named(path: str, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    return f'xlink:href={quoteattr(path)} SIZE="{len(content)}" CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256"'


def _file(name: str, path: str, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    said = f'SIZE="{len(content)}" CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256" CREATED="2026-11-30T08:00:00+07:00"'
    return f'<file ID="{name}" {said}><FLocat LOCTYPE="URL" xlink:href={quoteattr(path)}/></file>\n'


def _mets(sections: str, listed: str, divisions: str, root: str, header: str, inside: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<mets {_METS} {root}>\n'
        f"<metsHdr {header}>{inside}</metsHdr>\n{sections}"
        f"<fileSec><fileGrp>\n{listed}</fileGrp></fileSec>\n"
        f'<structMap LABEL="CSIP"><div LABEL="CSIP">\n{divisions}</div></structMap>\n</mets>\n'
    ).encode()
