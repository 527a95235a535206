"""What every expectation is: frozen data that can be written into the journal, and a pure judgement over evidence."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from harness.catalogue.findings import Finding, Where, clipped
from harness.journal import Event
from harness.judge.assessment import Assessment, Blind
from harness.judge.evidence import Evidence, Exchange


class Expectation(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """One thing that must, or must not, happen.

    Subclasses are named after what is expected. `views` are the driver commands whose answers it reads.
    """

    views: ClassVar[frozenset[str]] = frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the evidence there is.

        Args:
            evidence: events so far.
            requirement: id that a finding is charged to.
        """
        raise TypeError(f"{type(self).__name__} does not say how it is judged, and {requirement} needs it")


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


def shown_rows(evidence: Evidence, command: str, document: str) -> list[Mapping[str, Any]] | Blind:
    """Return the entries about a document in what the driver last showed, Blind when the driver cannot show it.

    What a candidate shows is hostile: whatever is not of the contract's shape is passed over.
    """
    if any(event.data.get("command") == command for event in evidence.kind("driver.unsupported")):
        return Blind(command)
    event = evidence.view(command)
    rows = event.data["result"].get("documents") if event else None
    if not isinstance(rows, list):
        return []
    return [row for row in rows if isinstance(row, dict) and row.get("document_id") == document]
