"""What every expectation is: frozen data that can be written into the journal, and a pure judgement over evidence."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Literal

import msgspec

from harness.catalogue.declared_codes import UndeclaredCode
from harness.catalogue.findings import Finding, Where, clipped
from harness.catalogue.verdicts import Cause
from harness.expectations.assessment import Assessment, Blind, Broken, Pending
from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event
from harness.journal.events import DriverUnsupported, ViewUnseen

Role = Literal["duty", "precondition", "liveness"]
Codes = Mapping[str, tuple[str, ...]]
"""Reasons that an expectation may give, each with the values that its message gets besides expected and received."""


class Expectation(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """One thing that must, or must not, happen.

    Subclasses are named after what is expected. `gives` are the reasons that it may give; any other raises
    UndeclaredCode.
    `views` are the driver commands whose answers it reads. What `stays_met` once it held is judged by what its scenario
    saw: that it changed later is a duty of the whole run.
    """

    gives: ClassVar[Codes] = {}
    views: ClassVar[frozenset[str]] = frozenset()
    stays_met: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Make `assess` of a subclass raise for findings that the subclass does not declare."""
        super().__init_subclass__()
        own = vars(cls).get("assess")
        if own is not None:
            cls.assess = _as_declared(own)  # type: ignore[method-assign, assignment]

    @property
    def looks_at(self) -> frozenset[str]:
        """The views that this very expectation needs, where it does not need all that its kind may need."""
        return self.views

    @property
    def reads(self) -> frozenset[str]:
        """What it reads of a document that is shown, besides its state: `subject`, `flags`, `attachments`."""
        return frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the evidence there is.

        Args:
            evidence: events so far.
            requirement: id that a finding is charged to.
        """
        raise TypeError(f"{type(self).__name__} does not say how it is judged, and {requirement} needs it")


Assess = Callable[[Any, Evidence, str], Assessment]


def _as_declared(assess: Assess) -> Assess:
    """Return a judgement that raises UndeclaredCode where a finding is not as the kind of expectations declares."""

    @wraps(assess)
    def compared(expectation: Expectation, evidence: Evidence, requirement: str) -> Assessment:
        assessment = assess(expectation, evidence, requirement)
        if isinstance(assessment, Pending):
            _compare(assessment.finding, expectation.gives)
        elif isinstance(assessment, Broken):
            for found in assessment.findings:
                _compare(found, expectation.gives)
        return assessment

    return compared


def _compare(found: Finding, codes: Codes) -> None:
    named = codes.get(found.code.partition(".")[2])
    if named is None or not found.parameters.keys() >= set(named):
        raise UndeclaredCode(f"{found.code} {sorted(found.parameters)}", (f"{key} {codes[key]}" for key in codes))


def finding(
    requirement: str,
    reason: str,
    *,
    event: Event | None = None,
    expected: str = "",
    received: object = "",
    **parameters: object,
) -> Finding:
    """Build a finding whose code is `<requirement>.<reason>`, with the event that shows it."""
    return Finding(
        code=f"{requirement}.{reason}",
        where=Where(event=event.seq if event else None),
        expected=clipped(expected),
        received=clipped(str(received)),
        parameters={name: clipped(str(value)) for name, value in parameters.items()},
    )


def first(exchanges: list[Exchange]) -> Exchange | None:
    """Return the first of `exchanges`, if any."""
    return exchanges[0] if exchanges else None


def unsupported(evidence: Evidence, command: str) -> Blind | None:
    """Return Blind when the driver does not support a command, or its operator did not answer."""
    for event in evidence.events_of(DriverUnsupported):
        if event.what.command == command:
            return Blind(command, Cause.OPERATOR if event.what.error_kind == "operator" else Cause.CANDIDATE)
    if any(one.what.command == command and one.what.document is None for one in evidence.events_of(ViewUnseen)):
        return Blind(command, Cause.OPERATOR)
    return None


def shown_rows(
    evidence: Evidence, command: str, document: str, reads: frozenset[str] = frozenset()
) -> list[Mapping[str, Any]] | Blind:
    """Return the entries about a document in what the driver last showed, Blind when the driver cannot show it.

    A candidate's answer is hostile input: entries that do not have the contract's shape, or lack a required member, are
    ignored.
    """
    blind = unsupported(evidence, command)
    if blind is not None:
        return blind
    rows = [row for row in evidence.rows(command, document) if reads <= row.keys()]
    unseen = (event.what for event in evidence.events_of(ViewUnseen))
    if not rows and any(one.command == command and one.document == document for one in unseen):
        return Blind(command, Cause.OPERATOR)
    return rows
