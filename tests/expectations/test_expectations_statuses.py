"""Judging the statuses that a candidate sends, one by one and in their order."""

from typing import Any

import msgspec
import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.edxml.model import StatusPackage
from harness.expectations import NoStatus, OnlyGiven, StatusNames, StatusSent
from harness.expectations.assessment import Blind, Holding, Met
from harness.expectations.statuses import status_number
from harness.journal import Event
from harness.judge.watches.sts import watch_order
from tests.judge.timed_evidence import GOT, OTHER, SENT, TimedEvidence, assessed, broken, pending

REPEATED = "STS-04.status-repeated"


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


@pytest.mark.parametrize("said", ["Sai thẩm quyền", "Lý do: Sai thẩm quyền.", "Sai tha\u0302\u0309m quye\u0302\u0300n"])
def test_the_reason_arrives_as_the_clerk_gave_it(run: TimedEvidence, said: str) -> None:
    run.looked.packages["s"] = StatusPackage(status_code="02", description=said)
    run.status("02", blob="s")
    assert assessed(run, StatusSent(document=GOT, codes=("02",), reason="Sai thẩm quyền")) == Met()


@pytest.mark.parametrize("said", ["Sai tham quyen", "Sai thẩm", "-"])
def test_another_reason_is_reported(run: TimedEvidence, said: str) -> None:
    run.looked.packages["s"] = StatusPackage(status_code="02", description=said)
    run.status("02", blob="s")
    expectation = StatusSent(document=GOT, codes=("02",), reason="Sai thẩm quyền")
    request = run.exchanges[-1].request
    broken(run, expectation, "reason-altered", "Sai thẩm quyền", said or "-", request, document=GOT)


def test_that_there_is_no_reason_at_all_is_for_the_rules_to_say(run: TimedEvidence) -> None:
    run.looked.packages["s"] = StatusPackage(status_code="02", description="")
    run.looked.failing["s"] = ("STP-05.no-reason",)
    run.status("02", blob="s")
    assert assessed(run, StatusSent(document=GOT, codes=("02",), reason="Sai thẩm quyền")) == Met()


def test_where_no_rule_says_it_a_missing_reason_is_another_one(run: TimedEvidence) -> None:
    run.looked.packages["s"] = StatusPackage(status_code="02", description="")
    run.status("02", blob="s")
    expectation = StatusSent(document=GOT, codes=("02",), reason="Sai thẩm quyền")
    broken(run, expectation, "reason-altered", "Sai thẩm quyền", "-", run.exchanges[-1].request, document=GOT)


def given(run: TimedEvidence, code: str, document: str = SENT) -> None:
    run.note("stimulus", document_id=document, note=f"status {code}", good=True)


def outbox(run: TimedEvidence, code: str | None, document: str = SENT) -> Event:
    receivers = [{"organ_id": "A", "status_code": code}, "?", {"organ_id": "B", "status_code": None}]
    shown = {"document_id": document, "state": "sent", "receivers": receivers}
    return run.show("outbox", "?", shown, {"document_id": OTHER, "receivers": "?"})


@pytest.mark.parametrize("code", ["01", "1", None, "", "?"])
def test_what_receivers_said_may_be_shown(run: TimedEvidence, code: str | None) -> None:
    given(run, "01")
    given(run, "03", OTHER)
    outbox(run, code)
    assert assessed(run, OnlyGiven(document=SENT, receiver="A", since=-1, after=0)) == Met()
    expectation = OnlyGiven(document=SENT, receiver="A", since=-1, after=9)
    pending(run, expectation, "not-shown", "outbox: 1", "1", document=SENT)


def test_a_status_that_was_not_sent_must_not_be_shown(run: TimedEvidence) -> None:
    given(run, "01")
    look = outbox(run, "03")
    given(run, "03")
    outbox(run, "03")
    expectation = OnlyGiven(document=SENT, receiver="A", since=0, after=0)
    broken(run, expectation, "status-made-up", "01", "03", look, document=SENT, receiver="A")
    assert assessed(run, OnlyGiven(document=SENT, receiver="A", since=look.seq, after=0)) == Met()


def test_a_status_on_any_other_document_is_reported_too(run: TimedEvidence) -> None:
    given(run, "03")
    look = outbox(run, "03", GOT)
    outbox(run, "03")
    expectation = OnlyGiven(document=SENT, receiver="A", since=0, after=0)
    broken(run, expectation, "status-made-up", "-", "03", look, document=GOT, receiver="A")


def test_an_outbox_that_cannot_be_seen_shows_nothing(run: TimedEvidence) -> None:
    run.cannot("outbox")
    assert isinstance(assessed(run, OnlyGiven(document=SENT, receiver="A", since=0, after=0)), Blind)


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
def test_each_member_that_names_another_is_reported(
    run: TimedEvidence, member: str, element: str, given: str, received: str
) -> None:
    run.status("01", **NAMED)
    request = run.status("03", **{**NAMED, member: given})
    said = {"element": f"ResponseFor/{element}", "document": GOT}
    broken(run, NAMING, "names-otherwise", NAMED[member], received, request, **said)


def test_an_unwanted_status_is_reported(run: TimedEvidence) -> None:
    expectation = NoStatus(document=GOT, codes=("02", "16"))
    run.status("01")
    run.status("02", OTHER)
    run.status(None)
    assert assessed(run, expectation) == Holding()
    request = run.status("2", taken=False)
    broken(run, expectation, "unwanted-status", "-", "2", request, document=GOT)


def walked(run: TimedEvidence, *codes: str) -> list[tuple[str, str, str]] | None:
    """Send the statuses about a document that came in, all of which a clerk wanted; say what the watch finds."""
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for action in ("assign", "process", "finish"):
        decided(run, action)
    for number, code in enumerate(codes):
        package = {"kind": "status", "status_code": code, "sha256": str(number), "response_for": {"document_id": GOT}}
        run.answer(run.call("sendEdoc", package=package), {"accepted": {"receivers": ["A"]}})
    findings = watch_order(run, load_profile())
    if findings is None:
        return None
    assert all(one.parameters == {"document": GOT} and one.where.event is not None for one in findings)
    return [(one.code, one.expected, one.received) for one in findings]


def decided(run: TimedEvidence, action: str, seconds: float = 0.0) -> None:
    given = {"document_id": GOT, "action": action, "reason": ""}
    run.note("driver", command="decide", arguments=given, seconds=seconds, result={})


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


def test_a_step_back_is_reported(run: TimedEvidence) -> None:
    allowed = "|".join(load_profile().parameters.statuses.next["06"]) or "-"
    assert walked(run, "01", "03", "06", "03") == [("STS-04.order-illegal", f"06 → {allowed}", "06 → 03")]


def test_a_first_status_that_is_none_is_reported(run: TimedEvidence) -> None:
    start = "|".join(load_profile().parameters.statuses.start)
    assert walked(run, "06") == [("STS-04.order-illegal", f"- → {start}", "- → 06")]


def test_a_status_said_twice_is_reported(run: TimedEvidence) -> None:
    assert walked(run, "01", "01", "03") == [("STS-04.status-repeated", "1 × 01", "01")]


def test_nothing_follows_an_agreed_take_back(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=OTHER, recalls=GOT)
    assert walked(run, "01", "16", "03", "15", "06") == [("STS-04.order-illegal", "15 → -", "15 → 06")]


def test_a_listed_status_without_a_place_in_the_order_may_follow_nothing(run: TimedEvidence) -> None:
    profile = load_profile()
    machine = msgspec.structs.replace(profile.parameters.statuses, answers=("15",))
    parameters = msgspec.structs.replace(profile.parameters, statuses=machine)
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    run.status("01")
    run.status("16")
    run.status("99")
    findings = watch_order(run, msgspec.structs.replace(profile, parameters=parameters)) or []
    assert [(one.code, one.received) for one in findings] == [("STS-04.order-illegal", "01 → 16")]


def sent_again(run: TimedEvidence, *sendings: tuple[str, bool, str]) -> list[str]:
    """Send 01 again and again: digest, whether the answer came whole, and in whose name; return what is found."""
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for digest, complete, sender in sendings:
        package: dict[str, Any] = {"kind": "status", "status_code": "01", "sha256": digest, "from_organ": sender}
        package["response_for"] = {"document_id": GOT}
        accepted = {"accepted": {"receivers": ["A"]}}
        run.answer(run.call("sendEdoc", package=package), accepted, complete=complete)
    return [one.code for one in watch_order(run, load_profile()) or ()]


def test_one_after_a_lost_answer_counts_once(run: TimedEvidence) -> None:
    assert sent_again(run, ("a", False, "A"), ("a", False, "A"), ("b", True, "A")) == []


@pytest.mark.parametrize("digest", ["a", "b"])
def test_only_a_lost_answer_excuses_a_repetition(run: TimedEvidence, digest: str) -> None:
    assert sent_again(run, ("a", True, "A"), (digest, True, "A")) == ["STS-04.status-repeated"]


@pytest.mark.parametrize(
    ("stopped", "wanted"), [(5.9, []), (7.2, ["STS-04.status-repeated"]), (3.0, ["STS-04.status-repeated"])]
)
@pytest.mark.parametrize("kind", ["driver", "candidate.killed"])
def test_a_candidate_that_is_stopped_has_not_read_the_last_answer(
    run: TimedEvidence, kind: str, stopped: float, wanted: list[str]
) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    run.at(5.0).status("01")
    if kind == "driver":
        run.at(stopped + 0.5).note("driver", command="stop", arguments={}, seconds=0.5, result={})
    else:
        run.at(stopped).note("candidate.killed")
    run.at(9.0).status("01")
    assert [one.code for one in watch_order(run, load_profile()) or ()] == wanted


@pytest.mark.parametrize(
    ("seconds", "read", "wanted"),
    [(6.0, 20.2, []), (6.0, 25.9, []), (2.5, 20.2, [REPEATED]), (6.0, 26.2, [REPEATED]), (6.0, 13.0, [REPEATED])],
)
def test_a_candidate_that_gave_up_during_a_stall_has_not_heard_the_answer(
    run: TimedEvidence, seconds: float, read: float, wanted: list[str]
) -> None:
    run.note("run.started", times={"give_up": 3.0})
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    if read > 20.0:
        run.at(20.0).note("harness.stalled", seconds=seconds)
    run.at(read).status("01")
    if read < 20.0:
        run.at(20.0).note("harness.stalled", seconds=seconds)
    run.at(30.0).status("01")
    assert [one.code for one in watch_order(run, load_profile()) or ()] == wanted


def test_each_agency_that_got_a_document_speaks_for_itself(run: TimedEvidence) -> None:
    assert sent_again(run, ("a", True, "A"), ("b", True, "B")) == []


@pytest.mark.parametrize(("code", "action"), [("04", "assign"), ("05", "process"), ("06", "finish")])
def test_a_step_that_no_clerk_took_is_reported(run: TimedEvidence, code: str, action: str) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for said in ("01", "03"):
        run.status(said)
    early = run.at(5.0).status(code)
    decided(run.at(6.0), action, seconds=0.5)
    [found] = watch_order(run, load_profile()) or []
    assert (found.code, found.expected, found.received) == ("STS-04.status-unasked", f"decide {action}", code)
    assert found.where.event == early.seq
    assert load_profile().severity(found) is Severity.REMARK


def test_a_step_may_be_reported_before_the_driver_has_answered(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for said in ("01", "03", "06"):
        run.at(5.0).status(said)
    decided(run.at(6.0), "finish", seconds=1.5)
    assert watch_order(run, load_profile()) == []


def test_where_clerks_act_by_themselves_no_step_is_unasked(run: TimedEvidence) -> None:
    run.note("run.started", driver="passive")
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    for said in ("01", "03", "06"):
        run.status(said)
    assert watch_order(run, load_profile()) == []


def test_a_status_that_was_not_taken_is_no_step(run: TimedEvidence) -> None:
    run.note("stimulus", document_id=GOT, receiver="A", good=True)
    run.status("06", taken=False)
    assert watch_order(run, load_profile()) is None
