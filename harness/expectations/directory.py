"""What a candidate must do with the hub's directory of agencies."""

from typing import ClassVar

from harness.expectations.assessment import Assessment, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, unsupported
from harness.expectations.evidence import Evidence


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
