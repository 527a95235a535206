"""This run against an older one: what was fixed, what is new, what still fails."""

from harness.catalogue.verdicts import Verdict
from harness.judge.report_schema import Judgement, candidate_of
from harness.report.model import Comparison, RequirementChange
from harness.report.rows import mark
from harness.report.texts import ReportTexts, shown

_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})
_ABSENT = "absent"
_KINDS = ("new", "still", "fixed", "other")


def comparison_of(report: Judgement, older: Judgement, wording: ReportTexts) -> Comparison:
    """Compare the verdicts of two runs by requirement; what did not change and is not a failure is left out."""
    before, after = _verdicts(older), _verdicts(report)
    codes = _codes(report)
    changes = []
    for requirement in dict.fromkeys([*after, *before]):
        was, now = before.get(requirement, _ABSENT), after.get(requirement, _ABSENT)
        kind = change_kind(was, now)
        if kind is not None:
            marks = (mark(was, wording), mark(now, wording))
            changes.append(
                RequirementChange(kind, shown(requirement), *marks, tuple(dict.fromkeys(codes.get(requirement, ()))))
            )
    changes.sort(key=lambda change: _KINDS.index(change.kind))
    return Comparison(shown(older.run_id), _caution(report, older, wording), tuple(changes))


def change_kind(before: str, after: str) -> str | None:
    """Name the change between two verdicts, None when there is none worth showing."""
    if after == Verdict.FAIL:
        return "still" if before == Verdict.FAIL else "new"
    if before == after:
        return None
    return "fixed" if before == Verdict.FAIL and after in _GOOD else "other"


def _verdicts(report: Judgement) -> dict[str, str]:
    return {entry.id: entry.verdict for entry in report.requirements}


def _codes(report: Judgement) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for scenario in report.scenarios:
        for finding in scenario.findings:
            codes.setdefault(finding.requirement, []).append(shown(finding.code))
    return codes


def _caution(report: Judgement, older: Judgement, wording: ReportTexts) -> str:
    profiles = [shown(one.profile.sha256)[:12] for one in (older, report)]
    names = [shown(candidate_of(one).candidate.name) for one in (older, report)]
    words = []
    if profiles[0] != profiles[1]:
        words.append(wording.say("comparison.profile", before=profiles[0], after=profiles[1]))
    if names[0] != names[1]:
        words.append(wording.say("comparison.candidate", before=names[0], after=names[1]))
    return " ".join(words)
