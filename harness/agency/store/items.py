"""Items of the hub's lists whose content is stored: what is to be reported to the hub, and whether it was."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item of a list whose content is stored.

    Attributes:
        receiver_doc_id: the hub's id of it.
        messagetype: `edoc` or `status`.
        document_id: DocumentId that the content names, None when it names none.
        answer: transport status to be reported, `done` or `fail`.
        description: reason that goes with it.
        acked: whether the hub has taken the answer.
    """

    receiver_doc_id: str
    messagetype: str
    document_id: str | None
    answer: str
    description: str
    acked: bool = False


class ListedItems:
    """The table of items."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, item: ListedItem) -> None:
        """Note what is to be reported about an item, in place of what was noted before."""
        self._connection.execute(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)",
            (item.receiver_doc_id, item.messagetype, item.document_id, item.answer, item.description, item.acked),
        )

    def get(self, receiver_doc_id: str) -> ListedItem | None:
        """Return an item, or None when its content was never stored."""
        row = self._connection.execute("SELECT * FROM item WHERE receiver_doc_id = ?", (receiver_doc_id,)).fetchone()
        return _item(row) if row else None

    def came_before(self, document_id: str, receiver_doc_id: str) -> bool:
        """Return whether the document came already, as another item."""
        row = self._connection.execute(
            "SELECT 1 FROM item WHERE document_id = ? AND receiver_doc_id != ? AND messagetype = 'edoc' LIMIT 1",
            (document_id, receiver_doc_id),
        ).fetchone()
        return row is not None

    def unacked(self) -> Sequence[ListedItem]:
        """Return the items whose answer the hub has not taken."""
        return [_item(row) for row in self._connection.execute("SELECT * FROM item WHERE acked = 0 ORDER BY rowid")]

    def set_acked(self, receiver_doc_id: str) -> None:
        """Note that the hub has taken the answer."""
        self._connection.execute("UPDATE item SET acked = 1 WHERE receiver_doc_id = ?", (receiver_doc_id,))


def _item(row: sqlite3.Row) -> ListedItem:
    columns = dict(row)
    return ListedItem(**{**columns, "acked": bool(columns["acked"])})
