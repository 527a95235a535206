"""Judging what a candidate did with a waiting document."""

from pathlib import Path

import pytest

from harness.expectations import Acked, FetchedByCandidate, StillStored, StoredOnce
from tests.judge.recorded_run import DOCUMENT, RecordedRun, cause, codes, verdict


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    recorded = RecordedRun(tmp_path)
    recorded.expect(FetchedByCandidate(document=DOCUMENT))
    recorded.expect(Acked(document=DOCUMENT))
    return recorded


def test_fetched_then_acknowledged_passes(run: RecordedRun) -> None:
    run.fetch()
    run.ack()
    run.finish()
    judgement = run.judged()
    assert verdict(judgement, "RCV-02") == "pass"
    assert judgement.verdict == "pass"
    assert judgement.narrowed


def test_acknowledged_before_the_fetch_fails(run: RecordedRun) -> None:
    run.ack()
    run.fetch()
    run.finish()
    judgement = run.judged()
    assert judgement.verdict == "fail"
    assert codes(judgement) == {"RCV-02.acked-before-fetch"}


def test_a_cut_answer_is_no_fetch(run: RecordedRun) -> None:
    run.fetch(complete=False)
    run.ack()
    run.finish()
    assert "RCV-02.acked-before-fetch" in codes(run.judged())


def test_not_acknowledged_fails_a_candidate_that_still_lives(run: RecordedRun) -> None:
    run.fetch()
    run.own("window.closed", {})
    run.poll()
    run.finish()
    judgement = run.judged()
    assert judgement.verdict == "fail"
    assert codes(judgement) == {"RCV-02.not-acked"}


def test_not_acknowledged_by_a_stopped_candidate_is_inconclusive(run: RecordedRun) -> None:
    run.fetch()
    run.own("window.closed", {})
    run.finish()
    judgement = run.judged()
    assert (judgement.verdict, cause(judgement, "RCV-02")) == ("inconclusive", "candidate")


def test_refused_calls_are_no_sign_of_life(run: RecordedRun) -> None:
    run.fetch()
    run.own("window.closed", {})
    run.call("getReceivedEdocList", {"refused": {"code": "15"}}, error_code="15")
    run.finish()
    assert run.judged().verdict == "inconclusive"


def test_no_request_at_all_is_a_matter_of_the_network(run: RecordedRun) -> None:
    run.own("window.closed", {})
    run.finish()
    judgement = run.judged()
    assert (judgement.verdict, cause(judgement, "RCV-02")) == ("inconclusive", "network")


def test_wrong_acknowledgement_is_named(run: RecordedRun) -> None:
    run.fetch()
    run.ack("fail")
    run.finish()
    assert codes(run.judged()) == {"RCV-02.acked-otherwise"}


def test_processing_is_not_yet_an_acknowledgement(run: RecordedRun) -> None:
    run.ack("processing")
    run.fetch()
    run.ack("done")
    run.finish()
    assert run.judged().verdict == "pass"


def test_unfinished_scenario_is_the_harness_s_trouble(run: RecordedRun) -> None:
    run.fetch()
    run.ack()
    judgement = run.judged()
    assert (judgement.verdict, cause(judgement, "RCV-02")) == ("inconclusive", "harness")


def test_lost_driver_is_the_candidate_s_trouble(run: RecordedRun) -> None:
    run.finish("trouble", cause="candidate", detail="driver-lost", parameters={"message": "gone {x}"})
    judgement = run.judged()
    assert (judgement.verdict, cause(judgement, "RCV-02")) == ("inconclusive", "candidate")


def stored_run(tmp_path: Path) -> RecordedRun:
    recorded = RecordedRun(tmp_path)
    recorded.expect(StoredOnce(document=DOCUMENT))
    recorded.fetch()
    recorded.ack()
    return recorded


def test_stored_once_passes(tmp_path: Path) -> None:
    run = stored_run(tmp_path)
    run.inbox({"document_id": DOCUMENT, "state": "arrived"})
    run.finish()
    assert run.judged().verdict == "pass"


def test_stored_twice_fails(tmp_path: Path) -> None:
    run = stored_run(tmp_path)
    entry = {"document_id": DOCUMENT, "state": "arrived"}
    run.inbox(entry, entry)
    run.finish()
    assert codes(run.judged()) == {"RCV-02.stored-twice"}


def test_a_look_before_the_acknowledgement_shows_nothing(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(StoredOnce(document=DOCUMENT))
    run.fetch()
    run.inbox({"document_id": DOCUMENT, "state": "arrived"})
    run.ack()
    run.own("window.closed", {})
    run.poll()
    run.finish()
    assert codes(run.judged()) == {"RCV-02.not-stored"}


@pytest.mark.parametrize("shown", [None, 7, "x", [None], [{"document_id": 3}], [[]]])
def test_an_inbox_of_no_known_shape_is_an_empty_one(tmp_path: Path, shown: object) -> None:
    run = stored_run(tmp_path)
    run.record("driver", {"command": "inbox", "result": {"documents": shown}})
    run.own("window.closed", {})
    run.poll()
    run.finish()
    assert codes(run.judged()) == {"RCV-02.not-stored"}


def test_a_driver_that_cannot_show_makes_it_inconclusive(tmp_path: Path) -> None:
    run = stored_run(tmp_path)
    run.record("driver.unsupported", {"command": "inbox", "error": {"kind": "unsupported", "message": ""}})
    run.finish()
    assert run.judged().verdict == "inconclusive"


def test_a_loss_after_the_end_of_a_scenario_is_not_charged_to_it(tmp_path: Path) -> None:
    run = stored_run(tmp_path)
    run.inbox({"document_id": DOCUMENT, "state": "arrived"})
    run.finish()
    run.inbox()
    assert run.judged().verdict == "pass"


def test_what_never_came_is_not_excused_by_an_end(tmp_path: Path) -> None:
    run = stored_run(tmp_path)
    run.finish()
    run.inbox()
    assert (run.judged().verdict, cause(run.judged(), "RCV-02")) == ("inconclusive", "harness")


def test_what_was_stored_before_an_interruption_is_still_there(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.fetch()
    run.ack()
    run.inbox({"document_id": DOCUMENT, "state": "arrived"})
    run.expect(StillStored(document=DOCUMENT, after=run.own("candidate.killed", {}).seq))
    run.inbox()
    run.own("window.closed", {})
    run.poll()
    run.finish()
    assert codes(run.judged()) == {"RCV-02.not-stored"}
