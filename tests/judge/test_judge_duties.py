"""Duties over the whole record: what they charge, what they leave alone, and that one fault is charged once."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.crypto.trust import Trust
from harness.edxml.model import (
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    ResponseFor,
    StatusPackage,
)
from harness.edxml.packages import write_package
from harness.journal import Event
from harness.judge.assessment import Blind
from harness.judge.duties.confidential import secrets_stay
from harness.judge.duties.facts import RunFacts
from harness.judge.duties.receiving import never_refused, stays
from harness.judge.duties.refusals import final_stays_final
from harness.judge.duties.registry import without_known
from harness.judge.duties.sending import nothing_unordered
from harness.judge.examination import Examiner
from harness.rules.twins.base import Identity, package
from tests.judge.timed_evidence import GOT, OTHER, SENT, TimedEvidence

PROFILE = load_profile()
AGENCY = ("000.00.00.H41", "UBND tỉnh Nghệ An")
MINISTRY = ("000.00.00.G22", "Văn phòng Chính phủ")
FILE = ("cong-van.pdf", 3, "ab")
INCOMING = package(Identity(day=date(2026, 11, 23), sender=MINISTRY, receiver=AGENCY))
LONG = "Tờ trình về kế hoạch bảo vệ khu vực trọng điểm"


class Run(TimedEvidence):
    """Evidence of a run whose packages are kept."""

    def __init__(self, driver: str = "http") -> None:
        super().__init__()
        self.blobs: dict[str, bytes] = {}
        self.inspector = Examiner(PROFILE, self.blobs.__getitem__, Trust())
        agency = {"organ_id": AGENCY[0], "organ_name": AGENCY[1]}
        peers = [{"organ_id": MINISTRY[0], "code102": "G22"}]
        self.start = self.note("run.started", driver=driver, candidate={"agency": agency}, peers=peers)

    def keep(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return digest

    @property
    def facts(self) -> RunFacts:
        return RunFacts(self, PROFILE, self.start, self.blobs.__getitem__)

    def deliver(self, document: str = GOT, said: DocumentPackage = INCOMING, *, good: bool = True, **data: Any) -> None:
        blob = self.keep(write_package(replace(said, document_id=document)))
        files = [{"name": FILE[0], "size": FILE[1], "sha256": FILE[2]}]
        self.note("stimulus", good=good, document_id=document, sender=MINISTRY[0], blob=blob, files=files, **data)

    def order(self, **changes: Any) -> dict[str, Any]:
        to = [{"organ_id": MINISTRY[0], "organ_name": MINISTRY[1]}]
        arguments = {
            "to": to, "code_number": "17", "code_notation": "UBND-VP", "type_name": "Công văn", "subject": LONG,
            "content": "Nội dung", "priority": 0, "operation": "new",
            "attachments": [{"name": "a.pdf", "sha256": self.pdf}], **changes,
        }  # fmt: skip
        self.note("driver", command="send", arguments=arguments, result={"document_id": SENT})
        return arguments

    @property
    def pdf(self) -> str:
        return hashlib.sha256(OUTGOING.attachments[0].content).hexdigest()

    def leave(self, sent: DocumentPackage | StatusPackage, receivers: tuple[str, ...] = (MINISTRY[0],)) -> Event:
        blob = self.keep(write_package(sent))
        known: dict[str, Any] = {"kind": "document", "document_id": getattr(sent, "document_id", None)}
        if isinstance(sent, StatusPackage):
            named = sent.response_for
            known = {
                "kind": "status",
                "status_code": sent.status_code,
                "response_for": {"document_id": named.document_id},
            }
        request = self.call("sendEdoc", package={**known, "sha256": blob, "blob": blob})
        self.answer(request, {"accepted": {"receivers": list(receivers)}})
        return request


OUTGOING = replace(
    INCOMING,
    from_=Organization(*AGENCY),
    to=(Organization(*MINISTRY),),
    code=Code("17", "UBND-VP"),
    document_id=SENT,
    document_type=DocumentType("2", "Công văn"),
    subject=LONG,
    content="Nội dung",
    other_info=OtherInfo(priority="0"),
    attachments=tuple(replace(one, name="a.pdf") for one in INCOMING.attachments[:1]),
    trace_headers=tuple(replace(one, organ_id=AGENCY[0]) for one in INCOMING.trace_headers[:1]),
    response_for=(),
    bussiness=None,
)


def codes(found: Any) -> list[str]:
    assert isinstance(found, list)
    for one in found:
        said = {**one.parameters, "expected": one.expected, "received": one.received}
        assert all(finding_text(one.code, "message", language, **said) for language in LANGUAGES)
    return [one.code for one in found]


def row(document: str = GOT, **changes: Any) -> dict[str, Any]:
    files = [{"name": FILE[0], "size": FILE[1], "sha256": FILE[2]}]
    return {"document_id": document, "subject": INCOMING.subject, "state": "arrived", "attachments": files, **changes}


@pytest.fixture
def run() -> Run:
    return Run()


# -- RCV-10


def test_what_was_never_fetched_tells_nothing_of_refusals(run: Run) -> None:
    run.deliver()
    assert never_refused(run.facts) is None
    run.fetch()
    assert never_refused(run.facts) == []


@pytest.mark.parametrize("how", ["fail", "02", "refused", "rejected"])
def test_a_good_document_is_refused_once_however_it_is_said(run: Run, how: str) -> None:
    run.deliver()
    run.fetch()
    if how == "fail":
        run.ack("fail")
    elif how == "02":
        run.status("02")
    else:
        run.show("inbox", row(state=how))
        run.show("inbox", row())
    assert codes(never_refused(run.facts)) == ["RCV-10.good-refused"]


def test_a_document_that_came_broken_may_be_answered_fail(run: Run) -> None:
    run.deliver()
    run.fetch(complete=False)
    run.ack("fail")
    assert never_refused(run.facts) == []


def test_a_second_delivery_that_is_answered_fail_is_another_requirement_s(run: Run) -> None:
    run.deliver()
    run.fetch()
    run.ack()
    run.ack("fail")
    assert never_refused(run.facts) == []


def test_the_clerk_may_refuse(run: Run) -> None:
    run.deliver()
    run.fetch()
    run.note("driver", command="decide", arguments={"document_id": GOT, "action": "refuse"}, result={})
    run.status("02")
    assert never_refused(run.facts) is None


def test_what_is_bad_or_was_spoilt_under_the_same_id_may_be_refused(run: Run) -> None:
    run.deliver(good=False)
    run.deliver(OTHER)
    run.deliver(OTHER, good=False)
    for document in (GOT, OTHER):
        run.fetch(document)
        run.status("02", document)
    assert never_refused(run.facts) is None


def test_an_operation_on_what_its_sender_never_sent_may_be_refused(run: Run) -> None:
    named = ResponseFor(MINISTRY[0], "1/X", "2026/11/23", "000.00.00.G22,2026/11/23,1/X")
    business = replace(INCOMING, response_for=(named,))
    recall = replace(business, bussiness=None)
    run.deliver(OTHER, recall)
    run.fetch(OTHER)
    run.status("02", OTHER)
    assert codes(never_refused(run.facts)) == ["RCV-10.good-refused"]  # it answers a document, it does not act on it


# -- RCV-11


def test_what_was_acknowledged_stays_whole(run: Run) -> None:
    run.deliver()
    assert stays(run.facts) is None
    run.fetch()
    run.ack()
    run.show("inbox", row())
    assert stays(run.facts) == []


@pytest.mark.parametrize(("shown", "code"), [
    ([], "RCV-11.vanished"),
    ([row(state="cancelled")], "RCV-11.cancelled-unasked"),
    ([row(subject=INCOMING.subject[:20])], "RCV-11.changed"),
    ([row(attachments=[])], "RCV-11.changed"),
    ([row(attachments=[{"name": "cong-van(1).pdf", "size": 3, "sha256": "ab"}])], "RCV-11.changed"),
    ([row(attachments=[{"name": FILE[0], "size": 3, "sha256": "ac"}])], "RCV-11.changed"),
    ([row(attachments="none")], "RCV-11.changed"),
])  # fmt: skip
def test_what_is_lost_or_changed_at_the_last_look_is_charged(run: Run, shown: list[Any], code: str) -> None:
    run.deliver()
    run.fetch()
    run.ack()
    run.show("inbox", row())
    run.show("inbox", *shown)
    assert codes(stays(run.facts)) == [code]


def test_what_was_acknowledged_after_the_last_look_is_not_missed(run: Run) -> None:
    run.deliver()
    run.fetch()
    run.show("inbox")
    run.ack()
    assert stays(run.facts) is None


@pytest.mark.parametrize("removal", ["recall", "clerk"])
def test_what_was_removed_by_right_is_not_missed(run: Run, removal: str) -> None:
    run.deliver()
    run.fetch()
    run.ack()
    if removal == "recall":
        run.note("stimulus", good=True, document_id=GOT, recalls=GOT)
    else:
        run.note("driver", command="decide", arguments={"document_id": GOT, "action": "refuse"}, result={})
    run.show("inbox")
    assert stays(run.facts) == []


def test_an_inbox_that_cannot_be_seen_decides_nothing(run: Run) -> None:
    run.deliver()
    run.ack()
    run.cannot("inbox")
    assert isinstance(stays(run.facts), Blind)


def test_a_person_is_held_to_what_he_was_asked() -> None:
    run = Run("manual")
    run.deliver()
    run.fetch()
    ack = run.ack()
    run.note(
        "driver",
        command="inbox",
        result={"documents": [{"document_id": GOT, "state": "arrived"}]},
        asked=[[GOT, ack.seq + 9]],
    )
    assert stays(run.facts) == []


# -- SND-10


def test_an_order_carried_out_as_given_is_right(run: Run) -> None:
    assert nothing_unordered(run.facts) is None
    run.order()
    run.leave(OUTGOING)
    assert nothing_unordered(run.facts) == []


@pytest.mark.parametrize(("changes", "element"), [
    ({"subject": LONG[:-1]}, "Subject"),
    ({"content": ""}, "Content"),
    ({"document_type": DocumentType("2", "Thông báo")}, "TypeName"),
    ({"other_info": OtherInfo(priority="2")}, "Priority"),
    ({"from_": Organization(AGENCY[0], "UBND")}, "From/OrganName"),
    ({"to": (Organization(MINISTRY[0], "VPCP"),)}, "To/OrganName"),
    ({"to": (Organization(*MINISTRY), Organization("H37", "UBND tỉnh Lạng Sơn"))}, "To"),
])  # fmt: skip
def test_what_differs_from_the_order_is_named(run: Run, changes: dict[str, Any], element: str) -> None:
    run.order()
    run.leave(replace(OUTGOING, **changes))
    found = nothing_unordered(run.facts)
    assert codes(found) == ["SND-10.sent-otherwise"]
    assert isinstance(found, list)
    assert found[0].parameters["element"] == element


def test_a_file_added_and_a_file_left_out_are_named(run: Run) -> None:
    run.order()
    (one,) = OUTGOING.attachments
    run.leave(replace(OUTGOING, attachments=(one, replace(one, name="b.pdf", content_id="cid:9"))))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.sent-otherwise"]


def test_a_receiver_whom_only_the_hub_was_told_is_found(run: Run) -> None:
    run.order()
    run.leave(OUTGOING, receivers=(MINISTRY[0], "H37"))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.sent-otherwise"]


def test_composed_letters_and_the_other_form_of_a_receiver_are_the_same(run: Run) -> None:
    import unicodedata

    run.order(to=[{"organ_id": "G22", "organ_name": MINISTRY[1]}])
    said = replace(OUTGOING, subject=unicodedata.normalize("NFD", LONG), to=(Organization("G22", MINISTRY[1]),))
    run.leave(said)
    assert nothing_unordered(run.facts) == []


def test_what_nobody_ordered_and_what_was_passed_on_are_told_apart(run: Run) -> None:
    run.deliver()
    run.leave(replace(OUTGOING, document_id="000.00.00.H41,2026/11/23,99/UBND-VP", code=Code("99", "UBND-VP")))
    run.leave(replace(INCOMING, document_id=GOT))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.unordered", "SND-10.forwarded"]


def test_what_was_refused_must_not_leave(run: Run) -> None:
    arguments = run.order()
    run.events.pop()
    run._kinds["driver"].pop()
    run.note("driver", command="send", arguments=arguments, error={"kind": "refused", "message": "không"})
    run.leave(OUTGOING)
    assert codes(nothing_unordered(run.facts)) == ["SND-10.sent-though-refused"]


def answer(code: str, document: str) -> StatusPackage:
    named = ResponseFor(MINISTRY[0], "x/y", "2026/11/23", document)
    return StatusPackage(from_=Organization(*AGENCY), response_for=named, status_code=code)


def test_a_status_answers_what_came(run: Run) -> None:
    run.deliver()
    run.leave(answer("01", GOT))
    assert nothing_unordered(run.facts) == []
    run.leave(answer("01", OTHER))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.status-unordered"]


def test_a_document_is_taken_back_when_that_is_ordered(run: Run) -> None:
    run.leave(answer("13", SENT))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.status-unordered"]
    run.note("driver", command="take_back", arguments={"document_id": SENT}, result={})
    assert nothing_unordered(run.facts) == []


def test_what_was_there_before_the_run_is_another_run_s(run: Run) -> None:
    run.show("outbox", {"document_id": SENT, "state": "queued"})
    run.leave(OUTGOING)
    assert nothing_unordered(run.facts) is None


# -- SND-07


def test_without_a_secret_nothing_is_said(run: Run) -> None:
    run.order()
    assert secrets_stay(run.facts) is None


@pytest.mark.parametrize("by", ["DocumentId", "Code", "Subject", "Attachment", "status"])
def test_a_secret_is_known_by_whatever_is_left_of_it(run: Run, by: str) -> None:
    run.order(classification="mat")
    plain = replace(
        OUTGOING,
        document_id="000.00.00.H41,2026/11/23,5/X",
        code=Code("5", "X"),
        subject="Khác",
        content="",
        attachments=(),
    )
    assert secrets_stay(run.facts) == []
    left: dict[str, DocumentPackage | StatusPackage] = {
        "DocumentId": replace(plain, document_id=SENT),
        "Code": replace(plain, code=OUTGOING.code),
        "Subject": replace(plain, subject=f"FW: {LONG}"),
        "Attachment": replace(plain, attachments=OUTGOING.attachments),
        "status": replace(answer("02", GOT), description=f"Đã nhận: {LONG}"),
    }
    run.leave(left[by])
    assert codes(secrets_stay(run.facts)) == ["SND-07.secret-reached-hub"]


def test_a_file_that_other_documents_carry_too_gives_no_secret_away(run: Run) -> None:
    run.order(classification="mat", code_number="18", subject="S", content="")
    run.order()
    run.leave(replace(OUTGOING, document_id="000.00.00.H41,2026/11/23,5/X"))
    assert [one for one in codes(secrets_stay(run.facts)) if "Attachment" in one] == []


# -- RTY-07


def test_what_was_refused_for_good_may_be_repeated_as_often_as_the_profile_says(run: Run) -> None:
    assert final_stays_final(run.facts) is None
    most = PROFILE.parameters.retries.final_repeats
    for _ in range(1 + most):
        run.send(code="18")
    assert final_stays_final(run.facts) == []
    run.send(code="18")
    assert codes(final_stays_final(run.facts)) == ["RTY-07.retried-too-often"]


def test_neither_transient_codes_nor_a_wrong_secret_are_for_good(run: Run) -> None:
    for code in ("20", "15"):
        for _ in range(9):
            run.send(code=code)
    assert final_stays_final(run.facts) is None


def test_what_a_failing_finding_names_already_is_not_charged_again() -> None:
    known = Finding("RCV-03.not-stored", parameters={"document": GOT})
    fresh = [Finding("RCV-10.good-refused", parameters={"document": name}) for name in (GOT, OTHER)]
    assert [one.parameters["document"] for one in without_known(fresh, [known])] == [OTHER]
    assert without_known(fresh, [Finding("VXP-01.unknown-operation")]) == fresh
