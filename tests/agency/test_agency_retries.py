"""A hub in trouble: nothing lost, nothing doubled, no hammering, nothing sent elsewhere."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.agency.gallery import build
from harness.hub.interception import AnswerPlan, Cut, Drop, Hold, PlannedReply, Replace, RequestFacts, Trickle
from harness.journal import events_of
from harness.journal.events import RequestReceived
from tests.agency.agency_rig import (
    QUICK,
    SECRET,
    SYSTEM,
    CommandFailed,
    Rig,
    document,
    running,
    settings,
    until,
    with_rig,
)

HTML = b"<html><body>503</body></html>"


def refusal(code: str) -> Replace:
    answer = {"status": "FAIL", "ErrorCode": code, "ErrorDesc": "Loi", "DocId": "0" * 24}
    return Replace(json.dumps(answer).encode())


TROUBLES = [
    AnswerPlan("reset", Drop(reset=True)),
    AnswerPlan("closed", Drop()),
    AnswerPlan("500", PlannedReply(500)),
    AnswerPlan("502", PlannedReply(502, HTML, "text/html")),
    AnswerPlan("503", PlannedReply(503, HTML, "text/html", (("Retry-After", "0"),))),
    AnswerPlan("429", PlannedReply(429, b"", "text/plain", (("Retry-After", "0"),))),
    AnswerPlan("401", PlannedReply(401, HTML, "text/html")),
    AnswerPlan("404", PlannedReply(404, HTML, "text/html")),
    AnswerPlan("html", PlannedReply(200, HTML, "text/html")),
    AnswerPlan("empty", PlannedReply(200, b"")),
    AnswerPlan(
        "null", PlannedReply(200, b'{"status":null,"ErrorCode":null,"ErrorDesc":null,"data":null,"DocId":null}')
    ),
    AnswerPlan("busy", PlannedReply(200, refusal("20").body)),
    AnswerPlan("busy", PlannedReply(200, refusal("21").body)),
    AnswerPlan("secret", PlannedReply(200, refusal("15").body)),
    *(
        AnswerPlan(str(code), PlannedReply(code, b"", "", (("Location", "http://127.0.0.1:9/"),)))
        for code in (301, 302, 303, 307, 308)
    ),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda plan: plan.name)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_document_arrives_once_whatever_happens_to_the_call(trouble: AnswerPlan, moment: str) -> None:
    async def play(rig: Rig) -> None:
        rig.fault("sendEdoc", *[trouble] * 3, moment=moment)
        sent = await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        sendings = rig.sendings(sent)
        assert len(sendings) == 4
        assert len({one["sha256"] for one in sendings}) == 1
        accepted = [one for one in rig.notes.effects("accepted") if one["document_id"] == sent]
        assert [one["duplicate"] for one in accepted].count(False) == 1
        (row,) = await rig.rows("outbox", sent)
        assert row["error"] == ""

    with_rig(play)


@pytest.mark.parametrize("operation", ["getReceivedEdocList", "getEdoc", "updateStatus"])
@pytest.mark.parametrize(
    "trouble",
    [
        *TROUBLES[:2],
        *TROUBLES[5:12],
        TROUBLES[-1],
        AnswerPlan("cut", Cut(0.5)),
        AnswerPlan("cut", Cut(0.9, reset=True)),
    ],
    ids=lambda plan: plan.name,
)
def test_a_document_is_taken_in_once_whatever_happens_to_the_calls(operation: str, trouble: AnswerPlan) -> None:
    async def play(rig: Rig) -> None:
        rig.fault(operation, *[trouble] * 3, moment="after")
        package = document()
        rig.deliver(package)
        await rig.until_acked(package.document_id)
        await rig.served()
        assert set(rig.acks(package.document_id)) == {"done"}
        assert await rig.state(package.document_id) == "arrived"
        assert rig.statuses(package.document_id) == ["01"]
        assert rig.notes.orders("getEdoc", "updateStatus")[0] == "getEdoc"

    with_rig(play)


@pytest.mark.parametrize("operation", ["sendEdoc", "getReceivedEdocList", "getEdoc", "updateStatus"])
def test_silence_is_given_up_and_tried_again(operation: str) -> None:
    async def play(rig: Rig) -> None:
        rig.fault(operation, AnswerPlan("silence", Hold()))
        package = document()
        rig.deliver(package)
        sent = await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        await rig.until_acked(package.document_id)
        assert await rig.state(package.document_id) == "arrived"

    with_rig(play, timing=replace(QUICK, give_up=0.2))


def test_a_trickling_answer_ends() -> None:
    async def play(rig: Rig) -> None:
        rig.fault("getEdoc", AnswerPlan("trickle", Trickle(1, 0.05)), moment="after")
        package = document()
        rig.deliver(package)
        await rig.until_acked(package.document_id)
        assert await rig.state(package.document_id) == "arrived"

    with_rig(play, timing=replace(QUICK, give_up=0.1))


@pytest.mark.parametrize("code", ["10", "18", "19", "22", "23"])
def test_a_final_refusal_is_shown_and_not_tried_again(code: str) -> None:
    async def play(rig: Rig) -> None:
        rig.fault("sendEdoc", *[AnswerPlan("final", PlannedReply(200, refusal(code).body))] * 9)
        sent = await rig.send()
        await rig.until_state(sent, "failed", "outbox")
        (row,) = await rig.rows("outbox", sent)
        assert code in row["error"]
        await rig.served()
        assert len(rig.sendings(sent)) == 1

    with_rig(play)


def test_an_unknown_refusal_is_final_after_three_tries() -> None:
    async def play(rig: Rig) -> None:
        rig.fault("sendEdoc", *[AnswerPlan("unknown", PlannedReply(200, refusal("77").body))] * 9)
        sent = await rig.send()
        await rig.until_state(sent, "failed", "outbox")
        assert len(rig.sendings(sent)) == 3

    with_rig(play)


def test_retry_after_is_obeyed() -> None:
    async def play(rig: Rig) -> None:
        rig.fault("sendEdoc", AnswerPlan("later", PlannedReply(503, b"", "text/plain", (("Retry-After", "1"),))))
        loop = asyncio.get_running_loop()
        began = loop.time()
        sent = await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        assert loop.time() - began >= 1.0

    with_rig(play)


def test_a_poisoned_item_does_not_hold_up_the_others() -> None:
    async def play(rig: Rig) -> None:
        poison = document("13")
        rig.fault("getEdoc", *[AnswerPlan("poison", PlannedReply(500))] * 1000, document=poison.document_id)
        rig.deliver(poison)
        await until(lambda: len(rig.notes.requests("getEdoc")) >= 2, "poison tried")
        await rig.served()
        assert rig.acks(poison.document_id) == []
        rig.hub.interceptor = None
        await rig.until_state(poison.document_id, "arrived")

    with_rig(play)


def test_pauses_grow_in_an_outage_and_everything_goes_on_after_it() -> None:
    async def play(rig: Rig) -> None:
        async def interceptor(facts: RequestFacts) -> AnswerPlan | None:
            return AnswerPlan("down", Drop(reset=True)) if facts.moment == "before" else None

        rig.hub.interceptor = interceptor
        sent = await rig.send()
        await asyncio.sleep(1.5)
        calls = len(list(events_of(rig.notes.events, RequestReceived)))
        assert calls < 20
        rig.hub.interceptor = None
        await rig.until_state(sent, "sent", "outbox")
        await rig.served()

    with_rig(play)


def test_a_wrong_secret_is_not_hammered_and_its_mending_noticed() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.set_secret(SYSTEM, "quite-another-secret")
        sent = await rig.send()
        await asyncio.sleep(1.5)
        (row,) = await rig.rows("outbox", sent)
        assert row["state"] == "queued"
        assert row["error"]
        assert len(list(events_of(rig.notes.events, RequestReceived))) < 60
        rig.hub.set_secret(SYSTEM, SECRET)
        await rig.until_state(sent, "sent", "outbox")
        await rig.served()

    with_rig(play)


def test_another_configuration_loses_nothing() -> None:
    async def play(rig: Rig) -> None:
        rig.deliver(document("1"))
        await rig.until_state(document("1").document_id, "arrived")
        await rig.ask("configure", secret="wrong-secret-wrong", endpoint="http://127.0.0.1:9/vxp")
        sent = await rig.send()
        await rig.ask("configure", secret=SECRET, endpoint=rig.server.endpoint)
        await rig.until_state(sent, "sent", "outbox")
        assert await rig.state(document("1").document_id) == "arrived"

    with_rig(play)


def test_looks_wait_while_the_system_is_configured_anew() -> None:
    async def play(rig: Rig) -> None:
        for _ in range(5):
            reported, *looks = await asyncio.gather(
                rig.ask("configure", secret=SECRET), *(rig.ask("inbox") for _ in range(3))
            )
            assert reported == {}
            assert looks == [{"documents": []}] * 3

    with_rig(play)


def test_a_stop_between_fetch_and_acknowledgement_loses_and_doubles_nothing() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        rig.fault("updateStatus", *[AnswerPlan("lost", Drop(reset=True))] * 1000)
        rig.deliver(package)
        await until(lambda: len(rig.notes.requests("updateStatus")) > 0, "tried to acknowledge")
        sent = await rig.send()
        await rig.ask("stop")
        for command in ("inbox", "outbox", "poll"):
            with pytest.raises(CommandFailed, match="failed"):
                await rig.ask(command)
        before = len(rig.notes.events)
        await asyncio.sleep(0.2)
        assert len(rig.notes.events) - before <= 2
        rig.hub.interceptor = None
        await rig.ask("start")
        await rig.until_acked(package.document_id)
        await rig.until_state(sent, "sent", "outbox")
        assert await rig.state(package.document_id) == "arrived"
        assert rig.statuses(package.document_id) == ["01"]

    with_rig(play)


def test_what_is_stored_outlives_the_process(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(data=tmp_path / "data") as rig:
            await rig.ask("configure", poll_interval=0.07)
            package = document()
            rig.deliver(package)
            await rig.until_state(package.document_id, "arrived")
            await rig.agency.close()
            assert (tmp_path / "data" / "settings.json").stat().st_mode & 0o077 == 0
            reported = settings("", data=tmp_path / "data", secret="", system_id="", organ_id="", organ_name="")
            async with build(None, reported) as again:
                rig.agency = again
                assert again.settings.timing.poll_interval == 0.07
                assert await rig.state(package.document_id) == "arrived"
                await rig.served()

    asyncio.run(play())
