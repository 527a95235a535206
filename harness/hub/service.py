"""The hub without HTTP: who may call, what every operation does, and what the harness itself may do."""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.catalogue.codes import RefusalReason
from harness.hub.blobs import LARGE, Blobs, MemoryBlobs, StoredBlobs
from harness.hub.call_results import Call, CallResult, Refusal
from harness.hub.directory import HubDirectory, RegisteredAgency, Registration
from harness.hub.interception import Interceptor, Objector
from harness.hub.mailboxes import Mailboxes, MailboxItem, new_hub_id
from harness.hub.received_package import ReceivedPackage, read_received
from harness.hub.registration import RegistrationService
from harness.hub.retrieval import Retrieval
from harness.hub.settings import ErrorText, HubSettings
from harness.hub.store import HubStore
from harness.hub.submission import Submission
from harness.journal.events import CallEffect, RefusedCall
from harness.journal.recorder import VIETNAM
from harness.vxp.answers import failure
from harness.vxp.headers import HeaderParameters, RawHeaders
from harness.vxp.operations import HubOperation
from harness.vxp.signing import verify

LOG = logging.getLogger("harness.hub")
_NOT_FOUND = 404


def vietnam_now() -> datetime:
    """Return the time in Vietnam."""
    return datetime.now(VIETNAM)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in one mailbox.

    Attributes:
        receiver_doc_id: the receiver's id of it; `hub_id` is the sender's.
        receiver: OrganId of the receiving agency.
        document_id: DocumentId of the document carried, or answered by a status.
    """

    receiver_doc_id: str
    hub_id: str
    receiver: str
    document_id: str | None


class Hub:
    """A reference hub. Safe to use from several threads.

    Attributes:
        directory: systems and agencies.
        mailboxes: everything sent.
        interceptor: asked about every call that comes by HTTP, None for none.
        objector: asked whether a call is to be refused for what is wrong with it, None for none.
    """

    def __init__(self, settings: HubSettings, clock: Callable[[], datetime] = vietnam_now) -> None:
        """Open the hub's data, or make new.

        Raises:
            StoreUnusable: the folder holds something that cannot be used.
            OSError: the folder cannot be made.
        """
        self.settings = settings
        self.interceptor: Interceptor | None = None
        self.objector: Objector | None = None
        self._store = HubStore(settings.data)
        self._blobs: Blobs = StoredBlobs(self._store, settings.data / "blobs") if settings.data else MemoryBlobs()
        self.directory = HubDirectory(self._store, clock)
        self.mailboxes = Mailboxes(self._store, clock)
        self._sending = Submission(settings, self.directory, self.mailboxes, self._blobs, clock)
        self._fetching = Retrieval(self.mailboxes, self._blobs)
        self._operations = self._table()

    def perform(self, call: Call) -> CallResult:
        """Carry out one call; never raises, whatever the call is."""
        try:
            self._admit(call)
            if call.operation is None:
                raise Refusal(RefusalReason.BAD_REQUEST, "unknown-operation", name=call.name)
            return self._operations[call.operation.name](call)
        except Refusal as refusal:
            return self.refused(call, refusal)
        except Exception:
            LOG.exception("operation %s failed", call.name)
            return self.refused(call, Refusal(RefusalReason.INTERNAL))

    @property
    def losses(self) -> int:
        """How often the disk would not take what calls had brought; for `durable`."""
        return self._store.losses

    async def durable(self, losses: int) -> None:
        """Return when everything that was taken so far survives a crash of the machine; nothing is answered before.

        Args:
            losses: as they were before the call was carried out.

        Raises:
            OSError: the disk failed.
        """
        await self._store.durable(losses)

    def refused(self, call: Call | None, refusal: Refusal) -> CallResult:
        """Return the outcome of a refusal; None for what was no call at all."""
        error = self.error(refusal.reason)
        parts = (refusal.detail,) if refusal.whole else (error.text, refusal.detail)
        description = ": ".join(part for part in parts if part)
        operation = call.operation if call else None
        # A client that finds no DocId in a refusal loses the error text.
        members = {"DocId": new_hub_id()} if operation and operation.answer == "sent" else {}
        return CallResult(
            failure(error.code, description, members),
            error_code=error.code,
            error_desc=description,
            effect=CallEffect(refused=RefusedCall(error.code, refusal.reason)),
            http_status=_NOT_FOUND if call and operation is None else 200,
        )

    def error(self, reason: RefusalReason) -> ErrorText:
        """Return what the hub says for a reason; a profile that has no code for it gives the internal one."""
        return self.settings.errors.get(reason) or self.settings.errors[RefusalReason.INTERNAL]

    def add_system(self, system_id: str, secret: str) -> None:
        """Connect a system."""
        self.directory.set_system(system_id, secret)

    def set_secret(self, system_id: str, secret: str) -> None:
        """Change the secret of a system.

        Raises:
            KeyError: there is no such system.
        """
        if self.directory.secret(system_id) is None:
            raise KeyError(system_id)
        self.directory.set_system(system_id, secret)

    def add_agency(
        self,
        organ_id: str,
        name: str,
        system_id: str,
        parent: str = "",
        code102: str = "",
        locked: bool = False,
    ) -> RegisteredAgency:
        """Create an agency, or change the one with that OrganId.

        Args:
            organ_id: its OrganId.
            name: its name.
            system_id: the system that calls for it; empty for one that is not connected.
            parent: OrganId of the agency above it.
            code102: its other identifier.
            locked: whether documents to it are refused.
        """
        return self.directory.register(
            Registration(organ_id, name, system_id, parent=parent, code102=code102, locked=locked)
        )

    def fill_directory(self, rows: int) -> None:
        """Add made-up agencies of systems that are not connected."""
        self.directory.fill(rows)

    def succeed(self, organ_id: str, successor: Registration) -> None:
        """Close an agency's code and put another agency in its place.

        Raises:
            KeyError: there is no such agency.
        """
        self.directory.succeed(organ_id, successor)

    def fill_communes(self, rows: int, provinces: Sequence[str]) -> None:
        """Add made-up communes of systems that are not connected, below provinces."""
        self.directory.fill_communes(rows, provinces)

    def directory_rows(self) -> int:
        """Return how many agencies the directory has now."""
        return self.directory.listing()[1]

    def deliver(
        self,
        package: bytes,
        *,
        sender: str,
        receivers: Sequence[str],
        messagetype: Literal["edoc", "status"],
        document_id: str | None = None,
    ) -> tuple[Delivery, ...]:
        """Put a message into mailboxes as if a system elsewhere had sent it; any bytes are taken.

        Args:
            package: the file; in `rebuild` mode it is rebuilt where it can be read.
            sender: OrganId that the list names as sender.
            receivers: OrganIds in either form.
            messagetype: how it is listed.
            document_id: what it is recorded as; None takes it from the package.

        Raises:
            Refusal: a receiver is unknown or locked.
        """
        received = read_received(package, "", self.settings.limits, trailer=False)
        agencies = self._sending.resolved(tuple(receivers))
        message = self._sending.message(received, "", sender, messagetype, document_id)
        posted = self.mailboxes.post(message, agencies, once=False)
        return tuple(
            Delivery(receiver_doc_id, posted.hub_id, receiver, message.document_id)
            for receiver_doc_id, receiver in posted.items
        )

    def redeliver(self, receiver_doc_id: str) -> None:
        """Put an item back into its receiver's list, whatever was said of it.

        Raises:
            KeyError: there is no such item.
        """
        if self.mailboxes.item(receiver_doc_id) is None:
            raise KeyError(receiver_doc_id)
        self.mailboxes.set_state(receiver_doc_id, "initial", "")

    def item(self, receiver_doc_id: str) -> MailboxItem | None:
        """Return one delivery as it is now, or None."""
        return self.mailboxes.item(receiver_doc_id)

    def admits(self, headers: RawHeaders) -> bool:
        """Tell whether the header lines of a call are signed by a known system, before its body is read."""
        secret = self.directory.secret(HeaderParameters(headers).get("systemid") or "")
        problems = verify(headers, secret).problems
        return secret is not None and not any(one.code in self.settings.refused_problems for one in problems)

    def lets_in(self, call: Call) -> bool:
        """Tell whether the caller is known and its signature good enough for the hub to look at the call."""
        try:
            self._admit(call)
        except Refusal:
            return False
        return True

    def content(self, item: MailboxItem) -> bytes:
        """Return the package of a delivery, as its receiver gets it.

        Raises:
            KeyError: it is not kept any more.
            OSError: it cannot be read.
        """
        return self._blobs.content(item.served)

    def read_received(self, body: bytes, given_hash: str) -> ReceivedPackage:
        """Read a `sendEdoc` body within this hub's limits."""
        return read_received(body, given_hash, self.settings.limits)

    def close(self) -> None:
        """Write everything to disk and close."""
        self._store.close()

    def _admit(self, call: Call) -> None:
        problems = [p for p in call.verification.problems if p.code in self.settings.refused_problems]
        if self.directory.secret(call.caller) is None:
            raise Refusal(RefusalReason.UNAUTHENTICATED, "unknown-system", system_id=call.caller or "-")
        if problems:
            named = ", ".join(f"{problem.code} {problem.key}" for problem in problems)
            raise Refusal(RefusalReason.UNAUTHENTICATED, "bad-signature", problems=named)

    def _sent(self, call: Call) -> CallResult:
        """Take a package: a usual one in one change with its message and deliveries, a large one's bytes before them.

        While large bytes are written nothing else must wait for the database.
        """
        with self._store.transaction(shared=True) if len(call.body) <= LARGE else contextlib.nullcontext():
            return self._sending.send(call)

    def _acknowledged(self, call: Call) -> CallResult:
        with self._store.transaction(shared=True):
            return self._fetching.acknowledge(call)

    def _table(self) -> Mapping[str, Callable[[Call], CallResult]]:
        fetching = self._fetching
        registering = RegistrationService(self.directory)
        return {
            HubOperation.REGISTER_AGENCY: registering.register,
            HubOperation.DELETE_AGENCY: registering.delete,
            HubOperation.GET_AGENCIES_LIST: registering.listing,
            HubOperation.GET_AGENCIES_LIST_QD20: registering.listing_qd20,
            HubOperation.GET_SYNCHRONIZE_UNIT: registering.units,
            HubOperation.SEND_EDOC: self._sent,
            HubOperation.GET_RECEIVED_EDOC_LIST: fetching.received_list,
            HubOperation.GET_SENT_EDOC_LIST: fetching.sent_list,
            HubOperation.GET_EDOC: fetching.package,
            HubOperation.DOWNLOAD_EDOC: fetching.file,
            HubOperation.UPDATE_STATUS: self._acknowledged,
            HubOperation.COUNT_RECEIVE_EDOC: fetching.count_documents,
            HubOperation.COUNT_RECEIVE_STATUS: fetching.count_statuses,
        }
