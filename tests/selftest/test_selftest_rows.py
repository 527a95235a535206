"""When an agency of the gallery counts as judged rightly, and what else it may have come to."""

import pytest

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.findings import Where
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Basis, Cause, Level, Severity, Verdict
from harness.judge.report_schema import (
    Judgement,
    ProfileEntry,
    RequirementEntry,
    ScenarioEntry,
    VerdictCounts,
)
from harness.selftest.rows import CaseResult, DefectCatch, MatrixRow, SelftestCase, in_trouble, weighed

WORDS = LocalisedText("một", "one")
DEFECT = SelftestCase("never-acks", "RCV-02", "Never acknowledges.", ("RCV-02",))
ADVISED = SelftestCase("no-time-stamp", "PDF-05", "Leaves out the time stamp.", ("PDF-05",))
CORRECT = SelftestCase("other-prefixes", None, "Writes other prefixes.", None)


def found(code: str, severity: Severity = Severity.FAIL) -> FindingEntry:
    return FindingEntry(code.partition(".")[0], code, severity, WORDS, Where(), "", "")


def entry(name: str, *findings: FindingEntry, cause: Cause | None = None) -> ScenarioEntry:
    verdict = Verdict.INCONCLUSIVE if cause else Verdict.PASS
    requirement = name.removeprefix("watch/").partition("/")[0]
    return ScenarioEntry(name, (requirement,), verdict, cause, WORDS if cause else None, 1.0, findings)


def judgement(*scenarios: ScenarioEntry, open_ids: tuple[str, ...] = (), verdict: str = "fail") -> Judgement:
    ids = dict.fromkeys(key for scenario in scenarios for key in scenario.requirements)
    return Judgement(
        schema="lienthong.report/1",
        run_id="test",
        verdict="pass" if verdict == "pass" else "inconclusive" if verdict == "inconclusive" else "fail",
        profile=ProfileEntry("p", "1", "0", WORDS),
        candidate={},
        harness={},
        driver="reference",
        started="",
        finished="",
        seed=1,
        narrowed=True,
        complete=True,
        required=tuple(ids),
        limits=(),
        summary=VerdictCounts({}, {}),
        requirements=tuple(
            RequirementEntry(
                id=key,
                level=Level.MANDATORY,
                basis=Basis.LAW,
                clause="",
                statement=WORDS,
                required=True,
                verdict=Verdict.INCONCLUSIVE if key in open_ids else Verdict.PASS,
                cause=None,
                scenarios=(),
            )
            for key in ids
        ),
        scenarios=scenarios,
    )


def row(
    check: SelftestCase, *scenarios: ScenarioEntry, open_ids: tuple[str, ...] = (), verdict: str = "fail"
) -> MatrixRow:
    return weighed(check, load_profile(), judgement(*scenarios, open_ids=open_ids, verdict=verdict), 1.26)


def test_a_defect_is_caught_by_the_requirement_it_breaks_and_by_nothing_else() -> None:
    caught = row(DEFECT, entry("RCV-02", found("RCV-02.not-acked")), entry("SND-01"))
    assert caught.right
    assert (caught.result, caught.seconds, caught.kind) == (CaseResult.CAUGHT, 1.3, "defect")
    assert caught.caught_by == (DefectCatch("RCV-02", "RCV-02", "RCV-02.not-acked"),)


def test_a_watch_catches_as_well_as_a_scenario() -> None:
    assert row(DEFECT, entry("watch/RCV-02", found("RCV-02.not-acked"))).result is CaseResult.CAUGHT


def test_each_code_is_reported_once() -> None:
    twice = row(DEFECT, entry("RCV-02", found("RCV-02.not-acked"), found("RCV-02.not-acked")))
    assert len(twice.caught_by) == 1


@pytest.mark.parametrize(
    ("scenarios", "open_ids", "result"),
    [
        ((entry("RCV-02"), entry("SND-01")), (), CaseResult.MISSED),
        ((entry("RCV-02"), entry("RCV-05", found("RCV-05.stored-twice"))), (), CaseResult.ELSEWHERE),
        (
            (entry("RCV-02", found("RCV-02.not-acked")), entry("RCV-05", found("RCV-05.stored-twice"))),
            (),
            CaseResult.BESIDES,
        ),
        ((entry("RCV-02", cause=Cause.CANDIDATE),), ("RCV-02",), CaseResult.UNDECIDED),
        ((entry("RCV-02", found("RCV-02.not-acked")), entry("SND-01", cause=Cause.HARNESS)), (), CaseResult.TROUBLE),
        ((entry("RCV-02", found("RCV-02.not-acked", Severity.REMARK)),), (), CaseResult.MISSED),
        # Charged to its requirement by a scenario that does not claim it: a reader of the report would not know.
        ((entry("RCV-02"), entry("RCV-05", found("RCV-02.not-acked"))), (), CaseResult.ELSEWHERE),
    ],
)
def test_everything_else_is_a_miss(
    scenarios: tuple[ScenarioEntry, ...], open_ids: tuple[str, ...], result: CaseResult
) -> None:
    missed = row(DEFECT, *scenarios, open_ids=open_ids)
    assert not missed.right
    assert missed.result is result


def test_a_miss_says_what_was_found_instead_or_why_nothing_was() -> None:
    elsewhere = row(DEFECT, entry("RCV-02"), entry("RCV-05", found("RCV-05.stored-twice")))
    assert elsewhere.others == (DefectCatch("RCV-05", "RCV-05", "RCV-05.stored-twice"),)
    undecided = row(DEFECT, entry("RCV-02", cause=Cause.CANDIDATE), open_ids=("RCV-02",))
    assert (undecided.undecided, undecided.detail) == (("RCV-02",), WORDS)


def test_what_another_requirement_could_not_decide_is_no_miss() -> None:
    assert row(DEFECT, entry("RCV-02", found("RCV-02.x")), entry("RCV-05", cause=Cause.CANDIDATE)).right


def test_a_remark_catches_a_defect_of_what_is_only_recommended() -> None:
    remarked = row(ADVISED, entry("watch/PDF-05", found("PDF-05.missing", Severity.REMARK)))
    assert remarked.result is CaseResult.CAUGHT


def test_a_correct_agency_passes_with_remarks_but_without_failures() -> None:
    remarked = row(CORRECT, entry("SND-01", found("PDF-05.missing", Severity.REMARK)), verdict="pass")
    assert remarked.right
    assert (remarked.result, remarked.kind, remarked.breaks) == (CaseResult.PASSED, "correct", None)
    alarmed = row(CORRECT, entry("SND-01", found("SND-01.not-sent")))
    assert alarmed.result is CaseResult.ALARMED
    assert alarmed.others == (DefectCatch("SND-01", "SND-01", "SND-01.not-sent"),)


def test_a_correct_agency_that_is_not_decided_has_not_passed() -> None:
    undecided = row(CORRECT, entry("SND-01", cause=Cause.CANDIDATE), open_ids=("SND-01",), verdict="inconclusive")
    assert (undecided.result, undecided.undecided) == (CaseResult.UNDECIDED, ("SND-01",))
    cut_short = row(CORRECT, entry("SND-01"), verdict="inconclusive")
    assert cut_short.result is CaseResult.UNDECIDED


def test_trouble_is_no_verdict() -> None:
    trouble = in_trouble(CORRECT, "exit status -11", 2.0)
    assert not trouble.right
    assert trouble.detail == LocalisedText("exit status -11", "exit status -11")
