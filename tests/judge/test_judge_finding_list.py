"""Every offending package and request is listed; of very many the first, and how many more there were."""

from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import text
from harness.expectations import FetchedByCandidate
from harness.judge.finding_list import listing_of
from harness.judge.report_schema import Judgement, ScenarioEntry
from tests.judge.recorded_run import DOCUMENT, RecordedRun, verdict

PROFILE = load_profile()


def judged(directory: Path, number: int, **changes: Any) -> Judgement:
    """Judge a run in which as many requests carried the secret."""
    run = RecordedRun(directory)
    run.expect(FetchedByCandidate(document=DOCUMENT))
    for _ in range(number):
        run.fetch(secret_in=["url"], **changes)
    run.finish()
    return run.judged()


def watched(judgement: Judgement, name: str = "watch/VXP-10") -> ScenarioEntry:
    return next(entry for entry in judgement.scenarios if entry.id == name)


def test_every_offending_request_is_listed_under_its_event(tmp_path: Path) -> None:
    judgement = judged(tmp_path, 22)
    listed = watched(judgement).findings
    assert [(one.code, one.occurrences) for one in listed] == [("VXP-10.secret-exposed", 22)] * 22
    assert len({one.where.event for one in listed}) == 22
    assert not [one for one in judgement.limits if "counted" in one.en]


def test_of_very_many_the_first_are_listed_and_the_report_says_so(tmp_path: Path) -> None:
    judgement = judged(tmp_path, 230)
    listed = watched(judgement).findings
    assert (len(listed), {one.occurrences for one in listed}) == (200, {230})
    assert text("verdicts", "limit.left-out", "en", most="200", number="30") in [one.en for one in judgement.limits]
    assert verdict(judgement, "VXP-10") == "fail"


def found(code: str, number: int) -> list[Finding]:
    return [Finding(code)] * number


def test_a_report_of_a_million_findings_keeps_some_of_every_code() -> None:
    scenarios = {f"watch/{number}": found("VXP-10.secret-exposed", 10_000) for number in range(100)}
    listing = listing_of(PROFILE, {**scenarios, "RCV-06": found("RCV-06.accepted-in-silence", 2)})
    assert 3 <= listing.most <= 100
    assert listing.left_out == 100 * (10_000 - listing.most)
    assert [one.code for one, _, _ in listing.listed(PROFILE, scenarios["watch/7"])] == (
        ["VXP-10.secret-exposed"] * listing.most
    )


@pytest.mark.parametrize("number", [0, 1, 200])
def test_what_is_not_too_much_is_left_out_nowhere(number: int) -> None:
    findings = [*found("VXP-10.secret-exposed", number), *found("HDR-07.wrong-form", number)]
    listing = listing_of(PROFILE, {"watch/VXP-10": findings})
    assert listing.left_out == 0
    assert [one for one, _, _ in listing.listed(PROFILE, findings)] == findings
