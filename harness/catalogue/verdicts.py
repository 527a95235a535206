"""The words of judgement: verdict, cause, severity, level, basis.

Verdicts follow ISO/IEC 9646 (pass, fail, inconclusive); the shapes are those of `report.json`.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """Verdict of a requirement or a scenario."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REMARK = "remark"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    NOT_RUN = "not_run"


class Cause(StrEnum):
    """What made a verdict inconclusive. Only the candidate can fail; all of these can prevent a result."""

    CONFIGURATION = "configuration"
    HARNESS = "harness"
    NETWORK = "network"
    CANDIDATE = "candidate"
    OPERATOR = "operator"


class Severity(StrEnum):
    """What a finding does to the verdict. The profile says it, never the check."""

    FAIL = "fail"
    REMARK = "remark"
    OFF = "off"


class Level(StrEnum):
    """How much a requirement weighs: M mandatory, R recommended, C mandatory with its capability declared."""

    MANDATORY = "M"
    RECOMMENDED = "R"
    CONDITIONAL = "C"
    OFF = "off"


class Basis(StrEnum):
    """How certain a requirement is, from the text of a law down to inference."""

    LAW = "law"
    OPERATOR = "operator"
    PRACTICE = "practice"
    SINGLE = "single"
    ASSUMED = "assumed"
