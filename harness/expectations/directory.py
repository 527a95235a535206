"""What a candidate must do with the hub's directory of agencies."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.expectations.assessment import Assessment, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, unsupported
from harness.expectations.evidence import Evidence
from harness.expectations.sending import Shown


class Registered(Expectation, frozen=True, tag="registered"):
    """The agency is registered at the hub, below `parent`."""

    gives: ClassVar[Codes] = {
        "not-registered": (),
    }

    organ_id: str
    parent: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the calls of registerAgency."""
        if any(one.effect.registered == self.organ_id for one in evidence.exchanges):
            return Met()
        return Pending(finding(requirement, "not-registered", expected=f"registerAgency {self.organ_id}", received="-"))


class DirectoryRead(Expectation, frozen=True, tag="directory-read"):
    """The candidate has read a directory of at least `rows` agencies, and says so."""

    gives: ClassVar[Codes] = {
        "directory-not-read": (),
    }

    views: ClassVar[frozenset[str]] = frozenset({"directory"})

    rows: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the directory calls, and what the driver shows."""
        blind = unsupported(evidence, "directory")
        if blind is not None:
            return blind
        served = any(
            one.effect.directory is not None and one.effect.directory.rows >= self.rows
            for one in evidence.exchanges
            if one.served
        )
        look = evidence.view("directory")
        count = (look.what.result or {}).get("count") if look else None
        if served and isinstance(count, int) and count >= self.rows:
            return Met()
        return Pending(
            finding(
                requirement,
                "directory-not-read",
                event=look,
                expected=f">= {self.rows}",
                received="-" if count is None else count,
            )
        )


class DirectoryRenewed(Expectation, frozen=True, tag="directory-renewed"):
    """The candidate has read the directory after event `since`, when it had `rows` agencies, and shows their number."""

    gives: ClassVar[Codes] = {
        "directory-not-read-again": (),
        "directory-not-renewed": (),
    }

    views: ClassVar[frozenset[str]] = frozenset({"directory"})

    rows: int
    since: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the directory calls after the change, and what the driver shows."""
        blind = unsupported(evidence, "directory")
        if blind is not None:
            return blind
        served = {
            one.effect.directory.rows
            for one in evidence.exchanges
            if one.effect.directory is not None and one.served and one.request.seq > self.since
        }
        look = evidence.view("directory")
        count = (look.what.result or {}).get("count") if look else None
        renewed = {rows for rows in served if rows >= self.rows}  # one of the lists has closed codes, too
        if renewed and count in {self.rows, *renewed}:
            return Met()
        received = "-" if count is None else count
        code = "directory-not-renewed" if served else "directory-not-read-again"
        return Pending(finding(requirement, code, event=look, expected=str(self.rows), received=received))


class ClosedCodeShown(Expectation, frozen=True, tag="closure-told"):
    """The clerk learns what happens to a document to a closed code: the system refuses to send it, or shows its state.

    `code_number` and `code_notation` are the document's, by which the order is known; `states` are those of the outbox
    that are right.
    """

    gives: ClassVar[Codes] = {
        "not-shown": ("document",),
        "shown-otherwise": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"outbox"})

    document: str
    code_number: str
    code_notation: str
    states: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the answer to the order, else the last look into the outbox."""
        refused = any(
            call.what.error_kind == "refused" and self._is_meant(call.what.arguments)
            for call in evidence.calls_of("send")
        )
        return Met() if refused else Shown(self.document, self.states).assess(evidence, requirement)

    def _is_meant(self, given: Mapping[str, Any]) -> bool:
        return (str(given.get("code_number")), str(given.get("code_notation"))) == (
            self.code_number,
            self.code_notation,
        )
