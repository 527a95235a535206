"""Builds the report as it is shown from the files of a run."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Verdict
from harness.report.cards import cards_of, scenario_views
from harness.report.comparison import comparison_of
from harness.report.deviations import deviation_lines
from harness.report.identification import Identification, seal_items, seal_notice
from harness.report.model import Report, ReportNotice, RequirementRow
from harness.report.rows import UNSETTLED, counts_of, groups_of, mark, rows_of
from harness.report.sequence import SequenceDiagrams
from harness.report.texts import ReportTexts, shown
from harness.seal.laboratory import LaboratoryIdentity, PublicKey
from harness.seal.run_files import Source

_LISTED = 40


@dataclass(frozen=True, slots=True)
class Setting:
    """What a report says besides what the run's own files say.

    Attributes:
        evidence: digest over the run's evidence.
        diagrams: the journal, indexed for diagrams.
        key: that seals the run, None when none does.
        identity: who tests, where that is configured; completes what run.json says.
        older: a run to compare with.
    """

    evidence: str
    diagrams: SequenceDiagrams
    key: PublicKey | None = None
    identity: LaboratoryIdentity | None = None
    older: Source | None = None


def build(source: Source, language: Language, setting: Setting) -> Report:
    """Build the report of one run in one language."""
    wording = ReportTexts(language)
    rows = rows_of(source.report, wording)
    narrowed = source.report.narrowed
    facts = Identification(source, setting.identity, wording)
    cards = cards_of(source, rows, wording)
    verdict = mark(source.report.verdict, wording)
    return Report(
        language=language,
        run_id=shown(source.report.run_id),
        folder=shlex.quote(shown(source.name)),
        issued=shown(source.report.finished),
        title=wording.say("title.narrowed" if narrowed else "title.full"),
        laboratory=facts.laboratory,
        subject=facts.subject,
        verdict=verdict,
        narrowed=narrowed,
        asked=_asked(source),
        headline=_headline(verdict.code, rows, wording, narrowed=narrowed),
        evidence=setting.evidence,
        notices=(*_notices(verdict.code, rows, wording, narrowed=narrowed), seal_notice(setting.key, wording)),
        identification=facts.items(rows, narrowed=narrowed),
        counts=counts_of(rows, wording),
        groups=groups_of(rows, wording),
        cards=tuple(card for card in cards if card.severity.code == "fail"),
        remarks=tuple(card for card in cards if card.severity.code != "fail"),
        open_rows=tuple(row for row in rows if row.required and row.verdict.code in UNSETTLED),
        scenarios=scenario_views(source.report, setting.diagrams, rows, wording),
        limits=facts.limits(),
        deviations=deviation_lines(source.report, wording),
        comparison=comparison_of(source.report, setting.older.report, wording) if setting.older else None,
        sealing=seal_items(source, setting.evidence, setting.key, wording),
        public_key=setting.key.pem if setting.key else "",
        authorised=facts.authorised,
    )


def _asked(source: Source) -> frozenset[str]:
    """What the run was narrowed to is in its record; what counted at the end lacks what does not apply."""
    only = source.start.only if source.start else None
    return frozenset(source.report.required if only is None else map(shown, only))


def _headline(verdict: str, rows: Sequence[RequirementRow], wording: ReportTexts, *, narrowed: bool) -> str:
    needed = [row for row in rows if row.required or row.verdict.code == Verdict.FAIL]
    if not needed:
        return wording.say("headline.empty")
    failed = sum(row.verdict.code == Verdict.FAIL for row in needed)
    unsettled = sum(row.verdict.code in UNSETTLED for row in needed)
    remarks = sum(row.verdict.code == Verdict.REMARK for row in rows)
    numbers = {"total": len(needed), "failed": failed, "open": unsettled, "remarks": remarks}
    key = f"headline.{verdict}.narrowed" if narrowed else f"headline.{verdict}"
    sentences = [wording.say(key, **numbers)] if wording.known(key) else []
    if verdict == Verdict.FAIL and unsettled:
        sentences.append(wording.say("headline.fail.open", **numbers))
    if remarks:
        sentences.append(wording.say("headline.remarks", **numbers))
    return " ".join(sentences)


def _notices(
    verdict: str, rows: Sequence[RequirementRow], wording: ReportTexts, *, narrowed: bool
) -> list[ReportNotice]:
    notices = []
    if narrowed:
        needed = [row.id for row in rows if row.required]
        listed = ", ".join(needed[:_LISTED]) + ("…" if len(needed) > _LISTED else "")
        text = wording.say("notice.narrowed.text", number=len(needed), list=listed)
        notices.append(ReportNotice("narrowed", wording.say("notice.narrowed.title"), text))
    if verdict == Verdict.INCONCLUSIVE:
        title, text = wording.say("notice.inconclusive.title"), wording.say("notice.inconclusive.text")
        notices.append(ReportNotice("inconclusive", title, text))
    return notices
