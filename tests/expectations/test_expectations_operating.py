"""Judging recalls, take-backs, updates and replacements."""

import pytest

from harness.edxml.model import (
    Bussiness,
    BussinessDocumentInfo,
    DocumentPackage,
    Receiver,
    ReplacementInfo,
    ResponseFor,
    StatusPackage,
)
from harness.expectations import AnyStatus, Operates, StatusTo, Untouched, Withdrawn
from harness.expectations.assessment import Blind, Met
from harness.journal import Event
from tests.judge.timed_evidence import GOT, OTHER, SENT, TimedEvidence, assessed, broken, pending

RECALLING = DocumentPackage(
    bussiness=Bussiness(doc_type="1", document_id="not here"), response_for=(ResponseFor(document_id=GOT),)
)
RECEIVERS = (Receiver("A", "1"), Receiver("B", "0"), Receiver("C", "1"))
UPDATING = DocumentPackage(
    bussiness=Bussiness(doc_type="2", document_id=GOT, document_info=BussinessDocumentInfo(receivers=RECEIVERS)),
    response_for=(ResponseFor(document_id="not here"),),
)
REPLACING = DocumentPackage(
    bussiness=Bussiness(
        doc_type="3",
        document_id="not here",
        replacements=(ReplacementInfo(OTHER, ("A",)), ReplacementInfo(GOT, ("A",))),
    )
)
PLAIN = DocumentPackage(response_for=(ResponseFor(document_id=GOT),))


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


def operated(run: TimedEvidence, package: DocumentPackage | StatusPackage) -> None:
    run.looked.packages["p"] = package
    run.send(code="20", blob="first-try")
    run.send(blob="p")


@pytest.mark.parametrize("package", [RECALLING, UPDATING, REPLACING], ids=["recall", "update", "replacement"])
def test_each_operation_names_its_document_in_its_own_place(run: TimedEvidence, package: DocumentPackage) -> None:
    operated(run, package)
    kind = package.bussiness.doc_type if package.bussiness else ""
    assert assessed(run, Operates(document=SENT, doc_type=kind, target=GOT)) == Met()
    received = f"BussinessDocType {kind} → {f'{GOT}, {OTHER}' if kind == '3' else GOT}"
    expected = f"BussinessDocType {kind} → not here"
    request = run.sendings(SENT)[1].request
    elsewhere = Operates(document=SENT, doc_type=kind, target="not here")
    broken(run, elsewhere, "operates-otherwise", expected, received, request, document=SENT)


def test_an_update_names_those_who_come_and_those_who_go(run: TimedEvidence) -> None:
    operated(run, UPDATING)
    expectation = Operates(document=SENT, doc_type="2", target=GOT, added=("A",), removed=("B",))
    assert assessed(run, expectation) == Met()


@pytest.mark.parametrize(("added", "removed"), [(("B",), ()), ((), ("A",)), (("A", "D"), ())])
def test_an_update_of_other_receivers_is_another(
    run: TimedEvidence, added: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    operated(run, UPDATING)
    said = f"BussinessDocType 2 → {GOT}"
    expectation = Operates(document=SENT, doc_type="2", target=GOT, added=added, removed=removed)
    broken(run, expectation, "operates-otherwise", said, said, run.sendings(SENT)[1].request, document=SENT)


@pytest.mark.parametrize(("package", "received"), [
    (PLAIN, "BussinessDocType - → -"),
    (RECALLING, f"BussinessDocType 1 → {GOT}"),
    (DocumentPackage(bussiness=Bussiness(doc_type="2")), "BussinessDocType 2 → -"),
])  # fmt: skip
def test_another_operation_is_reported(run: TimedEvidence, package: DocumentPackage, received: str) -> None:
    operated(run, package)
    expectation = Operates(document=SENT, doc_type="3", target=GOT)
    request, expected = run.sendings(SENT)[1].request, f"BussinessDocType 3 → {GOT}"
    broken(run, expectation, "operates-otherwise", expected, received, request, document=SENT)


def test_what_was_not_taken_or_is_no_document_operates_on_nothing(run: TimedEvidence) -> None:
    expectation = Operates(document=SENT, doc_type="1", target=GOT)
    run.looked.packages["p"] = RECALLING
    run.send(code="20", blob="p")
    pending(run, expectation, "not-sent", "sendEdoc", "-", document=SENT)
    operated(run, StatusPackage())
    pending(run, expectation, "not-sent", "sendEdoc", "-", document=SENT)


def test_an_answer_goes_back_to_the_receiver_of_the_document(run: TimedEvidence) -> None:
    expectation = StatusTo(document=SENT, code="13", organ_id="A")
    run.status("12", SENT, organ_id="A")
    run.status("13", GOT, organ_id="A")
    pending(run, expectation, "status-not-sent", "13 → A", "-", document=SENT)
    run.status("13", SENT, organ_id="A", taken=False)
    run.status("13", SENT, organ_id="B")
    pending(run, expectation, "roles-not-turned", "13 → A", "B", document=SENT)
    run.status(" 13", SENT, organ_id="A")
    assert assessed(run, expectation) == Met()


def test_an_answer_without_receiver_has_roles_not_reversed(run: TimedEvidence) -> None:
    run.status("13", SENT)
    pending(run, StatusTo(document=SENT, code="13", organ_id="A"), "roles-not-turned", "13 → A", "None", document=SENT)


def inbox(run: TimedEvidence, state: str, document: str = GOT) -> None:
    run.show("inbox", {"document_id": OTHER, "state": "arrived"}, {"document_id": document, "state": state})


def test_a_refused_take_back_is_answered(run: TimedEvidence) -> None:
    refused(run, "Văn bản đã xử lý xong")
    assert assessed(run, Withdrawn(document=GOT)) == Met()
    run.cannot("inbox")
    assert assessed(run, Withdrawn(document=GOT)) == Met()


def refused(run: TimedEvidence, reason: str) -> Event:
    run.looked.packages["r"] = StatusPackage(status_code="16", description=reason)
    return run.status("16", blob="r")


def test_a_refusal_gives_its_reason(run: TimedEvidence) -> None:
    inbox(run, "arrived")
    run.status("16", taken=False)
    pending(
        run, Withdrawn(document=GOT), "not-answered-back", "15 + cancelled | 16", "arrived", run.view("inbox"),
        document=GOT,
    )  # fmt: skip
    refusal = refused(run, "  ")
    pending(run, Withdrawn(document=GOT), "refused-without-reason", "15|16", "16, arrived", refusal, document=GOT)


def test_who_refuses_must_be_allowed_to(run: TimedEvidence) -> None:
    inbox(run, "arrived")
    refusal = refused(run, "Văn bản đã xử lý xong")
    expectation = Withdrawn(document=GOT, silence=True, answers=("15",))
    pending(run, expectation, "may-not-refuse", "15", "16, arrived", refusal, document=GOT)


def test_who_refuses_keeps_the_document(run: TimedEvidence) -> None:
    refusal = refused(run, "Văn bản đã xử lý xong")
    inbox(run, "cancelled")
    broken(run, Withdrawn(document=GOT), "refused-yet-cancelled", "15|16", "16, cancelled", refusal, document=GOT)
    run.status("15")
    assert assessed(run, Withdrawn(document=GOT)) == Met()


@pytest.mark.parametrize(("code", "silence", "state", "reason"), [
    ("15", False, "cancelled", None),
    ("03", True, "cancelled", None),
    ("15", False, "arrived", "not-cancelled"),
    ("03", True, "arrived", "not-cancelled"),
    ("03", False, "cancelled", "not-answered-back"),
    ("03", False, "arrived", "not-answered-back"),
])  # fmt: skip
def test_an_agreed_take_back_is_carried_out(
    run: TimedEvidence, code: str, silence: bool, state: str, reason: str | None
) -> None:
    run.status(code)
    inbox(run, state)
    expectation = Withdrawn(document=GOT, silence=silence)
    if reason is None:
        assert assessed(run, expectation) == Met()
    else:
        pending(run, expectation, reason, "15 + cancelled | 16", state, run.view("inbox"), document=GOT)


def test_a_take_back_of_what_is_not_shown_is_open(run: TimedEvidence) -> None:
    run.status("15")
    pending(run, Withdrawn(document=GOT), "not-cancelled", "15 + cancelled | 16", "-", document=GOT)
    run.cannot("inbox")
    assert assessed(run, Withdrawn(document=GOT)) == Blind("inbox")


def test_what_may_not_be_taken_back_stays_as_it_is(run: TimedEvidence) -> None:
    inbox(run, "arrived")
    run.status("03")
    expectation = Untouched(document=GOT, after=run.fetch().seq)
    pending(run, expectation, "not-stored", "inbox: 1", "0", run.view("inbox"), document=GOT)
    inbox(run, "arrived", SENT)
    pending(run, expectation, "not-stored", "inbox: 1", "0", run.view("inbox"), document=GOT)
    inbox(run, "processing")
    assert assessed(run, expectation) == Met()
    inbox(run, "cancelled")
    broken(run, expectation, "applied-wrongly", "-", "cancelled", run.view("inbox"), document=GOT)
    agreed = run.status("15")
    run.status("15")
    broken(run, expectation, "agreed-wrongly", "-", "15", agreed, document=GOT)
    run.cannot("inbox")
    assert assessed(run, expectation) == Blind("inbox")


def test_a_look_at_the_very_event_counts(run: TimedEvidence) -> None:
    inbox(run, "arrived")
    assert assessed(run, Untouched(document=GOT, after=0)) == Met()


def test_what_is_left_alone_keeps_its_subject(run: TimedEvidence) -> None:
    expectation = Untouched(document=GOT, after=0, subject="V/v cũ")
    assert Untouched(document=GOT, after=0).reads == frozenset()
    assert expectation.reads == {"subject"}
    look = run.show("inbox", {"document_id": GOT, "state": "arrived", "subject": "V/v mới"})
    broken(run, expectation, "updated-wrongly", "V/v cũ", "V/v mới", look, document=GOT)
    run.show("inbox", {"document_id": GOT, "state": "arrived", "subject": "V/v cũ"})
    assert assessed(run, expectation) == Met()


def test_a_status_may_name_either_document(run: TimedEvidence) -> None:
    expectation = AnyStatus(documents=(GOT, OTHER), codes=("15", "16"))
    either = f"{GOT} | {OTHER}"
    pending(run, expectation, "status-not-sent", "15|16", "-", document=either)
    run.status("03", OTHER)
    run.status("01")
    run.status("15", SENT)
    pending(run, expectation, "status-not-sent", "15|16", "01, 03", document=either)
    run.status("16", OTHER)
    assert assessed(run, expectation) == Met()
