"""`sendEdoc`: checks sender and receivers, and delivers a package that is sent twice only once."""

import json
from collections.abc import Callable
from datetime import datetime

from harness.catalogue.codes import RefusalReason
from harness.catalogue.findings import clipped
from harness.edxml.model import TraceHeader
from harness.edxml.packages import rebuilt
from harness.hub.blobs import Blobs
from harness.hub.call_results import Call, CallResult, Refusal
from harness.hub.directory import HubDirectory, RegisteredAgency
from harness.hub.mailboxes import TIME, Mailboxes, StoredMessage, sameness_of
from harness.hub.received_package import ReceivedPackage
from harness.hub.settings import HubSettings
from harness.journal.events import AcceptedPackage, CallEffect
from harness.vxp.answers import success_with

MESSAGE_TYPES = ("edoc", "status")


class Submission:
    """Takes packages from systems and puts them into mailboxes."""

    def __init__(
        self,
        settings: HubSettings,
        directory: HubDirectory,
        mailboxes: Mailboxes,
        blobs: Blobs,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._directory = directory
        self._mailboxes = mailboxes
        self._blobs = blobs
        self._clock = clock

    def send(self, call: Call) -> CallResult:
        """Take one package.

        Raises:
            Refusal: sender or receivers are not as they must be, or the package cannot be read.
        """
        received = call.received
        self._check_sender(call)
        if received is None or received.routing is None:
            raise Refusal(RefusalReason.UNREADABLE, "unreadable", code=received.unreadable if received else "empty")
        sender = self._sending_agency(received, call.caller)
        receivers = self.resolved(_named(call, received), answering=received.kind == "status")
        message = self.message(received, call.caller, sender.organ_id, message_type(call, received))
        posted = self._mailboxes.post(message, receivers)
        if received.kind == "status":
            self._note_status(received, sender)
        accepted = AcceptedPackage(
            hub_id=posted.hub_id,
            document_id=received.document_id,
            kind=received.kind,
            from_organ=received.from_organ,
            receivers=tuple(agency.organ_id for agency in receivers),
            duplicate=not posted.items,
        )
        return CallResult(
            success_with("DocId", b'"%b"' % posted.hub_id.encode("ascii")), effect=CallEffect(accepted=accepted)
        )

    def message(
        self,
        received: ReceivedPackage,
        system_id: str,
        from_organ: str,
        messagetype: str,
        document_id: str | None = None,
    ) -> StoredMessage:
        """Keep a package and return the message for it.

        Args:
            received: the package, which may be unreadable.
            system_id: sending system, empty for none.
            from_organ: sending agency.
            messagetype: `edoc` or `status`.
            document_id: what it is recorded as; None takes it from the package.
        """
        served, as_received = self._served(received), self._blobs.keep(received.file, received.sha256)
        if messagetype == "edoc" and received.document_id:
            sameness = sameness_of("edoc", from_organ, received.document_id, received.doc_type)
        else:
            sameness = sameness_of(messagetype, from_organ, received.sha256)
        return StoredMessage(
            messagetype=messagetype,
            system_id=system_id,
            from_organ=from_organ,
            document_id=document_id or received.document_id,
            sameness=sameness,
            received=as_received,
            served=as_received if served is received.file else self._blobs.keep(served),
            size=len(served),
            title=clipped(received.title),
            notation=clipped(received.notation),
        )

    def resolved(self, named: tuple[str, ...], *, answering: bool = False) -> list[RegisteredAgency]:
        """Return the agencies that are named in either form, each once.

        Args:
            named: identifiers.
            answering: whether it is an answer, which an agency gets whose code was closed since, by its successor.

        Raises:
            Refusal: no receiver is named, or one is unknown or locked.
        """
        followed = answering or self._settings.closed_receivers == "successor"
        found = {name: self._agency(name, followed=followed) for name in named}
        unknown = [name for name, agency in found.items() if agency is None]
        known = {agency.number: agency for agency in found.values() if agency is not None}
        if not known or (unknown and self._settings.unknown_receivers == "refuse"):
            raise Refusal(RefusalReason.RECEIVER_UNKNOWN, "receiver-unknown", names=clipped(", ".join(unknown) or "-"))
        for agency in known.values():
            if agency.locked:
                raise Refusal(RefusalReason.RECEIVER_LOCKED, "receiver-locked", name=agency.organ_id)
        return list(known.values())

    def _agency(self, name: str, *, followed: bool) -> RegisteredAgency | None:
        return self._directory.agency(name) or (self._directory.successor(name) if followed else None)

    def _served(self, received: ReceivedPackage) -> bytes:
        if self._settings.mode == "verbatim" or received.routing is None:
            return received.file
        hop = TraceHeader(self._settings.organ_id, self._clock().strftime(TIME))
        return rebuilt(received.file, hop, self._settings.limits)

    def _check_sender(self, call: Call) -> None:
        """Refuse a call whose `from` is anything but the calling system's id, even an OrganId of that system."""
        given = call.parameters.get("from")
        if given and given != call.system_id:
            raise Refusal(
                RefusalReason.SENDER_NOT_REGISTERED,
                "foreign-from",
                given=clipped(given),
                system_id=clipped(call.caller),
            )

    def _sending_agency(self, received: ReceivedPackage, system_id: str) -> RegisteredAgency:
        agency = self._directory.agency(received.from_organ)
        if agency is None or agency.system_id != system_id:
            raise Refusal(
                RefusalReason.SENDER_NOT_REGISTERED,
                "foreign-from",
                given=clipped(received.from_organ),
                system_id=clipped(system_id),
            )
        return agency

    def _note_status(self, received: ReceivedPackage, sender: RegisteredAgency) -> None:
        facts = received.status
        if facts is not None and received.document_id:
            self._mailboxes.set_business(received.document_id, sender, facts.status_code, clipped(facts.title))


def message_type(call: Call, received: ReceivedPackage | None = None) -> str:
    """Return the message type that a call asks for; where it names none, what the package is.

    Raises:
        Refusal: it names one that there is not.
    """
    given = call.parameters.get("messagetype", "").lower()
    if given in MESSAGE_TYPES:
        return given
    if given:
        raise Refusal(RefusalReason.BAD_REQUEST, "bad-parameter", key="messagetype", value=clipped(given))
    return "status" if received is not None and received.kind == "status" else "edoc"


def _named(call: Call, received: ReceivedPackage) -> tuple[str, ...]:
    """Return the receivers' identifiers: a status goes to the sender it answers, a document to `to`."""
    by_parameter = _to_parameter(call.parameters.get("to", ""))
    if received.kind == "status":
        return received.addressees or by_parameter
    return by_parameter or received.addressees


def _to_parameter(given: str) -> tuple[str, ...]:
    if not given:
        return ()
    try:
        value = json.loads(given)
    except (ValueError, RecursionError):
        value = given  # an OrganId without its JSON quotes
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise Refusal(RefusalReason.BAD_REQUEST, "bad-parameter", key="to", value=clipped(given))
    cleaned = (name.encode("utf-8", "replace").decode().strip() for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))
