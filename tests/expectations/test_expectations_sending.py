"""Judging what became of a document that the clerk sent."""

from typing import Any

import pytest

from harness.edxml.model import DocumentPackage, OtherInfo, StatusPackage
from harness.expectations import (
    Accepted,
    Carries,
    ClosedCodeShown,
    DistinctIds,
    Expectation,
    NotReached,
    OneIdentity,
    OrderTaken,
    SentWithin,
    Shown,
    Sound,
)
from harness.expectations.assessment import Blind, Holding, Met
from harness.journal import Event
from tests.judge.timed_evidence import OTHER, SENT, TimedEvidence, assessed, broken, pending


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


def test_taken_for_all_receivers_is_accepted(run: TimedEvidence) -> None:
    run.send(code="20")
    run.send(receivers=("A", "B", "C"))
    assert assessed(run, Accepted(document=SENT, receivers=("C", "A"))) == Met()


def test_a_receiver_that_is_left_out_is_named(run: TimedEvidence) -> None:
    request = run.send(receivers=("A", "C"))
    expectation = Accepted(document=SENT, receivers=("A", "B"))
    broken(run, expectation, "receiver-missing", "A, B", "A, C", request, document=SENT)


def test_nothing_sent_is_not_accepted(run: TimedEvidence) -> None:
    run.send(OTHER)
    pending(run, Accepted(document=SENT), "not-sent", "sendEdoc", "-", document=SENT)


def test_a_refusal_is_reported_as_the_hub_gave_it(run: TimedEvidence) -> None:
    run.send(code="20", error_desc="internal")
    last = run.send(code="18", error_desc="unknown receiver")
    pending(run, Accepted(document=SENT), "not-accepted", "ErrorCode 0", "18 unknown receiver", last, document=SENT)


def test_a_sending_without_answer_is_not_accepted_yet(run: TimedEvidence) -> None:
    request = run.call("sendEdoc", package={"kind": "document", "document_id": SENT})
    pending(run, Accepted(document=SENT), "not-accepted", "ErrorCode 0", "-", request, document=SENT)


def test_the_last_package_has_to_be_sound(run: TimedEvidence) -> None:
    run.looked.failing["bad"] = ("HDR-01.no-from", "PKG-05.missing")
    pending(run, Sound(document=SENT), "not-sent", "sendEdoc", "-", document=SENT)
    request = run.send(blob="bad")
    broken(run, Sound(document=SENT), "unsound", "-", "HDR-01.no-from, PKG-05.missing", request, document=SENT)
    run.send(blob="good")
    assert assessed(run, Sound(document=SENT)) == Met()


def outbox(run: TimedEvidence, state: str, receivers: object = None) -> object:
    return run.show("outbox", {"document_id": OTHER, "state": "sent"}, {
        "document_id": SENT, "state": state, "receivers": receivers,
    })  # fmt: skip


def test_what_is_shown_as_sent_is_shown(run: TimedEvidence) -> None:
    pending(run, Shown(document=SENT), "not-shown", "sent", "-", document=SENT)
    outbox(run, "sent")
    assert assessed(run, Shown(document=SENT)) == Met()


def test_another_state_is_reported(run: TimedEvidence) -> None:
    outbox(run, "queued")
    expectation = Shown(document=SENT, states=("sent", "failed"))
    pending(run, expectation, "shown-otherwise", "sent|failed", "queued", run.events[0], document=SENT)


def test_the_status_that_counts_is_the_receiver_s_own(run: TimedEvidence) -> None:
    entries = ["odd", None, {"organ_id": "B", "status_code": "01"}, {"organ_id": "A", "status_code": "06"}]
    outbox(run, "sent", entries)
    assert assessed(run, Shown(document=SENT, receiver="A", statuses=("06", "03"))) == Met()


@pytest.mark.parametrize(("entries", "received"), [
    (None, "-"), ("A", "-"), ([{"organ_id": "A"}], "None"), ([], "-"), ([{"organ_id": "B", "status_code": "06"}], "-"),
    ([{"organ_id": "A", "status_code": "01"}, {"organ_id": "A", "status_code": "04"}], "01, 04"),
])  # fmt: skip
def test_a_status_that_is_not_shown_is_reported(run: TimedEvidence, entries: object, received: str) -> None:
    outbox(run, "sent", entries)
    expectation = Shown(document=SENT, receiver="A", statuses=("06",))
    pending(run, expectation, "status-not-shown", "06", received, run.events[0], document=SENT)


def test_an_outbox_that_cannot_be_shown_leaves_it_open(run: TimedEvidence) -> None:
    run.cannot("outbox")
    assert assessed(run, Shown(document=SENT)) == Blind("outbox")


def test_one_document_has_one_identity(run: TimedEvidence) -> None:
    expectation = OneIdentity(document=SENT, subject="S")
    run.send()
    run.send()
    run.send(OTHER, "another")
    assert assessed(run, expectation) == Holding()
    request = run.send(OTHER)
    broken(run, expectation, "second-identity", SENT, OTHER, request, document=SENT)


TEXTS = {"subject": "S", "content": "C", "priority": "1"}


def carried(run: TimedEvidence, package: DocumentPackage | StatusPackage | None, files: dict[str, str]) -> Expectation:
    if package is not None:
        run.looked.packages["p"] = package
    run.looked.carried["p"] = files
    run.send(code="20", blob="first-try")
    run.send(blob="p")
    return Carries(document=SENT, texts=TEXTS, files=(("a.pdf", "11"),))


def test_the_very_text_and_files_are_carried(run: TimedEvidence) -> None:
    package = DocumentPackage(subject="S", content="C", other_info=OtherInfo(priority="1"))
    assert assessed(run, carried(run, package, {"a.pdf": "11", "b.pdf": "22"})) == Met()


@pytest.mark.parametrize(("package", "element", "expected", "received"), [
    (DocumentPackage(subject="s", content="C", other_info=OtherInfo(priority="1")), "Subject", "S", "s"),
    (DocumentPackage(subject="S", content="", other_info=OtherInfo(priority="1")), "Content", "C", ""),
    (DocumentPackage(subject="S", content="C", other_info=OtherInfo(priority="2")), "Priority", "1", "2"),
    (DocumentPackage(subject="S", content="C"), "Priority", "1", ""),
])  # fmt: skip
def test_an_altered_text_is_reported(
    run: TimedEvidence, package: DocumentPackage, element: str, expected: str, received: str
) -> None:
    expectation = carried(run, package, {"a.pdf": "11"})
    request = run.sendings(SENT)[1].request
    broken(run, expectation, "text-altered", expected, received, request, element=element, document=SENT)


@pytest.mark.parametrize(("files", "received"), [({}, "-"), ({"a.pdf": "12"}, "12")])
def test_an_altered_file_is_reported(run: TimedEvidence, files: dict[str, str], received: str) -> None:
    package = DocumentPackage(subject="S", content="C", other_info=OtherInfo(priority="1"))
    expectation = carried(run, package, files)
    request = run.sendings(SENT)[1].request
    broken(run, expectation, "file-altered", "11", received, request, file="a.pdf", document=SENT)


def test_what_the_hub_did_not_take_carries_nothing(run: TimedEvidence) -> None:
    run.send(code="20")
    pending(run, Carries(document=SENT, texts={}), "not-sent", "sendEdoc", "-", document=SENT)


@pytest.mark.parametrize("package", [None, StatusPackage()])
def test_what_is_no_document_carries_nothing(run: TimedEvidence, package: StatusPackage | None) -> None:
    pending(run, carried(run, package, {}), "not-sent", "edXML", "-", document=SENT)


def test_the_first_sending_counts_from_the_event_on(run: TimedEvidence) -> None:
    run.at(1.0).note("driver", command="send")
    expectation = SentWithin(document=SENT, since=0, seconds=2.5)
    pending(run, expectation, "not-sent", "<= 2.5 s", "-", document=SENT)
    run.at(3.5).send()
    run.at(9.0).send()
    assert assessed(run, expectation) == Met()
    late = SentWithin(document=SENT, since=0, seconds=2.4)
    broken(run, late, "sent-late", "<= 2.4 s", "2.5 s", run.sendings(SENT)[0].request, document=SENT)


def test_time_of_a_stall_does_not_count(run: TimedEvidence) -> None:
    run.at(1.0).note("driver", command="send")
    run.at(2.0).note("harness.stalled", seconds=3.0)
    run.at(5.0).note("harness.stalled", seconds=2.0)
    run.at(6.0).send()
    run.at(20.0).note("harness.stalled", seconds=5.0)
    assert assessed(run, SentWithin(document=SENT, since=0, seconds=2.0)) == Met()
    late = SentWithin(document=SENT, since=0, seconds=1.9)
    broken(run, late, "sent-late", "<= 1.9 s", "2.0 s", run.sendings(SENT)[0].request, document=SENT)


def test_what_must_not_be_sent_is_looked_for_by_its_subject(run: TimedEvidence) -> None:
    expectation = NotReached(subject="secret")
    run.call("getEdoc", package={"subject": "secret"})
    run.send(subject="open")
    assert assessed(run, expectation) == Holding()
    request = run.send(subject="secret", code="18")
    broken(run, expectation, "reached-hub", "-", "secret", request)


def test_two_documents_under_one_id_are_reported(run: TimedEvidence) -> None:
    run.send(subject="S")
    run.send(OTHER, "T")
    run.send(subject="S")
    run.send("", "U")
    run.send("", "V")
    run.status("01", SENT)
    assert assessed(run, DistinctIds()) == Holding()
    request = run.send(OTHER, "S")
    broken(run, DistinctIds(), "id-shared", "T", "S", request, document=OTHER)


def ordered(run: TimedEvidence, number: str, **answer: Any) -> Event:
    arguments = {"code_number": number, "code_notation": "UBND", "subject": "V/v"}
    return run.note("driver", command="send", arguments=arguments, **answer)


def test_an_order_that_every_system_must_take_is_not_refused(run: TimedEvidence) -> None:
    expectation = OrderTaken(command="send", arguments={"code_number": "17", "code_notation": "UBND"})
    ordered(run, "18", error={"kind": "refused", "message": "tệp quá lớn"})
    run.note("driver", command="decide", arguments={"code_number": "17", "code_notation": "UBND"}, result={})
    assert assessed(run, expectation) == Holding()
    for kind in ("failed", "lost", "operator"):
        ordered(run, "17", error={"kind": kind, "message": "?"})
    ordered(run, "17", result={"document_id": SENT})
    assert assessed(run, expectation) == Holding()
    refusal = ordered(run, "17", error={"kind": "refused", "message": "không nhận mã H41"})
    broken(run, expectation, "order-refused", "send", "không nhận mã H41", refusal, order="17, UBND")


def test_what_comes_of_a_document_to_a_closed_code_is_reported(run: TimedEvidence) -> None:
    expectation = ClosedCodeShown(document=SENT, code_number="17", code_notation="UBND", states=("failed",))
    ordered(run, "18", error={"kind": "refused", "message": "số đã dùng"})
    ordered(run, "17", error={"kind": "failed", "message": "?"})
    pending(run, expectation, "not-shown", "failed", "-", document=SENT)
    outbox(run, "sent")
    pending(run, expectation, "shown-otherwise", "failed", "sent", run.events[-1], document=SENT)
    ordered(run, "17", error={"kind": "refused", "message": "mã đã đóng"})
    assert assessed(run, expectation) == Met()


def test_a_document_to_a_closed_code_that_is_shown_as_failed_is_reported(run: TimedEvidence) -> None:
    outbox(run, "failed")
    expectation = ClosedCodeShown(document=SENT, code_number="17", code_notation="UBND", states=("failed",))
    assert assessed(run, expectation) == Met()


def test_a_command_whatever_its_arguments_is_not_refused(run: TimedEvidence) -> None:
    refusal = run.note("driver", command="register", arguments={"agencies": []}, error={"kind": "refused"})
    expectation = OrderTaken(command="register", arguments={})
    broken(run, expectation, "order-refused", "register", "-", refusal, order="-")
