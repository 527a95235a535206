"""Requirements as rows, groups and counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harness.catalogue.clauses import clause_text
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Severity, Verdict
from harness.judge.report_schema import Judgement, RequirementEntry, ScenarioEntry
from harness.report.model import RequirementGroup, RequirementRow, VerdictCount, VerdictLabel
from harness.report.texts import ReportTexts, shown

SIGNS = {
    Verdict.PASS: "✔",
    Verdict.REMARK: "✔",
    Verdict.FAIL: "✘",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_RUN: "–",
    Verdict.NOT_APPLICABLE: "·",
}
ORDER = tuple(SIGNS)
UNSETTLED = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_RUN})
_WITHOUT_VERDICT = UNSETTLED | {Verdict.NOT_APPLICABLE}


def mark(verdict: str, wording: ReportTexts) -> VerdictLabel:
    """Return a verdict as shown; any other word is shown as it is."""
    if verdict not in set(Verdict):
        return VerdictLabel("unknown", shown(verdict), "?")
    return VerdictLabel(str(verdict), wording.say(f"verdict.{verdict}"), SIGNS[Verdict(verdict)])


def severity_mark(severity: Severity, wording: ReportTexts) -> VerdictLabel:
    """Return the severity of a finding as shown."""
    fails = severity is Severity.FAIL
    return VerdictLabel(
        "fail" if fails else "remark",
        wording.say(f"severity.{'fail' if fails else 'remark'}"),
        "✘✔"[not fails],
    )


def words_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return words of the report, fit to be shown."""
    return tuple(shown(one) for one in words)


def rows_of(report: Judgement, wording: ReportTexts) -> tuple[RequirementRow, ...]:
    """Return all requirements of a report as rows, in its order."""
    details = _details(report, wording)
    return tuple(_row(entry, details.get((entry.id, entry.verdict), ""), wording) for entry in report.requirements)


def why_of(entry: RequirementEntry | ScenarioEntry, detail: str, wording: ReportTexts) -> str:
    """Say in words why a requirement or a scenario has no verdict; empty when it has one.

    Args:
        entry: of the report.
        detail: what is known of it besides; where that says what happened, only who is responsible is added.
        wording: language of the words.
    """
    if entry.verdict not in _WITHOUT_VERDICT:
        return ""
    if detail:
        return wording.known(f"whose.{entry.cause}") if entry.cause else ""
    words = wording.known(f"cause.{entry.cause}") if entry.cause else ""
    return words or wording.known(f"why.{entry.verdict}")


def groups_of(rows: Sequence[RequirementRow], wording: ReportTexts) -> tuple[RequirementGroup, ...]:
    """Return the rows by group, groups in the catalogue's order."""
    titles = load_catalogue().groups
    present = dict.fromkeys(row.id.partition("-")[0] for row in rows)
    keys = [*(key for key in titles if key in present), *(key for key in present if key not in titles)]
    groups = []
    for key in keys:
        own = tuple(row for row in rows if row.id.partition("-")[0] == key)
        title = titles[key][wording.language] if key in titles else key
        groups.append(RequirementGroup(key, title, own, counts_of(own, wording)))
    return tuple(groups)


def counts_of(rows: Iterable[RequirementRow], wording: ReportTexts) -> tuple[VerdictCount, ...]:
    """Return how many rows have each verdict, with 0 for the others."""
    numbers = Counter(row.verdict.code for row in rows)
    return tuple(VerdictCount(mark(verdict, wording), numbers[verdict]) for verdict in ORDER)


def _details(report: Judgement, wording: ReportTexts) -> Mapping[tuple[str, Verdict], str]:
    """Return what scenarios without a verdict say, by requirement and by what the scenario came to."""
    details: dict[tuple[str, Verdict], str] = {}
    for scenario in report.scenarios:
        if scenario.detail is not None and scenario.verdict in _WITHOUT_VERDICT:
            for requirement in scenario.requirements:
                details.setdefault((requirement, scenario.verdict), wording.chosen(scenario.detail))
    return details


def _row(entry: RequirementEntry, detail: str, wording: ReportTexts) -> RequirementRow:
    return RequirementRow(
        id=shown(entry.id),
        statement=wording.chosen(entry.statement),
        clause=clause_text(shown(entry.clause), wording.language),
        level_code=str(entry.level),
        level=wording.known(f"level.{entry.level}") or str(entry.level),
        basis_code=str(entry.basis),
        basis=wording.known(f"basis.{entry.basis}") or str(entry.basis),
        verdict=mark(entry.verdict, wording),
        required=entry.required,
        why=why_of(entry, detail, wording),
        detail=detail,
        scenarios=words_of(entry.scenarios),
    )
