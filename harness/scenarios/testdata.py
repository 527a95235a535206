"""Blind data: what documents are about, their numbers and attachments, all from the seed of the run."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.parameters import Identifiers, Limits
from harness.crypto.pdf.signed_files import signed_pdf
from harness.crypto.testpki.pki import Pki
from harness.crypto.xml.sign import sign_package
from harness.edxml.identifiers import organ_form
from harness.edxml.layout import OPERATOR, Layout
from harness.edxml.model import DocumentPackage, Organization
from harness.edxml.packages import write_package
from harness.journal.events import DocumentStimulus, StimulusFile
from harness.journal.recorder import VIETNAM
from harness.resources import folder
from harness.scenarios.document_details import DetailChoices, WordLists
from harness.vectors.file_kinds import ballast, file_content, plain_pdf
from harness.vectors.packages.base import Contact, DocumentIdentity, package

# Signing a file takes long; a few signed files serve all documents of a run.
_SIGNED, _SIGNED_OF_OTHERS = 3, 2
# How many of the ordinary documents carry a signed file.
_SEALED = 0.12
_ANNEXES = ("xlsx", "docx", "txt", "jpg", "png", "zip", "pdf")
# How many numbers a lane has: a prime, so that any step but 0 reaches each of them once before the first comes again.
_LANE = 10_007
_LEAST = 100


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency that the harness plays; `code102` is its id in the other form, `parent` the agency above it."""

    organ_id: str
    organ_name: str
    code102: str = ""
    parent: str = ""
    organ_add: str = ""
    email: str = ""
    telephone: str = ""
    website: str = ""

    @property
    def contact(self) -> Contact:
        """How it can be reached."""
        return Contact(self.organ_add, self.email, self.telephone, "", self.website)


@dataclass(frozen=True, slots=True)
class SeededFile:
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
    files: tuple[SeededFile, ...]
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
        recalling = business is not None and business.doc_type == BusinessOperation.RECALL and self.package.response_for
        return self.package.response_for[0].document_id if recalling else None

    def stimulus(self, note: str, *, good: bool, receiver: str, blob: str) -> DocumentStimulus:
        """Return what is recorded of it when it is delivered; see there."""
        return DocumentStimulus(
            note=note,
            good=good,
            receiver=receiver,
            blob=blob,
            document_id=self.id,
            subject=self.package.subject,
            sender=self.sender.organ_id,
            recalls=self.recalls,
            code=self.code,
            promulgation_date=self.package.promulgation_info.promulgation_date,
            files=tuple(StimulusFile(file.name, file.sha256, len(file.content)) for file in self.files),
        )


@dataclass(frozen=True, slots=True)
class OutgoingDocument:
    """A document that the candidate is asked to send; `arguments` are those of the driver command `send`."""

    document_id: str
    subject: str
    receivers: tuple[str, ...]
    files: tuple[SeededFile, ...]
    arguments: Mapping[str, Any]


Addressee = Organization | Peer
_SUBSTITUTE = "substitute"


@cache
def peers() -> Mapping[str, Peer]:
    """Return the agencies that the harness plays, by role, with their ids for a profile that has both forms."""
    every: dict[str, Peer] = msgspec.convert(exchange_data("peers.yaml"), dict[str, Peer])
    return {role: peer for role, peer in every.items() if role != _SUBSTITUTE}


def peers_of(identifiers: Identifiers, candidate: str) -> Mapping[str, Peer]:
    """Return the agencies that the harness plays in a run.

    Args:
        identifiers: the profile's forms; where an agency's own is not among them, its other one is taken.
        candidate: OrganId of the candidate; if it is one of these agencies itself, a substitute takes its place.
    """
    substitute: Peer = msgspec.convert(exchange_data("peers.yaml")[_SUBSTITUTE], Peer)
    played = {
        role: substitute if candidate in {peer.organ_id, peer.code102} else peer for role, peer in peers().items()
    }
    return {role: allowed_peer(peer, identifiers) for role, peer in played.items()}


def allowed_peer(peer: Peer, identifiers: Identifiers) -> Peer:
    """Return a peer under an id of a form that the profile has."""
    if organ_form(peer.organ_id, identifiers) is not None:
        return peer
    return msgspec.structs.replace(peer, organ_id=peer.code102, code102="")


@cache
def _words() -> WordLists:
    return msgspec.convert(exchange_data("words.yaml"), WordLists)


@cache
def exchange_data(name: str) -> Any:
    """Return the content of a file of the material of exchanges."""
    path: Path = folder("fixtures") / "exchange" / name
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=yaml.CSafeLoader)


class Chance(random.Random):
    """A random source for one `key`; it also knows which document numbers it may use."""

    def __init__(self, seed: str, key: str) -> None:
        super().__init__(f"{seed}/{key}")
        self.key = key


def some_lines(chance: random.Random) -> tuple[str, ...]:
    """Return some lines of text for the page of a PDF that cannot be guessed."""
    return tuple(chance.randbytes(16).hex() for _ in range(chance.randrange(1, 40)))


class SeededData:
    """Makes documents; two never share a number in one run, and equal seeds make equal documents.

    Numbers come in lanes, one for each scenario, so that those of one do not depend on when another takes its own.
    """

    def __init__(
        self,
        seed: int,
        pki: Pki,
        agency_name: str,
        *,
        lanes: Sequence[str] = (),
        numbering: int = 0,
        others: Sequence[Peer] = (),
    ) -> None:
        """Prepare to make documents.

        Args:
            seed: of all choices.
            pki: signs documents, the candidate's own and those of others.
            agency_name: of the candidate.
            lanes: keys of `choice` that are used side by side; all others share one lane more.
            numbering: of the numbers only: another one gives equal documents other numbers.
            others: agencies to which a document may go besides.
        """
        shuffled = random.Random(f"{seed}/{numbering}")  # noqa: S311 - not for secrecy
        order = shuffled.sample(range(len(lanes) + 1), len(lanes) + 1)
        self._lanes = dict(zip((*lanes, ""), order, strict=True))
        self._steps = [(shuffled.randrange(1, _LANE), shuffled.randrange(_LANE)) for _ in order]
        self._given = [0] * len(order)
        self._seed = seed
        self._pki = pki
        self._agency_name = agency_name
        self._others = tuple((one.organ_id, one.organ_name) for one in others)
        self._signed: dict[tuple[str, int], bytes] = {}

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
        """Return the random source of `key`, so that concurrent scenarios do not disturb one another."""
        return Chance(str(self._seed), key)

    def subject(self, chance: random.Random) -> str:
        """Return a subject line in Vietnamese."""
        return _words().subject(chance)

    def notation(self, chance: random.Random) -> str:
        """Return the second part of a document's code."""
        return chance.choice(_words().notations)

    def signer(self, chance: random.Random) -> str:
        """Return a signer's name."""
        return chance.choice(_words().signers)

    def pdf(self, chance: random.Random, size: int = 2_000) -> bytes:
        """Return a PDF of about `size` bytes whose content cannot be guessed."""
        return plain_pdf(ballast(chance, max(size - 600, 16)))

    def signed_pdf(self, chance: random.Random, agency: str = "") -> bytes:
        """Return a PDF signed by an official of an agency and sealed by it; one of a few made per run.

        Args:
            chance: chooses which.
            agency: name, the candidate's if not given.
        """
        key = agency or self._agency_name, chance.randrange(_SIGNED_OF_OTHERS if agency else _SIGNED)
        if key not in self._signed:
            own = self.choice("/".join(map(str, key)))
            self._signed[key] = signed_pdf(
                self._pki.person(self.signer(own), key[0]),
                self._pki.agency(key[0]),
                at=datetime.now(VIETNAM),
                tsa=self._pki.identity("tsa"),
                lines=some_lines(own),
            )
        return self._signed[key]

    def signed(self, document: Document, limits: Limits) -> Document:
        """Return a document with its sender's seal over the package.

        Args:
            document: without a signature.
            limits: within which it is read.

        Raises:
            PackageUnreadable, NotSignable: it cannot be read well enough to be signed.
        """
        seal = self._pki.agency(document.sender.organ_name)
        return replace(document, content=sign_package(document.content, seal, limits))

    def file(self, chance: random.Random, kind: str) -> SeededFile:
        """Return a small file of a kind, with the signature bytes of its format; see `file_content`."""
        return SeededFile(f"Phụ lục {chance.randrange(1000)}.{kind}", file_content(kind, ballast(chance, 1_000)))

    def files(self, chance: random.Random, sender: Peer, least: int = 1) -> tuple[SeededFile, ...]:
        """Return the attachments of an ordinary document: a PDF, signed now and then, and at times some annexes."""
        words = _words()
        content = self.pdf(chance, chance.randrange(700, 6_000))
        if chance.random() < _SEALED:
            content = self.signed_pdf(chance, sender.organ_name)
        count = max(least, chance.choice((1, 1, 2, 2, 3)))
        kinds = (chance.choice(_ANNEXES) for _ in range(count - 1))
        return (SeededFile(words.letter(chance), content), *(self.annex(chance, kind) for kind in kinds))

    def annex(self, chance: random.Random, kind: str) -> SeededFile:
        """Return a further file as ordinary documents have them."""
        return SeededFile(
            _words().annex(chance, kind), file_content(kind, ballast(chance, chance.randrange(300, 4_000)))
        )

    def identity(
        self, chance: Chance, sender: Peer, to: Addressee, files: tuple[SeededFile, ...], *, whole: bool = False
    ) -> DocumentIdentity:
        """Return sender, receiver and content of a new document of today.

        Args:
            chance: draws the rest of its content.
            sender: who sends it.
            to: who gets it, at times with further receivers.
            files: its attachments.
            whole: whether it has every optional element.
        """
        now = datetime.now(VIETNAM)
        others = tuple(one for one in self._others if one[0] not in {sender.organ_id, to.organ_id})
        drawing = DetailChoices(_words(), chance, sender.contact, others, whole)
        number, notation = self.number(chance), self.notation(chance)
        return DocumentIdentity(
            sender=(sender.organ_id, sender.organ_name),
            receiver=(to.organ_id, to.organ_name),
            number=number,
            notation=notation,
            day=now.date(),
            particulars=drawing.particulars(now, [(file.name, file.content) for file in files]),
        )

    def document(
        self,
        chance: Chance,
        sender: Peer,
        addressee: Addressee,
        files: tuple[SeededFile, ...],
        layout: Layout = OPERATOR,
        **changes: Any,
    ) -> Document:
        """Return a good new document from `sender`, written in `layout`; `changes` are members of the package."""
        said = replace(package(self.identity(chance, sender, addressee, files)), **changes)
        return Document(said, sender, files, write_package(said, layout))
