"""The requirements that a judged run leaves open: what a later run has to play again."""

from harness.catalogue.verdicts import Verdict
from harness.judge.report_schema import Judgement

_SETTLED = frozenset({Verdict.PASS, Verdict.REMARK, Verdict.NOT_APPLICABLE})


def not_passed(report: Judgement) -> list[str]:
    """Return the ids of the requirements that a run needed and did not pass, none where it passed all."""
    return [
        entry.id
        for entry in report.requirements
        if entry.verdict is Verdict.FAIL or (entry.required and entry.verdict not in _SETTLED)
    ]
