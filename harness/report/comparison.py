"""This run against an older one: what was fixed, what is new, what still fails."""

from collections.abc import Mapping
from typing import Any

from harness.catalogue.verdicts import Verdict
from harness.report.model import Comparison, RequirementChange
from harness.report.rows import mark
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import Source, objects

_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})
_ABSENT = "absent"
_KINDS = ("new", "still", "fixed", "other")


def comparison_of(source: Source, older: Source, wording: ReportTexts) -> Comparison:
    """Compare the verdicts of two runs by requirement; what did not change and is no failure is left out."""
    before, after = _verdicts(older.report), _verdicts(source.report)
    codes = _codes(source.report)
    changes = []
    for requirement in dict.fromkeys([*after, *before]):
        was, now = before.get(requirement, _ABSENT), after.get(requirement, _ABSENT)
        kind = change_kind(was, now)
        if kind is not None:
            marks = (mark(was, wording), mark(now, wording))
            changes.append(
                RequirementChange(kind, requirement, *marks, tuple(dict.fromkeys(codes.get(requirement, ()))))
            )
    changes.sort(key=lambda change: _KINDS.index(change.kind))
    return Comparison(shown(older.run_id), _caution(source, older, wording), tuple(changes))


def change_kind(before: str, after: str) -> str | None:
    """Name the change between two verdicts, None when there is nothing to tell."""
    if after == Verdict.FAIL:
        return "still" if before == Verdict.FAIL else "new"
    if before == after:
        return None
    return "fixed" if before == Verdict.FAIL and after in _GOOD else "other"


def _verdicts(report: Mapping[str, Any]) -> dict[str, str]:
    return {shown(entry.get("id")): str(entry.get("verdict")) for entry in objects(report.get("requirements"))}


def _codes(report: Mapping[str, Any]) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for scenario in objects(report.get("scenarios")):
        for finding in objects(scenario.get("findings")):
            codes.setdefault(shown(finding.get("requirement")), []).append(shown(finding.get("code")))
    return codes


def _caution(source: Source, older: Source, wording: ReportTexts) -> str:
    profiles = [shown(one.part("profile").get("sha256"))[:12] for one in (older, source)]
    names = [_product(one) for one in (older, source)]
    words = []
    if profiles[0] != profiles[1]:
        words.append(wording.say("comparison.profile", before=profiles[0], after=profiles[1]))
    if names[0] != names[1]:
        words.append(wording.say("comparison.candidate", before=names[0], after=names[1]))
    return " ".join(words)


def _product(source: Source) -> str:
    candidate = source.part("candidate")
    inner = candidate.get("candidate")
    return shown((inner if isinstance(inner, Mapping) else candidate).get("name"))
