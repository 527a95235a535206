"""An item as a list of the hub names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """An item of a list: the hub's id, and sender and receiver as the list names them (empty: not named)."""

    receiver_doc_id: str
    messagetype: str
    sender: str = ""
    receiver: str = ""
