"""Builds the report as it is shown from what a run left behind."""

from collections.abc import Sequence

from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Verdict
from harness.report.cards import cards_of, scenes_of
from harness.report.comparing import comparison_of
from harness.report.deviations import deviation_lines
from harness.report.identification import Identification, seal_items, seal_notice, sealing_key
from harness.report.laboratory import Laboratory
from harness.report.model import Notice, Report, Row
from harness.report.rows import UNSETTLED, counts_of, groups_of, mark, rows_of
from harness.report.sequence import Chronicle
from harness.report.source import Source
from harness.report.wording import Wording, shown

_LISTED = 40


def build(
    source: Source,
    language: Language,
    evidence: str,
    chronicle: Chronicle,
    laboratory: Laboratory | None = None,
    older: Source | None = None,
) -> Report:
    """Build the report of one run in one language.

    Args:
        source: the run.
        language: of every text.
        evidence: digest over the run's evidence.
        chronicle: the journal, indexed for pictures.
        laboratory: who tests, where that is configured; completes what run.json says.
        older: a run to compare with.
    """
    wording = Wording(language)
    rows = rows_of(source.report, wording)
    narrowed = bool(source.report.get("narrowed"))
    facts = Identification(source, laboratory, wording)
    cards = cards_of(source, rows, wording)
    key = sealing_key(source.directory, laboratory)
    verdict = mark(source.report.get("verdict"), wording)
    return Report(
        language=language,
        run_id=shown(source.run_id),
        issued=shown(source.fact("finished")),
        title=wording.say("title.narrowed" if narrowed else "title.full"),
        laboratory=facts.laboratory,
        subject=facts.subject,
        verdict=verdict,
        narrowed=narrowed,
        headline=_headline(verdict.code, rows, wording, narrowed=narrowed),
        evidence=evidence,
        notices=(*_notices(verdict.code, rows, wording, narrowed=narrowed), seal_notice(key, wording)),
        identification=facts.items(rows, narrowed=narrowed),
        counts=counts_of(rows, wording),
        groups=groups_of(rows, wording),
        cards=tuple(card for card in cards if card.severity.code == "fail"),
        remarks=tuple(card for card in cards if card.severity.code != "fail"),
        open_rows=tuple(row for row in rows if row.required and row.verdict.code in UNSETTLED),
        scenes=scenes_of(source.report, chronicle, rows, wording),
        limits=facts.limits(),
        deviations=deviation_lines(source.report, wording),
        comparison=comparison_of(source, older, wording) if older else None,
        sealing=seal_items(source, evidence, key, wording),
        public_key=key.pem if key else "",
        authorised=facts.authorised,
    )


def _headline(verdict: str, rows: Sequence[Row], wording: Wording, *, narrowed: bool) -> str:
    needed = [row for row in rows if row.required]
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


def _notices(verdict: str, rows: Sequence[Row], wording: Wording, *, narrowed: bool) -> list[Notice]:
    notices = []
    if narrowed:
        needed = [row.id for row in rows if row.required]
        listed = ", ".join(needed[:_LISTED]) + ("…" if len(needed) > _LISTED else "")
        text = wording.say("notice.narrowed.text", number=len(needed), list=listed)
        notices.append(Notice("narrowed", wording.say("notice.narrowed.title"), text))
    if verdict == Verdict.INCONCLUSIVE:
        title, text = wording.say("notice.inconclusive.title"), wording.say("notice.inconclusive.text")
        notices.append(Notice("inconclusive", title, text))
    return notices
