"""Answers about what a run left: findings, notes, messages, comparison, seal."""

from typing import Any

import msgspec

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.texts import LocalisedText


class RunFindingShape(msgspec.Struct, frozen=True):
    """A finding of a judged run; `number` counts from 1."""

    number: int
    scenario: str
    finding: FindingEntry


class RunFindingList(msgspec.Struct, frozen=True):
    """Findings of a run, in the order of its report."""

    findings: list[RunFindingShape]


class NoteShape(msgspec.Struct, frozen=True):
    """A note that a person wrote on a finding; it changes no verdict."""

    author: str
    role: str
    at: str
    text: str


class NotedFindingShape(msgspec.Struct, frozen=True):
    """A finding with its notes, oldest first."""

    number: int
    scenario: str
    finding: FindingEntry
    notes: list[NoteShape]


class WantedNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note to be written."""

    text: str


class SearchedFindingShape(msgspec.Struct, frozen=True):
    """A finding of any run, as it is found by its words."""

    run: str
    number: int
    requirement: str
    code: str
    severity: str
    scenario: str
    message: LocalisedText


class SearchedFindingList(msgspec.Struct, frozen=True):
    """Findings of all runs, run by run."""

    findings: list[SearchedFindingShape]


class RecordedMessageShape(msgspec.Struct, frozen=True):
    """An event of a run's record, in a sentence of the language that was asked for."""

    number: int
    scenario: str
    said: str


class RecordedMessageList(msgspec.Struct, frozen=True):
    """Events of a run's record, in their order."""

    messages: list[RecordedMessageShape]


class WholeMessageShape(msgspec.Struct, frozen=True):
    """An event of a run's record.

    Attributes:
        head: its lines, up to the body.
        size: bytes of the body, which has an address of its own.
        partner: number of the answer to a request, or of the request of an answer; null for none.
    """

    number: int
    head: list[str]
    size: int
    partner: int | None


class ComparedRequirementShape(msgspec.Struct, frozen=True):
    """A requirement whose verdict differs: `fixed`, `new`, `still` failing, or `other`."""

    kind: str
    requirement: str
    before: str
    after: str
    codes: tuple[str, ...]


class ComparedRunsShape(msgspec.Struct, frozen=True):
    """Two runs compared; `caution` says why they may not be comparable."""

    older: str
    newer: str
    caution: str
    changes: list[ComparedRequirementShape]


class SealShape(msgspec.Struct, frozen=True):
    """The seal of a run checked, and its record judged once more.

    Attributes:
        result: as `lienthong verify --format json` writes it; null where there is none.
        complaint: why there is none.
    """

    result: dict[str, Any] | None
    complaint: str
