"""Test documents and statuses put into the mailboxes of agencies, as if others had sent them."""

import contextlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from harness.catalogue.profiles import Profile
from harness.crypto.testpki.pki import AGENCY_NAME, Pki
from harness.edxml.draft import NoSuchElement
from harness.edxml.model import DocumentPackage, Organization
from harness.edxml.packages import PackageUnreadable, read_header
from harness.hub.call_results import Refusal
from harness.hub.directory import RegisteredAgency
from harness.hub.mailboxes import MailboxItem
from harness.hub.service import Hub
from harness.journal.events import Stimulus
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.scenarios.broken_packages import update_of_information
from harness.scenarios.testdata import Peer, SeededData, SeededFile, peers_of
from harness.vectors.packages.base import DocumentIdentity, answering, document, recall, replacement, status
from harness.vectors.registry import Make, all_vectors
from harness.vectors.signed import signed_names
from harness.workbench.declined import Declined
from harness.workbench.ring import CallRing
from harness.workbench.status_text import status_text
from harness.workbench.vectors import vector_content, vector_entry

Kind = Literal["document", "answer", "recall", "update", "replacement"]
KINDS: Mapping[str, Make] = {
    "document": document,
    "answer": answering,
    "recall": recall,
    "update": update_of_information,
    "replacement": replacement,
}
ACTING = frozenset({"recall", "update", "replacement"})
_SENDER = "ministry"
_OF_STATUSES = "STP"
_COMMAS = 2
_LOOKED_THROUGH = 500
_TRIES = 20


@dataclass(frozen=True, slots=True)
class TestItem:
    """What lies in a mailbox now.

    Attributes:
        what: kind, name of the vector, `status 03`, or `bytes`.
        good: whether it is correct; None for bytes that were not checked.
    """

    __test__ = False

    receiver_doc_id: str
    receiver: str
    document_id: str | None
    what: str
    good: bool | None


class TestMail:
    """Makes packages and delivers them. The senders that the harness plays are registered when they first send."""

    __test__ = False

    def __init__(self, hub: Hub, profile: Profile, ring: CallRing) -> None:
        """Be ready to deliver.

        Args:
            hub: into whose mailboxes.
            profile: for limits, identifiers and codes.
            ring: records deliberately wrong packages.
        """
        self.pki = Pki(datetime.now(VIETNAM))
        self._hub = hub
        self._profile = profile
        self._ring = ring
        self._material = SeededData(secrets.randbits(32), self.pki, AGENCY_NAME)
        self._right: dict[tuple[str, str], str] = {}

    def senders(self, to: str = "") -> tuple[Peer, ...]:
        """Return the agencies that the harness plays as senders to `to`."""
        return tuple(peers_of(self._profile.parameters.identifiers, to).values())

    def post_kind(self, to: str, kind: str, *, sender: str = "", about: str = "") -> tuple[TestItem, ...]:
        """Deliver a right package.

        Args:
            to: OrganId of the receiver.
            kind: one of `KINDS`.
            sender: OrganId, empty for an agency that the harness plays.
            about: DocumentId that a recall, update, replacement or answer is about; empty for the last document of
                that sender that was delivered by this object; where there is none, one is delivered first.

        Raises:
            Declined: there is no such kind, receiver or sender.
        """
        if kind not in KINDS:
            raise Declined("unknown-kind", kind=kind, known=", ".join(KINDS))
        receiver, by = self._receiver(to), self._sender(to, sender)
        before: tuple[TestItem, ...] = ()
        earlier = about
        if kind in ACTING and not earlier:
            earlier = self._last_of(by, receiver)
            if not earlier:
                before = self.post_kind(to, "document", sender=by.organ_id)
                earlier = before[-1].document_id or ""
        identity = replace(self._identity(by, receiver), earlier=_named_document(earlier))
        content = KINDS[kind](identity).written()
        made = self._delivered(content, by, receiver, kind, good=True)
        if kind not in ACTING:
            self._right[by.organ_id, receiver.organ_id] = identity.document_id
        return (*before, *made)

    def post_vector(self, to: str, name: str, *, sender: str = "", about: str = "") -> tuple[TestItem, ...]:
        """Deliver a package that is wrong in one way, or looks so; arguments as for `post_kind`.

        Raises:
            Declined: there is no such vector, receiver or sender.
        """
        entry, receiver, by = vector_entry(name), self._receiver(to), self._sender(to, sender)
        own = entry.group.startswith(_OF_STATUSES)
        earlier = about or (self._last_sent_by(receiver) if own else self._last_of(by, receiver))
        identity, content = self._vector(name, by, receiver, _named_document(earlier))
        if not entry.good:
            self._ring.record(
                Stimulus(note=name, good=False, document_id=identity.document_id, blob=self._ring.keep(content))
            )
        return self._delivered(content, by, receiver, name, good=entry.good)

    def _vector(self, name: str, by: Peer, receiver: RegisteredAgency, earlier: str) -> tuple[DocumentIdentity, bytes]:
        """Return a vector and the identity that fits it: some vectors need another document."""
        limits = self._profile.parameters.limits
        for _ in range(_TRIES):
            identity = replace(self._identity(by, receiver, whole=True), earlier=earlier)
            if name in signed_names():  # its certificates name one agency
                identity = replace(identity, sender=(by.organ_id, AGENCY_NAME))
            with contextlib.suppress(NoSuchElement):
                content = vector_content(name, identity, self.pki, limits, secrets.randbits(32))
                if self._shows(name, content):
                    return identity, content
        raise Declined("vector-not-made", 500, name=name)

    def _shows(self, name: str, content: bytes) -> bool:
        """Tell whether a package brings the finding that it is made for; some give another one where a part is
        missing."""
        code = all_vectors()[name].code if name in all_vectors() else None
        if code is None:
            return True
        report = check_package(content, self._profile, datetime.now(VIETNAM), groups={code[:3]})
        return any(one.code == code for one in report.findings)

    def post_bytes(
        self, to: str, content: bytes, *, sender: str = "", messagetype: Literal["edoc", "status"] | None = None
    ) -> tuple[TestItem, ...]:
        """Deliver any bytes; `messagetype` None lists them as what they are, a document where that is unknown.

        Raises:
            Declined: there are no bytes, or no such receiver or sender.
        """
        if not content:
            raise Declined("no-bytes")
        receiver, by = self._receiver(to), self._sender(to, sender)
        return self._delivered(content, by, receiver, "bytes", good=None, messagetype=messagetype)

    def post_status(self, document_id: str, code: str, description: str = "", *, sender: str = "") -> TestItem:
        """Answer a document that a system has sent.

        Args:
            document_id: of the document.
            code: of the profile's statuses.
            description: empty for a usual one.
            sender: OrganId of the receiver that answers; empty for the first.

        Raises:
            Declined: no such document was sent to such a receiver, or there is no such code.
        """
        known = self._profile.parameters.code_lists.statuses
        if code not in known:
            raise Declined("unknown-status", code=code, known=", ".join(known))
        item = self._sent_document(document_id, sender)
        by = self._agency(item.receiver)
        receiver = self._receiver(item.from_organ)
        said = description or status_text(code, "vi")
        draft = status(self._identity(_peer(by), receiver), code, said)
        for path, value in self._named(item).items():
            draft = draft.with_text(f"ResponseFor/{path}", value)
        what = f"status {code}"
        return self._delivered(draft.written(), _peer(by), receiver, what, good=True, messagetype="status")[0]

    def _named(self, item: MailboxItem) -> Mapping[str, str]:
        """Return what names a document that was sent, as the document itself says it."""
        package = None
        with contextlib.suppress(PackageUnreadable):
            package = read_header(self._hub.content(item), self._hub.settings.limits)
        if not isinstance(package, DocumentPackage):
            raise Declined("unknown-document", 404, document_id=item.document_id or "-", sender=item.receiver)
        return {
            "OrganId": package.from_.organ_id.strip(),
            "Code": f"{package.code.code_number.strip()}/{package.code.code_notation.strip()}",
            "PromulgationDate": package.promulgation_info.promulgation_date.strip(),
            "DocumentId": package.document_id.strip(),
        }

    def _delivered(
        self,
        content: bytes,
        by: Peer,
        receiver: RegisteredAgency,
        what: str,
        *,
        good: bool | None,
        messagetype: Literal["edoc", "status"] | None = None,
    ) -> tuple[TestItem, ...]:
        kind = messagetype or ("status" if self._hub.read_received(content, "").kind == "status" else "edoc")
        self._register(by)
        try:
            made = self._hub.deliver(content, sender=by.organ_id, receivers=[receiver.organ_id], messagetype=kind)
        except Refusal as refusal:
            raise Declined("hub-refuses", 409, detail=str(refusal)) from refusal
        return tuple(TestItem(one.receiver_doc_id, one.receiver, one.document_id, what, good) for one in made)

    def _identity(self, by: Peer, receiver: RegisteredAgency, *, whole: bool = False) -> DocumentIdentity:
        """Return sender, receiver and content of a new document of today with unpredictable files."""
        chance = self._material.choice(secrets.token_hex(8))
        to = Organization(receiver.organ_id, receiver.name or receiver.organ_id)
        return self._numbered(lambda: self._material.identity(chance, by, to, self._files(), whole=whole))

    def _files(self) -> tuple[SeededFile, ...]:
        chance = self._material.choice(secrets.token_hex(8))
        letter = SeededFile(
            f"Công văn {chance.randrange(1000)}.pdf", self._material.pdf(chance, chance.randrange(700, 6_000))
        )
        return letter, self._material.annex(chance, "xlsx")

    def _numbered(self, make: Callable[[], DocumentIdentity]) -> DocumentIdentity:
        """Return an identity whose DocumentId lies in no mailbox yet."""
        for _ in range(_TRIES):
            try:
                made = make()
            except IndexError:  # every number was given out
                self._material = SeededData(secrets.randbits(32), self.pki, AGENCY_NAME)
                continue
            if not self._hub.mailboxes.latest(1, document_id=made.document_id):
                return made
        raise Declined("no-number", 500)

    def _receiver(self, to: str) -> RegisteredAgency:
        agency = self._agency(to)
        if agency.locked:
            raise Declined("locked", 409, organ_id=to)
        return agency

    def _agency(self, organ_id: str) -> RegisteredAgency:
        agency = self._hub.directory.agency(organ_id)
        if agency is None:
            raise Declined("unknown-agency", 404, organ_id=organ_id or "-")
        return agency

    def _sender(self, to: str, organ_id: str) -> Peer:
        played = peers_of(self._profile.parameters.identifiers, to)
        if not organ_id:
            return played[_SENDER]
        for peer in played.values():
            if organ_id in {peer.organ_id, peer.code102}:
                return peer
        return _peer(self._agency(organ_id))

    def _register(self, peer: Peer) -> None:
        """Let the candidate answer the sender."""
        if self._hub.directory.agency(peer.organ_id, removed_too=True) is None:
            self._hub.add_agency(peer.organ_id, peer.organ_name, "", parent=peer.parent, code102=peer.code102)

    def _last_of(self, by: Peer, receiver: RegisteredAgency) -> str:
        """Return the last right document of a sender in a mailbox, empty where there is none since this began."""
        return self._right.get((by.organ_id, receiver.organ_id), "")

    def _last_sent_by(self, receiver: RegisteredAgency) -> str:
        """Return the last document that the receiver itself has sent, in whose name a status can be made."""
        items = self._hub.mailboxes.latest(_LOOKED_THROUGH, sender=receiver.system_id)
        found = (one.document_id or "" for one in items if one.messagetype == "edoc")
        return next((one for one in found if one.startswith(f"{receiver.organ_id},") and one.count(",") > 1), "")

    def _sent_document(self, document_id: str, sender: str) -> MailboxItem:
        for item in self._hub.mailboxes.latest(_LOOKED_THROUGH, document_id=document_id):
            if item.messagetype == "edoc" and sender in {"", item.receiver}:
                return item
        raise Declined("unknown-document", 404, document_id=document_id or "-", sender=sender or "-")


def _peer(agency: RegisteredAgency) -> Peer:
    return Peer(agency.organ_id, agency.name or agency.organ_id, agency.code102)


def _named_document(document_id: str) -> str:
    """Return a DocumentId that an operation can act on.

    Raises:
        Declined: it does not tell agency, day and code apart.
    """
    if document_id and document_id.count(",") < _COMMAS:
        raise Declined("document-id-form", document_id=document_id)
    return document_id
