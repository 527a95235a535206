"""Messages and their deliveries: what was sent, what waits for which receiver, and its state."""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row
from typing import NamedTuple

from harness.catalogue.codes import StatusCode
from harness.hub.directory import RegisteredAgency
from harness.hub.store import HubStore

TIME = "%Y/%m/%d %H:%M:%S"
_HUB_ID_BYTES = 12
# The columns of a `MailboxItem`, in its order.
_ITEM = """
SELECT d.receiver_doc_id, m.hub_id, m.messagetype, m.from_organ, a.organ_id, a.system_id, m.document_id,
       d.state, d.description, d.business, d.business_text, d.created, d.updated,
       m.sent_at, m.served, m.size, m.title, m.notation
FROM deliveries AS d JOIN messages AS m ON m.number = d.message JOIN agencies AS a ON a.number = d.agency
"""
_WAITING = """
d.agency IN (SELECT number FROM agencies WHERE system_id = ? AND system_id <> '' AND deleted = 0)
AND d.messagetype = ? AND d.state IN ('initial', 'processing')
"""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message to be put into mailboxes.

    Attributes:
        messagetype: `edoc` or `status`.
        system_id: the system that sent it; empty when it came from no connected system.
        from_organ: OrganId of the sending agency.
        document_id: DocumentId of the document carried, or answered by a status.
        sameness: equal for messages of one sender that count as the same.
        received, served: names of the blobs as received and as handed on.
        size: of the blob handed on, in bytes.
        title, notation: subject and number/notation, for the sender's list.
    """

    messagetype: str
    system_id: str
    from_organ: str
    document_id: str | None
    sameness: str
    received: str
    served: str
    size: int
    title: str = ""
    notation: str = ""


class MailboxItem(NamedTuple):
    """One delivery with its message.

    Attributes:
        receiver_doc_id: the receiver's id of it (UUID); `hub_id` is the sender's (24 hex digits).
        state: `initial`, `processing`, `done` or `fail`.
        description: what the receiver said with that state.
        business, business_text: last business status from the receiver and its description.
        receiver: OrganId; `system_id` is the receiving system.
    """

    receiver_doc_id: str
    hub_id: str
    messagetype: str
    from_organ: str
    receiver: str
    system_id: str
    document_id: str | None
    state: str
    description: str
    business: str
    business_text: str
    created: str
    updated: str
    sent_at: str
    served: str
    size: int
    title: str
    notation: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of posting a message.

    Attributes:
        hub_id: the sender's id of it.
        items: the receivers' ids of the deliveries made now, and the receivers' OrganIds; empty when all receivers had
            it already.
    """

    hub_id: str
    items: tuple[tuple[str, str], ...]


def sameness_of(*parts: str) -> str:
    """Return a digest that is equal for equal parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


class Mailboxes:
    """Everything that was sent through the hub. A delivery stays listed until it is done or failed."""

    def __init__(self, store: HubStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def post(self, message: StoredMessage, receivers: Sequence[RegisteredAgency], *, once: bool = True) -> Posted:
        """Put a message into the receivers' mailboxes.

        A repeat reaches only receivers that do not have it; other content under the same DocumentId is a new
        attempt for receivers that refused the first, and for no others.

        Args:
            message: what was sent.
            receivers: each once.
            once: False posts it whatever was posted before.
        """
        with self._store.transaction():
            before = self._store.rows(
                "SELECT * FROM messages WHERE sameness = ? AND system_id = ? ORDER BY number DESC",
                message.sameness,
                message.system_id,
            )
            if not once or not before:
                return self._posted(*self._insert(message), receivers)
            lacking = [agency for agency in receivers if self._lacks(agency, message)]
            same = next((row for row in before if row["received"] == message.received), None)
            if not lacking:
                return Posted((same or before[0])["hub_id"], ())
            if same is not None:
                return self._posted(same["number"], same["hub_id"], lacking)
            if all(self._last_delivery(agency, message) is None for agency in lacking):
                return self._posted(before[0]["number"], before[0]["hub_id"], lacking)
            return self._posted(*self._insert(message), lacking)

    @property
    def stamp(self) -> tuple[int, int]:
        """Equal as long as no list can have changed."""
        return self._store.stamp

    def waiting(self, system_id: str, messagetype: str) -> list[MailboxItem]:
        """Return what waits for the agencies of a system, oldest first."""
        rows = self._store.rows(f"{_ITEM} WHERE {_WAITING} ORDER BY d.number", system_id, messagetype)
        return [MailboxItem(*row) for row in rows]

    def count(self, system_id: str, messagetype: str) -> int:
        """Return how many items wait for the agencies of a system."""
        row = self._store.row(
            f"SELECT count(*) AS n FROM deliveries AS d WHERE {_WAITING}",  # noqa: S608
            system_id,
            messagetype,
        )
        return row["n"] if row else 0

    def count_at(self, agency: int, messagetype: str) -> int:
        """Return how many items wait for the agency with this number."""
        row = self._store.row(
            "SELECT count(*) AS n FROM deliveries WHERE agency = ? AND messagetype = ?"
            " AND state IN ('initial', 'processing')",
            agency,
            messagetype,
        )
        return row["n"] if row else 0

    def item(self, receiver_doc_id: str) -> MailboxItem | None:
        """Return one delivery, acknowledged or not, or None."""
        row = self._store.row(f"{_ITEM} WHERE d.receiver_doc_id = ?", receiver_doc_id)
        return None if row is None else MailboxItem(*row)

    def sent(self, system_id: str, messagetype: str, hub_id: str | None) -> list[MailboxItem]:
        """Return the deliveries of what a system sent: of one message, or of all for None."""
        condition, values = ("", ()) if hub_id is None else (" AND m.hub_id = ?", (hub_id,))
        rows = self._store.rows(
            f"{_ITEM} WHERE m.system_id = ? AND m.messagetype = ?{condition} ORDER BY d.number",
            system_id,
            messagetype,
            *values,
        )
        return [MailboxItem(*row) for row in rows]

    def latest(
        self, most: int, *, receiver: str | None = None, sender: str | None = None, document_id: str | None = None
    ) -> list[MailboxItem]:
        """Return deliveries whatever their state, the newest first.

        Args:
            most: how many.
            receiver: OrganId of the receiving agency; None for any.
            sender: the sending system, empty for none that is connected; None for any.
            document_id: of the document carried, or answered by a status; None for any.
        """
        rows = self._store.rows(
            f"{_ITEM} WHERE (?1 IS NULL OR a.organ_id = ?1) AND (?2 IS NULL OR m.system_id = ?2)"
            " AND (?3 IS NULL OR m.document_id = ?3) ORDER BY d.number DESC LIMIT ?4",
            receiver,
            sender,
            document_id,
            most,
        )
        return [MailboxItem(*row) for row in rows]

    def set_state(self, receiver_doc_id: str, state: str, description: str) -> None:
        """Note what the receiver says of the transport of an item."""
        self._store.change(
            "UPDATE deliveries SET state = ?, description = ?, updated = ? WHERE receiver_doc_id = ?",
            state,
            description,
            self._now(),
            receiver_doc_id,
        )

    def set_business(self, document_id: str, receiver: RegisteredAgency, code: str, text: str) -> None:
        """Note a business status of one receiver on every delivery of that document to it."""
        self._store.change(
            "UPDATE deliveries SET business = ?, business_text = ?, updated = ? WHERE agency = ? AND message IN"
            " (SELECT number FROM messages WHERE document_id = ? AND messagetype = 'edoc')",
            code,
            text,
            self._now(),
            receiver.number,
            document_id,
        )

    def _lacks(self, agency: RegisteredAgency, message: StoredMessage) -> bool:
        last = self._last_delivery(agency, message)
        if last is None:
            return True
        refused = last["state"] == "fail" or last["business"] == StatusCode.REFUSED
        return bool(refused and last["received"] != message.received)

    def _last_delivery(self, agency: RegisteredAgency, message: StoredMessage) -> Row | None:
        return self._store.row(
            "SELECT d.state, d.business, m.received FROM deliveries AS d"
            " JOIN messages AS m ON m.number = d.message"
            " WHERE m.sameness = ? AND m.system_id = ? AND d.agency = ? ORDER BY d.number DESC",
            message.sameness,
            message.system_id,
            agency.number,
        )

    def _insert(self, message: StoredMessage) -> tuple[int, str]:
        hub_id = new_hub_id()
        number = self._store.change(
            "INSERT INTO messages (hub_id, messagetype, system_id, from_organ, document_id, sameness, received,"
            " served, size, title, notation, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            hub_id, message.messagetype, message.system_id, message.from_organ, message.document_id,
            message.sameness, message.received, message.served, message.size, message.title, message.notation,
            self._now(),
        )  # fmt: skip
        return number, hub_id

    def _posted(self, number: int, hub_id: str, receivers: Sequence[RegisteredAgency]) -> Posted:
        items = tuple(self._delivered(number, agency) for agency in receivers)
        return Posted(hub_id, items)

    def _delivered(self, message: int, agency: RegisteredAgency) -> tuple[str, str]:
        receiver_doc_id, now = str(uuid.uuid4()), self._now()
        self._store.change(
            "INSERT INTO deliveries (receiver_doc_id, message, agency, messagetype, state, created, updated)"
            " SELECT ?, number, ?, messagetype, 'initial', ?, ? FROM messages WHERE number = ?",
            receiver_doc_id, agency.number, now, now, message,
        )  # fmt: skip
        return receiver_doc_id, agency.organ_id

    def _now(self) -> str:
        # Written by hand: `strftime` takes five times as long, and every send asks for it twice.
        now = self._clock()
        return f"{now.year:04}/{now.month:02}/{now.day:02} {now.hour:02}:{now.minute:02}:{now.second:02}"


def new_hub_id() -> str:
    """Return an id as senders get it: 24 hex digits."""
    return secrets.token_hex(_HUB_ID_BYTES)
