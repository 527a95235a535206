"""The receiving side: lists, packages, acknowledgements; and the sender's view of what became of a package."""

import base64
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from harness.catalogue.codes import RefusalReason
from harness.catalogue.findings import clipped
from harness.catalogue.texts import text
from harness.hub.blobs import Blobs
from harness.hub.call_results import Call, CallResult, Deferred, Refusal, done
from harness.hub.mailboxes import Mailboxes, MailboxItem
from harness.hub.submission import message_type
from harness.journal.events import (
    AckedDelivery,
    CallEffect,
    CountedDeliveries,
    FetchedPackage,
    ListedDelivery,
    ReportedSendings,
)
from harness.vxp.answers import success_with
from harness.vxp.operations import OCTETS, TRANSPORT_STATES

_SERVICE = "eDoc"
# Rows of texts never hold null, so long lists need not be searched for null members.
_ROWS = json.JSONEncoder(separators=(",", ":"))
_LONGEST_DESCRIPTION = 2000
_PART = 3 * 128 * 1024  # bytes of a package that are in memory at once
_AFTER = b'"}'
_BEFORE = success_with("data", b'""').removesuffix(_AFTER)
_MOST_LISTS, _LARGEST_LIST = 200, 64 * 1024  # lists that are kept, and bytes of one


class Retrieval:
    """Answers what systems ask about their mailboxes. A system is shown its own items only."""

    def __init__(self, mailboxes: Mailboxes, blobs: Blobs) -> None:
        self._mailboxes = mailboxes
        self._blobs = blobs
        self._lists: dict[tuple[str, str], tuple[tuple[int, int], CallResult]] = {}

    def received_list(self, call: Call) -> CallResult:
        """List what waits for the system's agencies; a list asked for again is the same until something changes."""
        asked = call.caller, message_type(call)
        stamp = self._mailboxes.stamp
        kept = self._lists.get(asked)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        items = self._mailboxes.waiting(*asked)
        body = success_with("data", _ROWS.encode([_received_row(item) for item in items]).encode("ascii"))
        made = CallResult(body, effect=CallEffect(listed=tuple(_listed(item) for item in items)))
        if len(body) <= _LARGEST_LIST and (asked in self._lists or len(self._lists) < _MOST_LISTS):
            self._lists[asked] = stamp, made
        return made

    def sent_list(self, call: Call) -> CallResult:
        """List the state of a sent package at each receiver."""
        hub_id = call.parameters.get("docId") or None
        items = self._mailboxes.sent(call.caller, message_type(call), hub_id)
        if hub_id is not None and not items:
            raise Refusal(RefusalReason.UNKNOWN_DOCUMENT, "unknown-document", doc_id=clipped(hub_id))
        effect = CallEffect(reported=ReportedSendings(hub_id, len(items)))
        return done({"data": [_sent_row(item) for item in items]}, effect)

    def package(self, call: Call) -> CallResult:
        """Hand out a package in base64, whether or not it was acknowledged before."""
        item = self._own_item(call)
        size = len(_BEFORE) + (item.size + 2) // 3 * 4 + len(_AFTER)
        return CallResult(
            Deferred(size, lambda: _enveloped(self._blobs.parts(item.served, _PART))),
            effect=_fetched(item),
            kept=True,
        )

    def file(self, call: Call) -> CallResult:
        """Hand out a package as raw bytes."""
        item = self._own_item(call)
        return CallResult(
            Deferred(item.size, lambda: self._blobs.parts(item.served, _PART)),
            effect=_fetched(item),
            content_type=OCTETS,
            kept=True,
        )

    def acknowledge(self, call: Call) -> CallResult:
        """Note the transport status of an item; `done` and `fail` take it off the list."""
        item = self._own_item(call)
        state = call.parameters.get("status", "")
        if state not in TRANSPORT_STATES:
            raise Refusal(RefusalReason.BAD_REQUEST, "bad-parameter", key="status", value=clipped(state))
        description = call.parameters.get("description", "")[:_LONGEST_DESCRIPTION]
        self._mailboxes.set_state(item.receiver_doc_id, state, description)
        acked = AckedDelivery(
            item.receiver_doc_id, item.document_id, item.messagetype, item.receiver, state, description
        )
        return done(effect=CallEffect(acked=acked))

    def count_documents(self, call: Call) -> CallResult:
        """Count waiting document packages."""
        return self._counted(call, "edoc")

    def count_statuses(self, call: Call) -> CallResult:
        """Count waiting status packages."""
        return self._counted(call, "status")

    def _counted(self, call: Call, messagetype: str) -> CallResult:
        count = self._mailboxes.count(call.caller, messagetype)
        return done({"count": count}, CallEffect(counted=CountedDeliveries(messagetype, count)))

    def _own_item(self, call: Call) -> MailboxItem:
        doc_id = call.parameters.get("docId", "")
        item = self._mailboxes.item(doc_id)
        if item is None or item.system_id != call.caller:
            raise Refusal(RefusalReason.UNKNOWN_DOCUMENT, "unknown-document", doc_id=clipped(doc_id) or "-")
        return item


def _enveloped(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the answer that holds a package in base64; all parts but the last are multiples of three bytes."""
    before = _BEFORE
    for part in parts:
        yield before + base64.b64encode(part)
        before = b""
    yield before + _AFTER


def _listed(item: MailboxItem) -> ListedDelivery:
    return ListedDelivery(item.receiver_doc_id, item.document_id, item.messagetype, item.receiver, item.state)


def _fetched(item: MailboxItem) -> CallEffect:
    return CallEffect(
        fetched=FetchedPackage(
            receiver_doc_id=item.receiver_doc_id,
            document_id=item.document_id,
            messagetype=item.messagetype,
            receiver=item.receiver,
            status=item.state,
            sha256=item.served,
            size=item.size,
            complete=True,
        )
    )


def _received_row(item: MailboxItem) -> Mapping[str, str]:
    return {
        "docId": item.receiver_doc_id,
        "serviceType": _SERVICE,
        "messageType": item.messagetype,
        "created_time": item.created,
        "updated_time": item.updated,
        "from": item.from_organ,
        "to": item.receiver,
        "status": item.state,
        "status_desc": _state_text(item.state),
    }


def _sent_row(item: MailboxItem) -> Mapping[str, str]:
    """The business status replaces the transport status as soon as there is one."""
    return {
        "serviceType": _SERVICE,
        "receiverDocId": item.receiver_doc_id,
        "toCode": item.receiver,
        "receiveStatus": item.business or item.state,
        "receiveStatusDesc": item.business_text or item.description or _state_text(item.state),
        "title": item.title,
        "messageType": item.messagetype,
        "notation": item.notation,
        "receivedTime": item.updated,
        "sentTime": item.sent_at,
        "sendStatus": "done",
        "sendStatusDesc": _state_text("sent"),
        "senderDocId": item.hub_id,
        "fromCode": item.from_organ,
    }


@lru_cache(maxsize=16)
def _state_text(state: str) -> str:
    return text("hub", f"state.{state}", "vi")
