"""Entries of the hub's lists as a client reads them: missing members are empty, entries without an id are only
counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """One waiting item of `getReceivedEdocList`; times are text as the hub wrote them."""

    doc_id: str
    service_type: str
    message_type: str
    created_time: str
    updated_time: str
    from_: str
    to: str
    status: str
    status_desc: str


@dataclass(frozen=True, slots=True)
class ReceivedList:
    """Answer of `getReceivedEdocList`.

    Attributes:
        items: entries with an id.
        unusable: number of entries without one.
    """

    items: tuple[ReceivedItem, ...]
    unusable: int


@dataclass(frozen=True, slots=True)
class SentItem:
    """One receiver's entry of `getSentEdocList`."""

    sender_doc_id: str
    receiver_doc_id: str
    from_code: str
    to_code: str
    service_type: str
    message_type: str
    title: str
    notation: str
    sent_time: str
    received_time: str
    send_status: str
    send_status_desc: str
    receive_status: str
    receive_status_desc: str


@dataclass(frozen=True, slots=True)
class ListedAgency:
    """One agency of the directory.

    Attributes:
        code: its OrganId.
        other_code: its other identifier (`oldCode`, or `code102`), empty when it has none.
        name, mail: as registered.
        parent: the hub's number of its parent, empty when not given.
        deleted: whether it was removed (getSynchronizeUnit only).
    """

    code: str
    other_code: str
    name: str
    mail: str
    parent: str
    deleted: bool


def received_list(rows: Sequence[Mapping[str, Any]]) -> ReceivedList:
    """Return the waiting items of a list; an entry without an id cannot be fetched and is only counted."""
    items = tuple(_received(row) for row in rows if _word(row, "docId"))
    return ReceivedList(items, len(rows) - len(items))


def sent_items(rows: Sequence[Mapping[str, Any]]) -> tuple[SentItem, ...]:
    """Return the entries of `getSentEdocList`."""
    return tuple(_sent(row) for row in rows)


def listed_agencies(rows: Sequence[Mapping[str, Any]]) -> tuple[ListedAgency, ...]:
    """Return the agencies of a directory answer; entries without a code are left out."""
    return tuple(_agency(row) for row in rows if _word(row, "code"))


def _received(row: Mapping[str, Any]) -> ReceivedItem:
    return ReceivedItem(
        doc_id=_word(row, "docId"),
        service_type=_word(row, "serviceType"),
        message_type=_word(row, "messageType"),
        created_time=_word(row, "created_time"),
        updated_time=_word(row, "updated_time"),
        from_=_word(row, "from"),
        to=_word(row, "to"),
        status=_word(row, "status"),
        status_desc=_word(row, "status_desc"),
    )


def _sent(row: Mapping[str, Any]) -> SentItem:
    return SentItem(
        sender_doc_id=_word(row, "senderDocId"),
        receiver_doc_id=_word(row, "receiverDocId"),
        from_code=_word(row, "fromCode"),
        to_code=_word(row, "toCode"),
        service_type=_word(row, "serviceType"),
        message_type=_word(row, "messageType"),
        title=_word(row, "title"),
        notation=_word(row, "notation"),
        sent_time=_word(row, "sentTime"),
        received_time=_word(row, "receivedTime"),
        send_status=_word(row, "sendStatus"),
        send_status_desc=_word(row, "sendStatusDesc"),
        receive_status=_word(row, "receiveStatus"),
        receive_status_desc=_word(row, "receiveStatusDesc"),
    )


def _agency(row: Mapping[str, Any]) -> ListedAgency:
    return ListedAgency(
        code=_word(row, "code"),
        other_code=_word(row, "oldCode") or _word(row, "code102"),
        name=_word(row, "name"),
        mail=_word(row, "mail"),
        parent=_word(row, "pid"),
        deleted=row.get("deleted") is True,
    )


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
