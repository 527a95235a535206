"""Good documents are never refused, and what was acknowledged stays."""

from dataclasses import replace
from typing import Any

import pytest

from harness.edxml.model import (
    ResponseFor,
)
from harness.expectations.assessment import Blind
from harness.judge.duties.receiving import never_refused, stays
from tests.judge.duties_run import FILE, INCOMING, MINISTRY, Run, codes, row
from tests.judge.timed_evidence import GOT, OTHER


@pytest.fixture
def run() -> Run:
    return Run()


# -- RCV-10


def test_a_package_never_fetched_proves_nothing_about_refusals(run: Run) -> None:
    run.deliver()
    assert never_refused(run.facts) is None
    run.fetch()
    assert never_refused(run.facts) == []


@pytest.mark.parametrize("how", ["fail", "02", "refused", "rejected"])
def test_several_refusals_of_one_good_document_are_one_finding(run: Run, how: str) -> None:
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


def test_a_person_must_do_exactly_the_task_asked() -> None:
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
