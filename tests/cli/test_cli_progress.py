"""What the terminal shows of a run that ended early: each kind of end has its own text, with its details."""

import threading
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.findings import Where
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.texts import entries
from harness.catalogue.verdicts import Severity, Verdict
from harness.cli.awaited import awaited
from harness.cli.progress import RunProgress
from harness.expectations import Expectation
from harness.journal import Event
from harness.judge.report_schema import ScenarioEntry
from harness.selfcheck.expectations import vocabulary
from tests.cli.called import called
from tests.journal.told_events import event_told

LOST = {
    "kind": "lost",
    "reason": "unreachable",
    "message": "",
    "where": "http://127.0.0.1:9",
    "detail": "Connection refused",
}
REASONS = sorted(key.partition(".")[2] for key in entries("cli-certify") if key.startswith("ended."))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_LANG", "en")


def said(capsys: pytest.CaptureFixture[str], reason: str, *events: tuple[str, dict[str, Any]]) -> str:
    """Return what is printed of a run with these events that ends for a reason."""
    with RunProgress(quiet=False, verbose=False) as progress:
        for seq, (kind, data) in enumerate((*events, ("run.finished", {"reason": reason}))):
            progress.follow(event_told(seq, kind, data, at="2026-11-23T10:15:30.000+07:00", elapsed=2.0))
    return capsys.readouterr().err.strip()


def test_every_way_a_run_can_end_has_its_own_text(capsys: pytest.CaptureFixture[str]) -> None:
    reported = {reason: said(capsys, reason) for reason in REASONS}
    assert len(set(reported.values())) == len(REASONS) >= 9
    assert all("{" not in words for words in reported.values())


def test_the_verdict_is_said_before_the_reports_are_written(tmp_path: Path) -> None:
    done = called("certify", "reference", "--only", "VXP-03", "--no-pdf", "--out", tmp_path / "run")
    assert "Judged: PASS. Writing the reports…" in done.stderr.decode()
    assert done.stdout.startswith(b"PASS")


def test_a_driver_that_is_not_there_is_named_with_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    reported = said(capsys, "driver", ("driver", {"command": "configure", "error": LOST}))
    assert reported == "The driver http://127.0.0.1:9 cannot be reached: Connection refused. Stopped after 2.0 s."


def test_a_refusal_of_the_configuration_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    error = {"kind": "refused", "message": "no such \x1b[31msystem"}
    reported = said(capsys, "refused", ("driver", {"command": "configure", "error": error}))
    assert "command configure): no such \\u001b[31msystem." in reported


def test_requests_that_were_all_refused_are_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = {"error_code": "11", "error_desc": "wrong signature", "http_status": 200}
    exchange = (("request", {"operation": "getReceivedEdocList"}), ("answer", refusal))
    reported = said(capsys, "unserved", *exchange * 12)
    assert "12 requests" in reported
    assert "11 wrong signature" in reported


EVIL = LocalisedText("nó \x1b[2J", "it \x1b[2J")


class Judging:
    """Says that every scenario fails, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks = breaks

    def add(self, event: Event) -> ScenarioEntry | None:
        if self.breaks:
            raise RuntimeError
        if event.what.kind != "scenario.finished":
            return None
        place = Where()
        remark = FindingEntry("RCV-02", "RCV-02.slow", Severity.REMARK, EVIL, place, "", "")
        failure = FindingEntry("RCV-02", "RCV-02.not-acked", Severity.FAIL, EVIL, place, "", "")
        return ScenarioEntry("RCV-02", ("RCV-02",), Verdict.FAIL, None, None, 1.0, (remark, failure))


def played(**given: Any) -> None:
    """Report the progress of a run with one scenario."""
    planned = {"scenarios": [{"id": "RCV-02", "requirements": ["RCV-02"]}]}
    with RunProgress(**{"quiet": False, "verbose": False, **given}) as progress:
        progress.follow(event_told(0, "run.started", planned))
        progress.follow(event_told(1, "scenario.started", {}, scenario="RCV-02"))
        progress.follow(event_told(2, "scenario.finished", {"outcome": "completed"}, scenario="RCV-02"))


def test_each_verdict_is_reported_with_its_first_failure_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    played(verdicts=Judging())
    reported = capsys.readouterr().err.splitlines()
    assert reported[1:] == ["[1/1] RCV-02  fail  RCV-02.not-acked: it \\u001b[2J"]


def test_a_log_gets_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    played(verdicts=Judging(), verbose=True)
    reported = capsys.readouterr().err
    assert "\x1b" not in reported
    assert "\r" not in reported


def test_there_is_no_thread_before_a_run_begins() -> None:
    """What examines packages is a copy of this process, made before; a copy of several threads cannot be made."""
    before = threading.active_count()
    with RunProgress(quiet=False, verbose=False) as progress:
        assert threading.active_count() == before
        progress.follow(event_told(0, "run.started", {}))
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    played(quiet=True)
    assert capsys.readouterr() == ("", "")


def test_an_observer_that_fails_does_not_break_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    played(verdicts=Judging(breaks=True))
    assert capsys.readouterr().err.splitlines()[1:] == ["[1/1] RCV-02  done"]


def test_on_a_terminal_a_line_shows_what_the_run_waits_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.cli.living_line._STEADY", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    planned = {"scenarios": [{"id": "RCV-02", "requirements": ["RCV-02"]}]}
    delivered = {"receiver_doc_id": "1", "document_id": "2", "messagetype": "edoc"}
    with RunProgress(quiet=False, verbose=False) as progress:
        progress.follow(event_told(0, "run.started", planned))
        progress.follow(event_told(1, "scenario.started", {}, scenario="RCV-02"))
        progress.follow(event_told(2, "delivered", delivered, scenario="RCV-02"))
        progress.follow(event_told(3, "request", {"operation": "getReceivedEdocList"}))
    reported = capsys.readouterr().err
    assert (
        "0/1 scenarios, 1 requests · 0:00 · less than 1 min left · RCV-02: waiting for the candidate to poll and fetch"
        in reported
    )
    assert reported.endswith("\r\x1b[2K")


@pytest.mark.parametrize("kind", vocabulary().values(), ids=lambda kind: str(kind.__name__))
def test_every_expectation_is_waited_for_in_words(kind: type[Expectation]) -> None:
    tag = kind.__struct_config__.tag
    stated = {"role": "duty", "requirement": "RCV-02", "expectation": {"kind": tag}}
    said = awaited(event_told(0, "expectation", stated, scenario="RCV-02"))
    assert said is not None
    assert "{" not in said
