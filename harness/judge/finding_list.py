"""How many findings a report lists: all of them, unless there are so many that the report could not be read.

Every offending package and request is a finding of its own. A hostile candidate can cause millions of them; what is
left out is counted with each code, and the limits of the report say that something is.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Severity

_MOST_OF_A_CODE = 200
_MOST_IN_ALL = 10_000
_LEAST_OF_A_CODE = 3


@dataclass(frozen=True, slots=True)
class FindingList:
    """How much of what was found is listed in the report.

    Attributes:
        most: findings of one code that are listed of one scenario.
        left_out: findings of all codes and scenarios that are not.
    """

    most: int
    left_out: int

    def listed(self, profile: Profile, findings: Collection[Finding]) -> Iterator[tuple[Finding, Severity, int]]:
        """Yield what is listed of one scenario's findings, in their order: with severity, and how often it was seen."""
        counts = Counter(found.code for found in findings)
        shown: Counter[str] = Counter()
        for found in findings:
            severity = profile.severity(found)
            shown[found.code] += 1
            if severity is not Severity.OFF and shown[found.code] <= self.most:
                yield found, severity, counts[found.code]


def listing_of(profile: Profile, scenarios: Mapping[str, Collection[Finding]]) -> FindingList:
    """Return how much is listed, so that every code of every scenario keeps its first findings."""
    counts = [number for findings in scenarios.values() for number in _weighing(profile, findings)]
    most = _MOST_OF_A_CODE
    while most > _LEAST_OF_A_CODE and sum(min(number, most) for number in counts) > _MOST_IN_ALL:
        most = max(most // 2, _LEAST_OF_A_CODE)
    return FindingList(most, sum(max(number - most, 0) for number in counts))


def _weighing(profile: Profile, findings: Collection[Finding]) -> Iterator[int]:
    """Yield how often each code was found, those left out that the profile does not look at."""
    first = {found.code: found for found in reversed(tuple(findings))}
    counts = Counter(found.code for found in findings)
    return (counts[code] for code, found in first.items() if profile.severity(found) is not Severity.OFF)
