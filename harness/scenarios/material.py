"""Blind data: what documents are about, their numbers and attachments, all from the seed of the run."""

import hashlib
import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from harness.catalogue.parameters import Identifiers
from harness.crypto.pdfmaking import signed_pdf
from harness.crypto.testpki import Pki
from harness.edxml.attachments import pack
from harness.edxml.identifiers import document_id, organ_form
from harness.edxml.layout import OPERATOR, Layout
from harness.edxml.model import (
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    PromulgationInfo,
    SignerInfo,
    TraceHeader,
)
from harness.edxml.packages import write_package
from harness.journal.recording import VIETNAM
from harness.judge.expectations.operating import RECALL
from harness.resources import folder

_DATE = "%Y/%m/%d"
_TIMESTAMP = "%Y/%m/%d %H:%M:%S"
# Signing takes a tenth of a second; a few signed files serve all documents of a run.
_SIGNED = 3
# Numbers of a lane: a prime, so that any step but 0 meets each of them once before it comes round.
_LANE = 10_007
_LEAST = 100


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency that the harness plays; `code102` is its id in the other form, `parent` the agency above it."""

    organ_id: str
    organ_name: str
    code102: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file as a clerk attaches it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Digest in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the harness sends to the candidate.

    Attributes:
        package: its content.
        sender: the peer that sends it.
        files: its attachments before packing.
        content: the package's bytes.
    """

    package: DocumentPackage
    sender: Peer
    files: tuple[File, ...]
    content: bytes

    @property
    def id(self) -> str:
        """Its DocumentId."""
        return self.package.document_id

    @property
    def code(self) -> str:
        """Number and notation, as ResponseFor/Code names them."""
        return f"{self.package.code.code_number}/{self.package.code.code_notation}"

    @property
    def recalls(self) -> str | None:
        """DocumentId of the document that this one recalls, if it is a recall."""
        business = self.package.bussiness
        recalling = business is not None and business.doc_type == RECALL and self.package.response_for
        return self.package.response_for[0].document_id if recalling else None

    @property
    def facts(self) -> dict[str, Any]:
        """What is recorded of it, besides its bytes, when it is delivered."""
        return {
            "document_id": self.id,
            "subject": self.package.subject,
            "sender": self.sender.organ_id,
            "recalls": self.recalls,
            "code": self.code,
            "promulgation_date": self.package.promulgation_info.promulgation_date,
            "files": [{"name": file.name, "sha256": file.sha256, "size": len(file.content)} for file in self.files],
        }


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document that the candidate is asked to send; `arguments` are those of the driver command `send`."""

    document_id: str
    subject: str
    receivers: tuple[str, ...]
    files: tuple[File, ...]
    arguments: Mapping[str, Any]


_UNDERSTUDY = "understudy"


@cache
def peers() -> Mapping[str, Peer]:
    """Return the agencies that the harness plays, by role, as they are where both forms of identifiers count."""
    everybody: dict[str, Peer] = msgspec.convert(_data("peers.yaml"), dict[str, Peer])
    return {role: peer for role, peer in everybody.items() if role != _UNDERSTUDY}


def peers_of(identifiers: Identifiers, candidate: str) -> Mapping[str, Peer]:
    """Return the agencies that the harness plays in a run.

    Args:
        identifiers: the profile's forms; where an agency's own is not among them, its other one is taken.
        candidate: OrganId of the candidate; an agency that it is itself is played by another.
    """
    understudy: Peer = msgspec.convert(_data("peers.yaml")[_UNDERSTUDY], Peer)
    played = {
        role: understudy if candidate in {peer.organ_id, peer.code102} else peer for role, peer in peers().items()
    }
    return {role: _allowed(peer, identifiers) for role, peer in played.items()}


def _allowed(peer: Peer, identifiers: Identifiers) -> Peer:
    if organ_form(peer.organ_id, identifiers) is not None:
        return peer
    return msgspec.structs.replace(peer, organ_id=peer.code102, code102="")


@cache
def _data(name: str) -> Any:
    path: Path = folder("fixtures") / "exchange" / name
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=yaml.CSafeLoader)


class Chance(random.Random):
    """A source of choices of its own for `key`; it also knows which numbers are its own."""

    def __init__(self, seed: str, key: str) -> None:
        super().__init__(f"{seed}/{key}")
        self.key = key


class Material:
    """Makes documents; two never share a number in one run, and equal seeds make equal documents.

    Numbers come in lanes, one for each scenario, so that those of one do not depend on when another takes its own.
    """

    def __init__(self, seed: int, pki: Pki, agency_name: str, *, lanes: Sequence[str] = (), numbering: int = 0) -> None:
        """Be ready to make documents.

        Args:
            seed: of all choices.
            pki: signs the candidate's own documents.
            agency_name: in whose name they are signed.
            lanes: keys of `choice` that are used side by side; all others share one lane more.
            numbering: of the numbers alone: another one gives equal documents other numbers.
        """
        shuffled = random.Random(f"{seed}/{numbering}")  # noqa: S311 - not for secrecy
        order = shuffled.sample(range(len(lanes) + 1), len(lanes) + 1)
        self._lanes = dict(zip((*lanes, ""), order, strict=True))
        self._steps = [(shuffled.randrange(1, _LANE), shuffled.randrange(_LANE)) for _ in order]
        self._given = [0] * len(order)
        self._seed = seed
        self._pki = pki
        self._agency_name = agency_name
        self._signed: list[bytes] = []

    def number(self, chance: Chance) -> str:
        """Return a document number that was not given out before in this run.

        Raises:
            IndexError: the lane of `chance` has no more.
        """
        lane = self._lanes.get(chance.key, self._lanes[""])
        given = self._given[lane]
        if given >= _LANE:
            raise IndexError(chance.key)
        self._given[lane] += 1
        factor, start = self._steps[lane]
        return str(_LEAST + lane * _LANE + (factor * given + start) % _LANE)

    def choice(self, key: str) -> Chance:
        """Return a source of choices of its own for `key`, so that concurrent scenarios do not disturb one another."""
        return Chance(str(self._seed), key)

    def subject(self, chance: random.Random) -> str:
        """Return a subject line in Vietnamese."""
        words = _data("words.yaml")
        return f"{chance.choice(words['openings'])} {chance.choice(words['subjects'])} ({chance.randrange(10**6)})"

    def notation(self, chance: random.Random) -> str:
        """Return the second part of a document's code."""
        return str(chance.choice(_data("words.yaml")["notations"]))

    def signer(self, chance: random.Random) -> str:
        """Return a signer's name."""
        return str(chance.choice(_data("words.yaml")["signers"]))

    def pdf(self, chance: random.Random, size: int = 2_000) -> bytes:
        """Return a PDF of about `size` bytes whose content nobody can guess."""
        return plain_pdf(chance.randbytes(max(size - 600, 16)))

    def signed_pdf(self, chance: random.Random) -> bytes:
        """Return a PDF signed by an official of the candidate's agency and sealed by it; one of a few made per run."""
        if len(self._signed) < _SIGNED:
            self._signed.append(
                signed_pdf(
                    self._pki.person(self.signer(chance), self._agency_name),
                    self._pki.agency(self._agency_name),
                    at=datetime.now(VIETNAM),
                    tsa=self._pki.identity("tsa"),
                    lines=(chance.randbytes(16).hex(),),
                )
            )
        return chance.choice(self._signed)

    def file(self, chance: random.Random, kind: str) -> File:
        """Return a small file of a kind, with the beginning that programs know it by; see `file_content`."""
        return File(f"Phụ lục {chance.randrange(1000)}.{kind}", file_content(kind, chance.randbytes(1_000)))

    def document(
        self,
        chance: Chance,
        sender: Peer,
        to: Organization,
        files: tuple[File, ...],
        layout: Layout = OPERATOR,
        **changes: Any,
    ) -> Document:
        """Return a good new document from `sender`, written in `layout`; `changes` are members of the package."""
        now = datetime.now(VIETNAM)
        number, notation, date = self.number(chance), self.notation(chance), now.strftime(_DATE)
        package = DocumentPackage(
            from_=Organization(organ_id=sender.organ_id, organ_name=sender.organ_name),
            to=(to,),
            code=Code(number, notation),
            promulgation_info=PromulgationInfo("Hà Nội", date),
            document_type=DocumentType("2", "Công văn", type_detail="18"),
            subject=self.subject(chance),
            content=self.subject(chance),
            signer_info=SignerInfo(self.signer(chance), competence="KT.", position="Phó Chánh Văn phòng"),
            other_info=OtherInfo(priority="0"),
            document_id=document_id(sender.organ_id, date, number, notation),
            trace_headers=(TraceHeader(sender.organ_id, now.strftime(_TIMESTAMP)),),
            attachments=tuple(
                pack(file.name, file.content, content_id=f"cid:{chance.randrange(10**9)}") for file in files
            ),
        )
        package = replace(package, **changes)
        return Document(package, sender, files, write_package(package, layout))


def file_content(kind: str, ballast: bytes) -> bytes:
    """Return a small file of a kind: what its beginning must be, and `ballast` that nobody can guess.

    Raises:
        KeyError: a kind that is not known here.
    """
    if kind == "pdf":
        return plain_pdf(ballast)
    if kind in _ZIPPED:
        return _zipped({**_ZIPPED[kind], "du-lieu.bin": ballast})
    return _BEGINNINGS[kind] + ballast


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return content.getvalue()


_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_ZIPPED: Mapping[str, Mapping[str, bytes]] = {
    "zip": {},
    "docx": {"[Content_Types].xml": _TYPES, "word/document.xml": b"<document/>"},
    "xlsx": {"[Content_Types].xml": _TYPES, "xl/workbook.xml": b"<workbook/>"},
    "pptx": {"[Content_Types].xml": _TYPES, "ppt/presentation.xml": b"<presentation/>"},
}
_BEGINNINGS: Mapping[str, bytes] = {
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "png": b"\x89PNG\r\n\x1a\n",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "txt": b"Ghi ch\xc3\xba\r\n",
}


def plain_pdf(ballast: bytes) -> bytes:
    """Return a small valid PDF of one empty page that carries `ballast` in a stream of its own."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R >>",
        b"<< /Length 0 >>\nstream\n\nendstream",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(ballast), ballast),
    )
    content = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(content)
