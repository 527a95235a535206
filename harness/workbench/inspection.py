"""What is wrong with one call, now: the watches of the judge over the record of that call alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.catalogue.finding_entry import FindingEntry, finding_entry
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Severity
from harness.crypto.chains.trust import Trust
from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event
from harness.judge.duties.facts import RunFacts
from harness.judge.finding_list import listing_of
from harness.judge.package_inspector import PackageInspector
from harness.judge.watches.packages import PackageWatch, watch_packages
from harness.judge.watches.vxp import watch_wire

CallVerdict = Literal["pass", "remark", "inconclusive", "fail"]


@dataclass(frozen=True, slots=True)
class CallReport:
    """What the watches say about one call.

    Attributes:
        findings: what is wrong, as a report would list it; what fails comes first.
        undecided: what could not be found out about the package.
        lost: whether a package came and was not kept, so that it was not checked.
    """

    findings: tuple[FindingEntry, ...]
    undecided: tuple[FindingEntry, ...] = ()
    lost: bool = False

    @property
    def verdict(self) -> CallVerdict:
        """What a certification would make of the call by itself."""
        if any(one.severity is Severity.FAIL for one in self.findings):
            return "fail"
        if self.undecided or self.lost:
            return "inconclusive"
        return "remark" if self.findings else "pass"

    @property
    def failure(self) -> FindingEntry | None:
        """The first finding that would fail a certification."""
        return next((one for one in self.findings if one.severity is Severity.FAIL), None)


class CallInspector:
    """Inspects calls, one by one and without state."""

    def __init__(
        self,
        profile: Profile,
        read_body: Callable[[str], bytes],
        organs: Callable[[str], frozenset[str]],
        trust: Callable[[], Trust],
    ) -> None:
        """Be ready to look.

        Args:
            profile: requirements, levels and parameters.
            read_body: returns the body of a name that an event mentions; raises KeyError for one that is gone.
            organs: returns the OrganIds of the agencies of a system.
            trust: returns what signatures rest on, besides the profile's anchors.
        """
        self._profile = profile
        self._read_body = read_body
        self._organs = organs
        self._trust = trust

    def report(self, exchange: Exchange, stimuli: Sequence[Event] = ()) -> CallReport:
        """Look into one call.

        Args:
            exchange: the call, answered or not.
            stimuli: packages that were delivered wrong on purpose, which a status may answer.
        """
        events = [*stimuli, exchange.request, *([exchange.answer] if exchange.answer else [])]
        evidence = Evidence.of(events)
        organs = self._organs(exchange.asked.system_id or "")
        found = [one for findings in watch_wire(evidence, self._profile, organs).values() for one in findings]
        lost = exchange.asked.package is not None and not exchange.package.blob
        try:
            watch = self._package(evidence, exchange)
        except KeyError:
            watch, lost = None, True
        undecided: tuple[FindingEntry, ...] = ()
        if watch is not None:
            found += [one for _, findings in sorted(watch.findings.items()) for one in findings]
            open_questions = [one.finding for _, one in sorted(watch.undecided.items())]
            undecided = tuple(finding_entry(one, Severity.REMARK) for one in open_questions)
        return CallReport(self._listed(found), undecided, lost)

    def _package(self, evidence: Evidence, exchange: Exchange) -> PackageWatch | None:
        if not exchange.package.blob:
            return None
        examiner = PackageInspector(self._profile, self._read_body, self._trust())
        return watch_packages(RunFacts(evidence, self._profile, self._read_body), examiner)

    def _listed(self, found: list[Finding]) -> tuple[FindingEntry, ...]:
        listing = listing_of(self._profile, {"call": found})
        entries = [finding_entry(*listed) for listed in listing.listed(self._profile, found)]
        return tuple(sorted(entries, key=lambda one: one.severity is not Severity.FAIL))
