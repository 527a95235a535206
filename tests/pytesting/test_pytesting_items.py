"""What an item of the pytest plugin comes to, from a run that was recorded for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.engine.certification import CertificationOrder
from harness.engine.publication import PublishedRun, publish
from harness.expectations import FetchedByCandidate
from harness.pytesting import certification as certifying
from harness.pytesting.certification import PytestRun
from tests.judge.recorded_run import DOCUMENT, RecordedRun

OPTIONS: dict[str, Any] = dict.fromkeys(("profile", "out", "listen", "seed", "deviations", "no-pdf"))
Play = Callable[[RecordedRun], None]


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PytestRun]:
    """Plan a run of which everything is recorded by a test instead of played."""
    monkeypatch.setenv("LIENTHONG_LANG", "en")

    def plan(play: Play, *only: str) -> PytestRun:
        def certified(order: CertificationOrder) -> PublishedRun:
            run = RecordedRun(tmp_path, scenario=only[0], only=list(only))
            play(run)
            run.journal.close()
            return publish(load_profile(), tmp_path, "en", ("junit",))

        monkeypatch.setattr(certifying, "_certified", certified)
        return PytestRun({**OPTIONS, "candidate": "reference", "only": only})

    return plan


def exposing(number: int) -> Play:
    """Return a play in which as many requests carry the secret."""

    def play(run: RecordedRun) -> None:
        run.expect(FetchedByCandidate(document=DOCUMENT))
        for _ in range(number):
            run.fetch(secret_in=["url"])
        run.finish()

    return play


def test_item_lists_everything_that_was_found(planned: Callable[..., PytestRun]) -> None:
    run = planned(exposing(22), "RCV-02", "VXP-10")
    assert [name for name in run.names() if name in {"RCV-02", "VXP-10"}] == ["RCV-02", "VXP-10"]
    assert run.outcome("RCV-02").kind == "pass"
    outcome = run.outcome("VXP-10")
    (events,) = [line for line in outcome.text.splitlines() if line.startswith("event ")]
    assert (outcome.kind, len(events.split(","))) == ("fail", 22)


def broken_off(run: RecordedRun) -> None:
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.record("run.finished", {"reason": "interrupted"})


def test_item_without_a_verdict_says_why_in_the_words_of_the_report(planned: Callable[..., PytestRun]) -> None:
    run = planned(broken_off, "RCV-02", "HDR-01")
    for name in ("RCV-02", "HDR-01"):
        outcome = run.outcome(name)
        assert outcome.kind == "error"
        assert "interrupted (Ctrl-C or a signal)" in outcome.text
        assert "Cause: the person who ran the test." in outcome.text


def test_what_does_not_apply_says_why(planned: Callable[..., PytestRun]) -> None:
    def play(run: RecordedRun) -> None:
        run.finish("not_applicable", detail="verbatim-only")

    outcome = planned(play, "RCV-02").outcome("RCV-02")
    assert outcome.kind == "skip"
    assert "rebuilds packages" in outcome.text


def test_a_watched_requirement_is_a_separate_item(planned: Callable[..., PytestRun]) -> None:
    def play(run: RecordedRun) -> None:
        run.poll()
        run.finish("not_applicable", detail="verbatim-only")

    run = planned(play, "SND-07")
    assert "SND-07/*" in set(run.names())
    assert run.outcome("SND-07").kind == "skip"
    assert run.outcome("SND-07/*").text != run.outcome("SND-07").text
