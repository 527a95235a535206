"""Requirements as rows, groups and counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.catalogue.clauses import clause_text
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level, Verdict
from harness.report.model import RequirementGroup, RequirementRow, VerdictCount, VerdictLabel
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import objects

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
_DUTIES = frozenset({Level.MANDATORY, Level.CONDITIONAL})


def mark(verdict: Any, wording: ReportTexts) -> VerdictLabel:
    """Return a verdict as shown; a word that is no verdict is shown as it is."""
    code = str(verdict)
    if code not in set(Verdict):
        return VerdictLabel("unknown", shown(verdict), "?")
    return VerdictLabel(code, wording.say(f"verdict.{code}"), SIGNS[Verdict(code)])


def severity_mark(severity: Any, wording: ReportTexts) -> VerdictLabel:
    """Return the severity of a finding as shown."""
    fails = str(severity) == "fail"
    return VerdictLabel(
        "fail" if fails else "remark",
        wording.say(f"severity.{'fail' if fails else 'remark'}"),
        "✘✔"[not fails],
    )


def words_of(value: Any) -> tuple[str, ...]:
    """Return the texts in a list of the report, fit to be shown."""
    return tuple(shown(one) for one in value) if isinstance(value, list | tuple) else ()


def rows_of(report: Mapping[str, Any], wording: ReportTexts) -> tuple[RequirementRow, ...]:
    """Return all requirements of a report as rows, in its order."""
    required = report.get("required")
    known = frozenset(required) if isinstance(required, list | tuple) else None
    details = _details(report, wording)
    return tuple(_row(entry, known, details, wording) for entry in objects(report.get("requirements")))


def why_of(entry: Mapping[str, Any], detail: str, wording: ReportTexts) -> str:
    """Say in words why a requirement or a scenario has no verdict; empty when it has one.

    Args:
        entry: of the report.
        detail: what is known of it besides; where that says what happened, it is only said whose matter that is.
        wording: language of the words.
    """
    verdict, cause = str(entry.get("verdict")), entry.get("cause")
    if verdict not in _WITHOUT_VERDICT:
        return ""
    if detail:
        return wording.known(f"whose.{cause}") if cause else ""
    words = wording.known(f"cause.{cause}") if cause else ""
    return words or wording.known(f"why.{verdict}")


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
    """Return how many rows have each verdict, every verdict being there."""
    numbers = Counter(row.verdict.code for row in rows)
    return tuple(VerdictCount(mark(verdict, wording), numbers[verdict]) for verdict in ORDER)


def _needed(entry: Mapping[str, Any], level: str, verdict: VerdictLabel, required: frozenset[Any] | None) -> bool:
    """Tell whether the certificate depends on it; a report that does not say so is read by its levels."""
    if isinstance(entry.get("required"), bool):
        return bool(entry["required"])
    if required is not None:
        return entry.get("id") in required
    return level in _DUTIES and verdict.code != Verdict.NOT_APPLICABLE


Details = Mapping[tuple[str, str], str]


def _details(report: Mapping[str, Any], wording: ReportTexts) -> Details:
    """Return what scenarios without a verdict say, by requirement and by what the scenario came to."""
    details: dict[tuple[str, str], str] = {}
    for scenario in objects(report.get("scenarios")):
        verdict = str(scenario.get("verdict"))
        if scenario.get("detail") and verdict in _WITHOUT_VERDICT:
            for requirement in words_of(scenario.get("requirements")):
                details.setdefault((requirement, verdict), wording.chosen(scenario["detail"]))
    return details


def _row(
    entry: Mapping[str, Any], required: frozenset[Any] | None, details: Details, wording: ReportTexts
) -> RequirementRow:
    id_ = shown(entry.get("id"))
    level, basis = str(entry.get("level")), str(entry.get("basis"))
    verdict = mark(entry.get("verdict"), wording)
    needed = _needed(entry, level, verdict, required)
    detail = details.get((id_, verdict.code), "")
    return RequirementRow(
        id=id_,
        statement=wording.chosen(entry.get("statement")),
        clause=clause_text(shown(entry.get("clause")), wording.language),
        level_code=shown(level),
        level=wording.known(f"level.{level}") or shown(level),
        basis_code=shown(basis),
        basis=wording.known(f"basis.{basis}") or shown(basis),
        verdict=verdict,
        required=needed,
        why=why_of(entry, detail, wording),
        detail=detail,
        note=wording.chosen(entry.get("note")),
        scenarios=words_of(entry.get("scenarios")),
    )
