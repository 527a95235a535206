"""The codes of the exchange by name, each written here and nowhere else: statuses, operations, reasons of refusal.

A profile names them as text; what it says of the hub's refusals is checked against these when it is loaded. Its list of
statuses may hold more than the harness speaks of itself: a ministry may add one, and its order, as data.
"""

from enum import StrEnum


class StatusCode(StrEnum):
    """Business statuses of the status package, two digits. Source: the operator's documents, and practice."""

    ARRIVED = "01"
    REFUSED = "02"
    REGISTERED = "03"
    ASSIGNED = "04"
    PROCESSING = "05"
    FINISHED = "06"
    TAKE_BACK = "13"
    AGREED = "15"
    DISAGREED = "16"

    @property
    def number(self) -> int:
        """What the digits say, for what is compared however it was written."""
        return int(self)


class BusinessOperation(StrEnum):
    """What a document package does, `Bussiness/BussinessDocType`. Source: the operator's documents."""

    NEW = "0"
    RECALL = "1"
    UPDATE = "2"
    REPLACEMENT = "3"

    @property
    def number(self) -> int:
        """What the digit says."""
        return int(self)


class RefusalReason(StrEnum):
    """Reasons for which the reference hub refuses a call; a profile must give an error code for each."""

    UNREADABLE = "unreadable"
    BAD_REQUEST = "bad-request"
    UNKNOWN_DOCUMENT = "unknown-document"
    UNAUTHENTICATED = "unauthenticated"
    RECEIVER_UNKNOWN = "receiver-unknown"
    SENDER_NOT_REGISTERED = "sender-not-registered"
    INTERNAL = "internal"
    RECEIVER_LOCKED = "receiver-locked"
