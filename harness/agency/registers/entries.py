"""Entries of the registers: a document with all that is kept of it, read from the store alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.agency.composer import DATE
from harness.agency.store.inbox import InboxDocument
from harness.agency.store.outbox import OutDocument
from harness.edxml.model import DocumentPackage

Register = Literal["Outgoing", "Incoming"]
_SHOWN = "%d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Bookings:
    """What the store holds of documents, read at one moment.

    Attributes:
        received, sent: in the order in which they came.
        histories: packages of the statuses sent, by the DocumentId that they are about; digests, in order.
        names: of the own agencies, by OrganId.
    """

    received: tuple[InboxDocument, ...]
    sent: tuple[OutDocument, ...]
    histories: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A document in one of the two registers.

    Attributes:
        register: which.
        package: as it was exchanged; without the contents of its attachments.
        stored: digest of that package in the store.
        document_id: it is known by.
        subject: as it is now: an update may have changed it.
        organ_id: the own agency that has it.
        day: on which it came, or was issued, as `DD/MM/YYYY`.
        arrival: number of arrival; empty for a document sent.
        units: own agencies that it came to, by name.
        history: every status that was said about it.
        state: `active`, `cancelled` or `frozen`.
        recall: DocumentId of what recalled it, empty where nothing did.
    """

    register: Register
    package: DocumentPackage
    stored: str
    document_id: str
    subject: str
    organ_id: str
    day: str
    arrival: str = ""
    units: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    state: str = "active"
    recall: str = ""

    @property
    def issued(self) -> str:
        """Day of promulgation as `DD/MM/YYYY`."""
        return shown_day(self.package.promulgation_info.promulgation_date)

    @property
    def pages(self) -> int:
        """Number of pages as the package says; 1 where it says nothing of use."""
        other = self.package.other_info
        said = other.page_amount.strip() if other else ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) <= 3 else 1


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file as it was exchanged: its name, never used as a path, and its bytes."""

    name: str
    content: bytes

    @property
    def ending(self) -> str:
        """The ending of its name with the dot, where it is a plain one."""
        ending = self.name.rpartition(".")[2].lower()
        return f".{ending}" if ending != self.name.lower() and ending.isascii() and ending.isalnum() else ".bin"


def shown_day(text: str) -> str:
    """Return a day of a package as `DD/MM/YYYY`, or as it is where it is none."""
    try:
        return datetime.strptime(text.strip(), DATE).strftime(_SHOWN)
    except ValueError:
        return text
