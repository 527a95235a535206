"""Nothing leaves unordered, no secret leaves at all, and what was refused for good stays refused."""

from dataclasses import replace
from typing import Any

import pytest

from harness.catalogue.findings import Finding
from harness.edxml.model import (
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    ResponseFor,
    StatusPackage,
)
from harness.journal.events import DriverCalled
from harness.judge.duties.confidential import secrets_stay
from harness.judge.duties.refusals import final_stays_final
from harness.judge.duties.registry import without_known
from harness.judge.duties.sending import nothing_unordered
from tests.judge.duties_run import AGENCY, INCOMING, LONG, MINISTRY, OUTGOING, PROFILE, Run, codes
from tests.judge.timed_evidence import GOT, OTHER, SENT


@pytest.fixture
def run() -> Run:
    return Run()


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


def test_a_receiver_that_only_the_hub_knows_is_found(run: Run) -> None:
    run.order()
    run.leave(OUTGOING, receivers=(MINISTRY[0], "H37"))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.sent-otherwise"]


def test_composed_letters_and_the_other_form_of_a_receiver_are_the_same(run: Run) -> None:
    import unicodedata

    run.order(to=[{"organ_id": "G22", "organ_name": MINISTRY[1]}])
    said = replace(OUTGOING, subject=unicodedata.normalize("NFD", LONG), to=(Organization("G22", MINISTRY[1]),))
    run.leave(said)
    assert nothing_unordered(run.facts) == []


@pytest.mark.parametrize("named", [MINISTRY[0], "G22"])
def test_the_successor_to_whom_the_hub_hands_a_document_is_no_other_receiver(run: Run, named: str) -> None:
    run.order(to=[{"organ_id": named, "organ_name": MINISTRY[1]}])
    run.note("agency.closed", organ_id=MINISTRY[0], successor="G99")
    run.leave(replace(OUTGOING, to=(Organization(named, MINISTRY[1]),)), receivers=("G99",))
    assert nothing_unordered(run.facts) == []
    run.leave(replace(OUTGOING, to=(Organization(named, MINISTRY[1]),)), receivers=("G98",))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.sent-otherwise"]


def test_what_was_not_ordered_and_what_was_forwarded_are_distinguished(run: Run) -> None:
    run.deliver()
    run.leave(replace(OUTGOING, document_id="000.00.00.H41,2026/11/23,99/UBND-VP", code=Code("99", "UBND-VP")))
    run.leave(replace(INCOMING, document_id=GOT))
    assert codes(nothing_unordered(run.facts)) == ["SND-10.unordered", "SND-10.forwarded"]


def test_what_was_refused_must_not_leave(run: Run) -> None:
    arguments = run.order()
    run.events.pop()
    run._by_type[DriverCalled].pop()
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
