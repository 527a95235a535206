"""What an expectation can come to: one frozen type per outcome."""

from dataclasses import dataclass, field

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Cause


@dataclass(frozen=True, slots=True)
class Met:
    """What was expected has happened; nothing that follows can change it.

    `measured` is the value and its limit, of what depends on time.
    """

    measured: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """What must not happen has not happened so far. Counts only together with a sign of life."""

    measured: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """What was expected has not happened yet; `finding` is what will be said if it never does."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Broken:
    """What was expected can no longer come true."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Blind:
    """It cannot be seen: the driver does not support `command`, or its operator did not answer; `cause` says which."""

    command: str
    cause: Cause = Cause.CANDIDATE


Assessment = Met | Holding | Pending | Broken | Blind
