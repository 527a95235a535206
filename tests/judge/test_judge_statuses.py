"""Judging the statuses that a candidate sends, one by one and in their order."""

from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.judge.assessment import Holding, Met
from harness.judge.expectations import NoStatus, StatusNames, StatusSent
from harness.judge.expectations.statuses import status_number
from harness.judge.order import watch_order
from tests.judge.timed_evidence import GOT, OTHER, TimedEvidence, assessed, broken, pending


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


@pytest.mark.parametrize(
    ("text", "number"), [("06", 6), (" 6\n", 6), ("", None), (None, None), ("²", None), ("x", None), ("-1", None)]
)
def test_a_code_is_read_however_it_is_written(text: str | None, number: int | None) -> None:
    assert status_number(text) == number


def test_a_status_counts_from_the_event_on_and_when_taken(run: TimedEvidence) -> None:
    early = run.status("06")
    expectation = StatusSent(document=GOT, codes=("06", "03"), after=early.seq)
    pending(run, expectation, "status-not-sent", "06|03", "-", document=GOT)
    run.status("06", taken=False)
    run.status("01")
    run.status("06", OTHER)
    pending(run, expectation, "status-not-sent", "06|03", "06, 01", document=GOT)
    run.status("3")
    assert assessed(run, expectation) == Met()


def test_a_status_from_the_very_start_counts(run: TimedEvidence) -> None:
    run.status("06")
    assert assessed(run, StatusSent(document=GOT, codes=("06",))) == Met()


def test_a_status_comes_in_time_after_the_fetch(run: TimedEvidence) -> None:
    run.at(1.0).fetch(complete=False)
    run.at(2.0).fetch()
    run.at(3.0).fetch()
    late = run.at(5.0).status("01")
    run.at(5.1).status("01")
    assert assessed(run, StatusSent(document=GOT, codes=("01",), within=3.0)) == Met()
    assert assessed(run, StatusSent(document=GOT, codes=("01",))) == Met()
    expectation = StatusSent(document=GOT, codes=("01",), within=2.5)
    broken(run, expectation, "status-late", "01 <= 2.5 s", "3.0 s", late, document=GOT)


def test_a_status_without_any_fetch_is_not_late(run: TimedEvidence) -> None:
    run.at(1.0).fetch(complete=False)
    run.at(90.0).status("01")
    assert assessed(run, StatusSent(document=GOT, codes=("01",), within=0.5)) == Met()


NAMING = StatusNames(document=GOT, organ_id="A", code="1/X", promulgation_date="2026/11/23")
NAMED: dict[str, Any] = {"organ_id": "A", "code": "1/X", "promulgation_date": "2026/11/23"}


def test_a_status_names_its_document_exactly(run: TimedEvidence) -> None:
    pending(run, NAMING, "status-not-sent", "ResponseFor", "-", document=GOT)
    run.status("01", **NAMED)
    assert assessed(run, NAMING) == Met()


@pytest.mark.parametrize(("member", "element"), [
    ("organ_id", "OrganId"), ("code", "Code"), ("promulgation_date", "PromulgationDate"),
])  # fmt: skip
@pytest.mark.parametrize(("given", "received"), [("B", "B"), ("", "-")])
def test_each_member_that_names_another_is_told(
    run: TimedEvidence, member: str, element: str, given: str, received: str
) -> None:
    run.status("01", **NAMED)
    request = run.status("03", **{**NAMED, member: given})
    said = {"element": f"ResponseFor/{element}", "document": GOT}
    broken(run, NAMING, "names-otherwise", NAMED[member], received, request, **said)


def test_an_unwanted_status_is_told(run: TimedEvidence) -> None:
    expectation = NoStatus(document=GOT, codes=("02", "16"))
    run.status("01")
    run.status("02", OTHER)
    run.status(None)
    assert assessed(run, expectation) == Holding()
    request = run.status("2", taken=False)
    broken(run, expectation, "unwanted-status", "-", "2", request, document=GOT)


def walked(run: TimedEvidence, *codes: str) -> list[tuple[str, str, str]] | None:
    """Send the statuses about a document that came in; say what the watch finds."""
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for number, code in enumerate(codes):
        package = {"kind": "status", "status_code": code, "sha256": number, "response_for": {"document_id": GOT}}
        run.answer(run.call("sendEdoc", package=package), {"accepted": {"receivers": ["A"]}})
    findings = watch_order(run, load_profile())
    if findings is None:
        return None
    assert all(one.parameters == {"document": GOT} and one.where.event is not None for one in findings)
    return [(one.code, one.expected, one.received) for one in findings]


@pytest.mark.parametrize("codes", [
    ("01", "03", "04", "05", "06"), ("02",), ("01", "03", "05", "05", "06"), ("01", "15", "03"), ("01", "16", "03"),
    ("99", "01"), ("1", "3"),
])  # fmt: skip
def test_a_walk_that_the_profile_allows_has_no_findings(run: TimedEvidence, codes: tuple[str, ...]) -> None:
    assert walked(run, *codes) == []


def test_nothing_received_and_nothing_said_is_no_walk(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=OTHER)
    run.status("06", OTHER)
    assert walked(run, "99") is None


def test_a_step_back_is_told(run: TimedEvidence) -> None:
    allowed = "|".join(load_profile().parameters.statuses.next["06"]) or "-"
    assert walked(run, "01", "03", "06", "03") == [("STS-04.order-illegal", f"06 → {allowed}", "06 → 03")]


def test_a_first_status_that_is_none_is_told(run: TimedEvidence) -> None:
    start = "|".join(load_profile().parameters.statuses.start)
    assert walked(run, "06") == [("STS-04.order-illegal", f"- → {start}", "- → 06")]


def test_a_status_said_twice_is_told(run: TimedEvidence) -> None:
    assert walked(run, "01", "01", "03") == [("STS-04.status-repeated", "1 × 01", "01")]


def test_nothing_follows_an_agreed_take_back(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=OTHER, recalls=GOT)
    assert walked(run, "01", "16", "03", "15", "06") == [("STS-04.order-illegal", "15 → -", "15 → 06")]


def test_the_same_package_again_and_one_after_a_lost_answer_count_once(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    accepted = {"accepted": {"receivers": ["A"]}}
    for digest, complete in (("a", False), ("a", True), ("b", False), ("c", True)):
        package = {"kind": "status", "status_code": "01", "sha256": digest, "response_for": {"document_id": GOT}}
        run.answer(run.call("sendEdoc", package=package), accepted, complete=complete)
    assert watch_order(run, load_profile()) == []


def test_a_status_that_was_not_taken_is_no_step(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    run.status("06", taken=False)
    assert watch_order(run, load_profile()) is None
