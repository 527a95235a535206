"""Counts over a whole check."""

from collections import Counter
from dataclasses import dataclass, field

from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Severity
from harness.rules.bulk.rows import FileRow, blocks


@dataclass(slots=True)
class Summary:
    """What a check came to, so far.

    Attributes:
        passed: files without a failure.
        failed: files with one.
        undecided: files that did not fail, but of which something mandatory stayed open.
        skipped: files that were not taken for packages.
        broken: files at which the harness itself failed.
        kinds: files by kind.
        failures: files that break a requirement, by its id.
        remarks: files that draw a remark, by the requirement's id.
        interrupted: the check was stopped before its end.
    """

    passed: int = 0
    failed: int = 0
    undecided: int = 0
    skipped: int = 0
    broken: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False

    @property
    def checked(self) -> int:
        """Files that were checked."""
        return self.passed + self.failed

    def add(self, row: FileRow, profile: Profile) -> None:
        """Count one file."""
        self.kinds[row.kind] += 1
        if row.verdict == "fail":
            self.failed += 1
        else:
            self.passed += 1
            self.undecided += blocks(row, profile)
        for severity, counter in ((Severity.FAIL, self.failures), (Severity.REMARK, self.remarks)):
            counter.update({finding.requirement for finding in row.findings if finding.severity == severity})
