"""Counts over a whole check."""

from collections import Counter
from dataclasses import dataclass, field

from harness.catalogue.verdicts import Severity
from harness.validation.rows import FileRow, Judged


@dataclass(slots=True)
class CheckSummary:
    """What a check came to, so far.

    Attributes:
        passed: files that pass.
        failed: files that fail.
        undecided: files that did not fail, but of which something mandatory stayed open.
        skipped: files that were not taken for packages.
        broken: files at which the harness itself failed; they are undecided as well.
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
        return self.passed + self.failed + self.undecided

    @property
    def complete(self) -> bool:
        """True when there was something to check and all of it was."""
        return bool(self.checked) and not self.interrupted and not self.broken

    @property
    def verdict(self) -> Judged:
        """What all files come to; a file that fails decides, whatever else stayed open."""
        if self.failed:
            return "fail"
        return "pass" if self.complete and not self.undecided else "inconclusive"

    def add(self, row: FileRow) -> None:
        """Count one file."""
        self.kinds[row.kind] += 1
        self.passed += row.verdict == "pass"
        self.failed += row.verdict == "fail"
        self.undecided += row.verdict == "inconclusive"
        for severity, counter in ((Severity.FAIL, self.failures), (Severity.REMARK, self.remarks)):
            counter.update({finding.requirement for finding in row.findings if finding.severity == severity})
