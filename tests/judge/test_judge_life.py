"""Alive and not doing what is due is a failure; dead, or silent beforehand, decides nothing."""

from pathlib import Path
from typing import Any

import pytest

from harness.expectations import Acked, FetchedByCandidate
from harness.judge.life import silent_before
from tests.judge.recorded_run import DOCUMENT, RecordedRun, cause, codes, verdict
from tests.judge.timed_evidence import TimedEvidence


class TimedRun(RecordedRun):
    """A run whose candidate called at the beginning."""

    def __init__(self, directory: Path, scenario: str = "RCV-02") -> None:
        super().__init__(directory, scenario)
        self.poll()

    def stimulate(self, *, good: bool = True) -> None:
        self.own("stimulus", {"note": "document", "good": good, "document_id": DOCUMENT})

    def close(self) -> None:
        self.own("window.closed", {"patience": 1.0})

    def hello(self, **data: Any) -> None:
        self.own("driver", {"command": "hello", "arguments": {}, **(data or {"result": {}})})


@pytest.mark.parametrize(("answer", "outcome"), [
    ({"result": {}}, "fail"),
    ({"error": {"kind": "refused", "message": ""}}, "fail"),
    ({"error": {"kind": "failed", "message": ""}}, "fail"),
    ({"error": {"kind": "lost", "message": ""}}, "inconclusive"),
    ({"error": {"kind": "operator", "message": ""}}, "inconclusive"),
])  # fmt: skip
def test_a_candidate_whose_driver_answers_is_alive(tmp_path: Path, answer: dict[str, Any], outcome: str) -> None:
    run = TimedRun(tmp_path)
    run.stimulate()
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.close()
    run.hello(**answer)
    run.finish()
    judgement = run.judged()
    assert verdict(judgement, "RCV-02") == outcome
    assert codes(judgement) == ({"RCV-02.not-fetched"} if outcome == "fail" else set())


def test_where_the_hub_could_not_be_reached_nothing_is_charged(tmp_path: Path) -> None:
    run = TimedRun(tmp_path)
    run.stimulate()
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.close()
    run.own("hub.probed", {"reachable": False})
    run.hello()
    run.finish()
    judgement = run.judged()
    assert (verdict(judgement, "RCV-02"), cause(judgement, "RCV-02")) == ("inconclusive", "harness")


def test_a_requirement_about_living_on_is_failed_by_the_dead(tmp_path: Path) -> None:
    run = TimedRun(tmp_path, "RTY-12")
    run.own("fault", {"operations": None})
    run.expect(Acked(document=DOCUMENT))
    run.close()
    run.finish()
    assert verdict(run.judged(), "RTY-12") == "fail"


@pytest.mark.parametrize(("before", "outcome"), [(True, "fail"), (False, "inconclusive")])
def test_the_next_document_is_owed_only_after_the_bad_one(tmp_path: Path, before: bool, outcome: str) -> None:
    run = TimedRun(tmp_path, "RCV-06")
    if before:
        run.stimulate(good=False)
    run.expect(Acked(document=DOCUMENT), role="liveness")
    if not before:
        run.stimulate(good=False)
    run.close()
    run.finish("cut-short")
    assert verdict(run.judged(), "RCV-06") == outcome


@pytest.mark.parametrize(("called", "silent"), [((0.0,), True), ((18.0,), False), ((0.0, 22.0), False), ((), True)])
def test_silence_from_before_the_scenario_is_not_charged_to_it(called: tuple[float, ...], silent: bool) -> None:
    run = TimedEvidence()
    run.note("run.started", times={"poll_interval": 1.0, "give_up": 2.0, "reaction": 1.0})
    for moment in (one for one in called if one < 20):
        run.at(moment).poll()
    own = [run.at(20).note("stimulus", good=True)]
    for moment in (one for one in called if one > 20):
        run.at(moment).poll()
    own.append(run.at(25).note("window.closed"))
    assert silent_before(own, run) is silent


def test_a_person_s_word_about_the_product_shows_that_it_lives(tmp_path: Path) -> None:
    run = TimedRun(tmp_path)
    run.stimulate()
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.close()
    run.own("driver", {"command": "inbox", "arguments": {}, "result": {"documents": []}, "asked": [[DOCUMENT, 1]]})
    run.finish()
    assert verdict(run.judged(), "RCV-02") == "fail"
