"""Sequence pictures and the evidence on cards."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.findings import Where
from harness.journal import Event, Journal, read_record
from harness.report.excerpts import difference, occurrence
from harness.report.messages import JournalMessage, Lane, named_documents
from harness.report.sequence import SequenceDiagrams
from harness.report.sequence_layout import WIDTH, drawings
from harness.report.texts import ReportTexts
from harness.seal.run_files import RunFile, Source
from tests.journal.told_events import fact
from tests.report.report_runs import build_run, finding

ENGLISH = ReportTexts("en")


def message(seq: int, label: str = "getEdoc", kind: str = "ask", **changes: Any) -> JournalMessage:
    """Return a message of the candidate's."""
    return replace(JournalMessage(seq, seq / 10, Lane.CANDIDATE, Lane.HUB, label, "", kind), **changes)


def drawn(messages: Sequence[JournalMessage]) -> list[tuple[str, int]]:
    """Return labels and counts of what is drawn."""
    return [(one.message.label, one.message.times) for page in drawings(messages, ()) for one in page.arrows]


def test_polls_over_and_over_are_drawn_once() -> None:
    polls = [
        message(4 * turn + place, label, "answer" if place % 2 else "ask")
        for turn in range(50)
        for place, label in enumerate(("list edoc", "OK", "list status", "none"))
    ]
    assert drawn(polls) == [("list edoc", 50), ("OK", 50), ("list status", 50), ("none", 50)]


def test_what_is_wrong_is_never_folded() -> None:
    messages = [message(0), message(1, wrong=True), message(2)]
    assert drawn(messages) == [("getEdoc", 1)] * 3


def test_an_answer_is_not_folded_with_the_next_question() -> None:
    messages = [message(0, "OK", "answer"), message(1, "a"), message(2, "OK", "answer"), message(3, "a")]
    assert drawn(messages) == [("OK", 1), ("a", 1), ("OK", 1), ("a", 1)]


def test_of_very_many_messages_the_ends_and_the_wrong_ones_stay() -> None:
    messages = [message(number, str(number), wrong=number == 500) for number in range(1000)]
    pages = drawings(messages, ())
    arrows = [arrow for page in pages for arrow in page.arrows]
    assert len(arrows) <= 60
    assert [arrow.message.seq for arrow in arrows if arrow.message.wrong] == [500]
    assert arrows[0].message.seq == 0
    assert arrows[-1].message.seq == 999
    assert sum(arrow.gap for arrow in arrows) + len(arrows) == 1000


def test_driver_that_took_no_part_has_no_lane() -> None:
    (page,) = drawings([message(0)], ())
    assert [lane for lane, _ in page.lanes] == [Lane.CANDIDATE, Lane.HUB]
    commanded = message(0, source=Lane.DRIVER, target=Lane.CANDIDATE)
    pages = drawings([commanded, *(message(number, str(number)) for number in range(1, 40))], ())
    assert {page.lanes for page in pages} == {pages[0].lanes}
    assert len(pages[0].lanes) == 3


def test_rows_keep_apart_where_messages_are_left_out() -> None:
    messages = [message(number, str(number), wrong=number % 100 == 0) for number in range(1000)]
    for page in drawings(messages, ()):
        rows = [(arrow.y, arrow.gap) for arrow in page.arrows]
        for (above, _), (below, gap) in itertools.pairwise(rows):
            assert below - above >= (46 if gap else 32)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["ask", "answer", "note"])), max_size=200))
def test_nothing_is_drawn_outside_the_picture_and_nothing_is_lost(made: list[tuple[str, str]]) -> None:
    messages = [message(number, label, kind) for number, (label, kind) in enumerate(made)]
    for page in drawings(messages, ()):
        for arrow in page.arrows:
            assert 0 < arrow.x1 < WIDTH
            assert 20 < arrow.y < page.height
    if len(made) <= 44:
        assert sum(times for _, times in drawn(messages)) == len(made)


def record_of(tmp_path: Path, *events: tuple[str, dict[str, Any], str | None]) -> tuple[Event, ...]:
    """Record events and read them back."""
    journal = Journal(tmp_path)
    for kind, data, scenario in events:
        journal.record(fact(kind, data), scenario=scenario)
    journal.close()
    return tuple(read_record(tmp_path).events)


def labels(events: Sequence[Event], scenario: str, wrong: frozenset[int] = frozenset()) -> list[str]:
    """Return what the picture of a scenario shows."""
    pages = SequenceDiagrams(events).pictures(scenario, wrong, ENGLISH)
    return [f"{one.message.label} {one.message.detail}".strip() for page in pages for one in page.arrows]


def test_only_messages_about_the_scenarios_documents_are_drawn(tmp_path: Path) -> None:
    def request(document: str) -> tuple[str, dict[str, Any], None]:
        return "request", {"operation": "sendEdoc", "package": {"kind": "document", "document_id": document}}, None

    events = record_of(
        tmp_path,
        ("driver", {"command": "send", "result": {"document_id": "mine,1"}}, "SND-01"),
        request("mine,1"),
        ("answer", {"request": 1, "http_status": 200, "error_code": "0", "effect": {}}, None),
        request("another,2"),
        ("answer", {"request": 3, "http_status": 503, "error_code": None, "effect": {}}, None),
        ("driver", {"command": "inbox", "result": {"documents": [{"document_id": "mine,1"}]}}, None),
    )
    assert labels(events, "SND-01") == ["send D1", "sendEdoc document D1", "OK"]
    assert labels(events, "RCV-01") == []
    assert labels(events, "RCV-01", frozenset({4})) == ["sendEdoc document D1", "HTTP 503"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"http_status": 200, "error_code": "18", "error_desc": "unknown"}, "18 unknown"),
        ({"http_status": 200, "error_code": "0", "effect": {"listed": [{}, {}]}}, "OK 2 listed"),
        ({"http_status": None}, "no answer"),
        ({"http_status": 200, "fault": "foreign-data"}, "simulated: content of another document"),
        ({"http_status": 503, "fault": "http-503"}, "simulated: HTTP 503"),
        ({"http_status": 503, "fault": "http-429-retry-after"}, "simulated: HTTP 429 with Retry-After"),
        ({"http_status": 200, "fault": "null-data.from"}, "simulated: data.from is null"),
        ({"http_status": 200, "fault": "null-data"}, "simulated: data is null"),
        ({"http_status": 200, "fault": "of-tomorrow"}, "simulated: of-tomorrow"),
        ({"http_status": 302, "error_code": None}, "HTTP 302"),
    ],
)
def test_answers_are_put_in_words(tmp_path: Path, data: dict[str, Any], expected: str) -> None:
    events = record_of(
        tmp_path, ("request", {"operation": "getEdoc"}, "RTY-10"), ("answer", {"request": 0, **data}, None)
    )
    assert labels(events, "RTY-10")[1] == expected


def test_an_answer_that_was_spoilt_is_drawn_with_the_document_it_was_to_bring(tmp_path: Path) -> None:
    asked = {"operation": "getEdoc", "parameters": {"docId": "7f3a"}}
    events = record_of(
        tmp_path,
        ("delivered", {"document_id": "mine,1", "receiver_doc_id": "7f3a"}, "RTY-10"),
        ("fault", {"operations": ["getEdoc"], "document_id": "mine,1", "plans": ["foreign-data", "ok"]}, "RTY-10"),
        ("request", asked, None),
        ("answer", {"request": 2, "http_status": 200, "fault": "foreign-data", "altered": True, "effect": {}}, None),
        ("request", {"operation": "getEdoc", "parameters": {"docId": "another"}}, None),
    )
    assert labels(events, "RTY-10") == [
        "simulated fault begins getEdoc, content of another document, as usual, D1",
        "getEdoc D1",
        "simulated: content of another document",
    ]


def test_of_very_many_messages_those_that_were_spoilt_stay() -> None:
    messages = [message(number, str(number), "answer", faulty=number == 500) for number in range(1000)]
    kept = [arrow.message for page in drawings(messages, ()) for arrow in page.arrows]
    assert [one.seq for one in kept if one.faulty] == [500]


def test_a_scenario_during_which_the_candidate_fell_silent_shows_it(tmp_path: Path) -> None:
    events = record_of(
        tmp_path,
        ("candidate.silent", {"seconds": 9.0}, None),
        ("scenario.started", {}, "RCV-05"),
        ("candidate.silent", {"seconds": 7.5}, None),
        ("candidate.revived", {"since": 2}, None),
        ("candidate.back", {"since": 2}, None),
        ("hub.probed", {"reachable": True}, "RCV-05"),
        ("hub.probed", {"reachable": False}, "RCV-05"),
        ("scenario.finished", {}, "RCV-05"),
    )
    assert labels(events, "RCV-05") == [
        "the system has stopped calling 7.5 s",
        "the silent system is configured again",
        "the system calls again",
        "the test tool itself reaches the hub",
        "the test tool itself cannot reach the hub",
    ]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("liveness", "document as a sign-of-life check"),
        ("status 03", "status 03 into the mailbox"),
        ("HDR-07/day-first", "test package HDR-07/day-first"),
        ("", "package into the mailbox"),
    ],
)
def test_what_came_into_the_mailbox_is_put_in_words(tmp_path: Path, note: str, expected: str) -> None:
    events = record_of(tmp_path, ("stimulus", {"note": note}, "RCV-06"))
    assert labels(events, "RCV-06") == [expected]


def test_hostile_values_in_events_are_made_visible(tmp_path: Path) -> None:
    events = record_of(
        tmp_path, ("request", {"operation": "x\u202e<b>", "parameters": {"docId": "\r\n" + "A" * 10_000}}, "SEC-08")
    )
    (label,) = labels(events, "SEC-08")
    assert label.startswith("x\\u202e<b> docId \\r\\n")
    assert len(label) < 200


def test_documents_are_found_however_deep_and_odd_a_value_is() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = [{"a": deep}]
    value = {"effect": {"accepted": {"document_id": "one"}}, "documents": ["two", 3], "document": None, "deep": deep}
    assert list(named_documents(value)) == ["one", "two"]


# -- cards


def test_smallest_difference() -> None:
    found = difference("000.00.00.H41", "000.00.00.h41")
    assert found is not None
    assert (found.before, found.expected, found.received, found.after) == ("000.00.00.", "H", "h", "41")
    assert difference("yyyy/MM/dd", "ngày mai") is None
    assert difference("same", "same") is None
    assert difference("", "x") is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_difference_loses_nothing(expected: str, received: str) -> None:
    found = difference(expected, received)
    if found is not None:
        assert found.before + found.expected + found.after == expected
        assert found.before + found.received + found.after == received


def evidence_of(tmp_path: Path, package: bytes, line: int | None) -> list[tuple[int, str, bool]]:
    """Return the lines shown of a package that a finding points into."""
    journal = Journal(tmp_path)
    journal.record(fact("request", {"operation": "sendEdoc", "package": {"blob": journal.blob(package)}}))
    journal.close()
    source = Source(tmp_path, build_run(tmp_path / "other"), RunFile(), read_record(tmp_path))
    found = msgspec.structs.replace(finding("HDR-07.wrong-form", "", ""), where=Where(event=0, line=line))
    shown = occurrence(found, "SND-01", source, ENGLISH)
    return [(one.number, one.text, one.here) for one in shown.lines]


def test_lines_around_the_place_are_shown(tmp_path: Path) -> None:
    package = "\r\n".join(f"dòng {number}" for number in range(1, 10)).encode()
    assert evidence_of(tmp_path, package, 5) == [(number, f"dòng {number}", number == 5) for number in range(3, 8)]


@pytest.mark.parametrize("line", [None, 0, -3, 10**9])
def test_impossible_lines_show_nothing(tmp_path: Path, line: int | None) -> None:
    assert evidence_of(tmp_path, b"a\nb", line) == []


def test_endless_line_is_cut(tmp_path: Path) -> None:
    ((_, text, _),) = evidence_of(tmp_path, b"<a>" + b"\xff\x00" * 5_000_000, 1)
    assert text.endswith("…")
    assert len(text) < 1500


def test_explanation_of_a_shared_reason_is_found_and_lacking_values_do_no_harm() -> None:
    explained = ENGLISH.about_finding("RTY-04.given-up-late", "explain", {})
    assert explained
    assert ENGLISH.about_finding("RTY-04.no-such-reason", "explain", {}) == ""
