"""What the terminal says of a run that ended early: each end in words of its own, with what is known of it."""

from typing import Any

import pytest

from harness.catalogue.texts import entries
from harness.cli.progress import RunProgress
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


def test_every_end_has_words_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    told = {reason: said(capsys, reason) for reason in REASONS}
    assert len(set(told.values())) == len(REASONS) >= 9
    assert all("{" not in words for words in told.values())


def test_a_driver_that_is_not_there_is_named_with_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "driver", ("driver", {"command": "configure", "error": LOST}))
    assert told == "The driver http://127.0.0.1:9 cannot be reached: Connection refused. Stopped after 2.0 s."


def test_who_refuses_its_configuration_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    error = {"kind": "refused", "message": "no such \x1b[31msystem"}
    told = said(capsys, "refused", ("driver", {"command": "configure", "error": error}))
    assert "command configure): no such \\u001b[31msystem." in told


def test_requests_that_were_all_refused_are_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = {"error_code": "11", "error_desc": "wrong signature", "http_status": 200}
    exchange = (("request", {"operation": "getReceivedEdocList"}), ("answer", refusal))
    told = said(capsys, "unserved", *exchange * 12)
    assert "12 requests" in told
    assert "11 wrong signature" in told
