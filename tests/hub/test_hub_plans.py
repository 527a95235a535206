"""Plans: what an interceptor can do to one call, before and after it took effect."""

import asyncio
import base64
from datetime import datetime

import httpx2
import pytest

from harness.hub.interception import (
    Action,
    Alter,
    AnswerPlan,
    Cut,
    Drop,
    Hold,
    Moment,
    PlannedReply,
    Replace,
    RequestFacts,
    Trickle,
)
from harness.journal.recorder import VIETNAM
from harness.vxp.client import VxpClient
from harness.vxp.failures import AnswerFailed, HttpFailed, Refused, TransportFailed, VxpFailure
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp
from tests.hub.hub_rig import PROVINCE, SECRETS, Rig, document, document_id, with_rig


class Interceptor:
    """Answers with one plan at one moment of one operation, and remembers the facts it was given."""

    def __init__(self, operation: str, moment: Moment, plan: AnswerPlan) -> None:
        self._aim = (operation, moment)
        self._plan = plan
        self.reported: list[RequestFacts] = []

    async def __call__(self, facts: RequestFacts) -> AnswerPlan | None:
        self.reported.append(facts)
        return self._plan if (facts.operation, facts.moment) == self._aim else None


async def failing(client: VxpClient, package: bytes) -> VxpFailure:
    with pytest.raises(VxpFailure) as caught:
        await client.send_edoc(package, "edoc")
    return caught.value


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (PlannedReply(503, b"<html>", "text/html", (("Retry-After", "2"),)), HttpFailed),
        (PlannedReply(200, b""), AnswerFailed),
        (PlannedReply(200, b'{"status":"FAIL","ErrorCode":"20","ErrorDesc":"x"}'), Refused),
        (PlannedReply(307, b"", headers=(("Location", "http://127.0.0.1:1/"),)), HttpFailed),
        (Drop(), TransportFailed),
        (Drop(reset=True), TransportFailed),
    ],
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_answers_in_the_hubs_place(action: Action, kind: type[VxpFailure], moment: Moment) -> None:
    async def play(rig: Rig) -> None:
        rig.hub.interceptor = Interceptor("sendEdoc", moment, AnswerPlan("trouble", action))
        failure = await failing(rig.ministry, document())
        assert type(failure) is kind
        rig.hub.interceptor = None
        assert await rig.province.count_receive_edoc() == (1 if moment == "after" else 0)
        answer = rig.notes.of("answer")[0]
        assert answer["fault"] == "trouble"
        assert ("accepted" in answer["effect"]) is (moment == "after")
        assert answer["complete"] is isinstance(action, PlannedReply)
        if isinstance(action, PlannedReply):
            assert answer["http_status"] == action.status
            assert answer["error_code"] == ("20" if b"20" in action.body else None)
        else:
            assert (answer["http_status"], answer["error_code"]) == (0, None)

    with_rig(play)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("at", "reset"), [(0.5, False), (10, False), (0, False), (0.9, True)])
def test_cut_answers(moment: Moment, at: float, reset: bool) -> None:
    async def play(rig: Rig) -> None:
        (delivery,) = rig.hub.deliver(document(), sender="x", receivers=[PROVINCE], messagetype="edoc")
        interceptor = Interceptor("getEdoc", moment, AnswerPlan("cut", Cut(at, reset)))
        rig.hub.interceptor = interceptor
        with pytest.raises(TransportFailed) as caught:
            await rig.province.get_edoc(delivery.receiver_doc_id)
        assert caught.value.code in ("cut", "lost")
        assert interceptor.reported[0].document_id == document_id()
        assert interceptor.reported[0].receivers == (PROVINCE,)
        answer = rig.notes.last_answer
        assert answer["complete"] is False
        assert answer["effect"]["fetched"]["complete"] is False
        assert answer["effect"]["fetched"]["receiver_doc_id"] == delivery.receiver_doc_id
        whole = len(base64.b64encode(document()))
        assert answer["body"]["size"] == at if isinstance(at, int) else 0 < answer["body"]["size"] < whole

    with_rig(play)


def test_replaced_bytes_are_no_whole_fetch() -> None:
    async def play(rig: Rig) -> None:
        (delivery,) = rig.hub.deliver(document(), sender="x", receivers=[PROVINCE], messagetype="edoc")
        forged = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"AAAA"}'
        rig.hub.interceptor = Interceptor("getEdoc", "after", AnswerPlan("foreign", Replace(forged)))
        assert await rig.province.get_edoc(delivery.receiver_doc_id) == b"\0\0\0"
        answer = rig.notes.last_answer
        assert (answer["complete"], answer["error_code"]) == (True, "0")
        assert answer["effect"]["fetched"]["complete"] is False
        assert rig.notes.blobs[answer["body"]["blob"]] == forged

    with_rig(play)


def test_a_trickle_is_whole_in_the_end() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.interceptor = Interceptor("countReceiveEdoc", "after", AnswerPlan("slow", Trickle(7, 0.001)))
        assert await rig.province.count_receive_edoc() == 0
        assert (rig.notes.last_answer["fault"], rig.notes.last_answer["complete"]) == ("slow", True)

    with_rig(play)


@pytest.mark.parametrize("action", [Hold(), Trickle(1, 0.02)])
def test_a_client_gives_up_and_the_hub_notices(action: Action) -> None:
    async def play(rig: Rig) -> None:
        rig.hub.interceptor = Interceptor("countReceiveEdoc", "after", AnswerPlan("silence", action))
        waiting = asyncio.create_task(rig.province.count_receive_edoc())
        await rig.notes.until(lambda: len(rig.notes.of("request")) == 1)
        waiting.cancel()
        await rig.notes.until(lambda: len(rig.notes.of("answer")) == 1)
        assert rig.notes.last_answer["complete"] is False
        rig.hub.interceptor = None
        assert await rig.province.count_receive_edoc() == 0

    with_rig(play)


def test_a_held_connection_does_not_keep_the_hub_from_stopping() -> None:
    async def play(rig: Rig) -> asyncio.Task[int]:
        rig.hub.interceptor = Interceptor("countReceiveEdoc", "before", AnswerPlan("silence", Hold()))
        waiting = asyncio.create_task(rig.province.count_receive_edoc())
        await rig.notes.until(lambda: bool(rig.notes.of("request")))
        await rig.server.stop_listening()
        with pytest.raises(TransportFailed):
            await waiting
        return waiting

    assert with_rig(play).done()


def test_a_delay_alone_changes_nothing_else() -> None:
    async def play(rig: Rig) -> None:
        interceptor = Interceptor("sendEdoc", "before", AnswerPlan("late", delay=0.01))
        rig.hub.interceptor = interceptor
        hub_id = await rig.ministry.send_edoc(document(), "edoc")
        assert rig.notes.last_answer["fault"] == "late"
        assert rig.notes.last_answer["effect"]["accepted"]["hub_id"] == hub_id
        (facts,) = interceptor.reported
        assert (facts.moment, facts.operation, facts.system_id) == ("before", "sendEdoc", "sys.ministry")
        assert (facts.document_id, facts.receivers, facts.event) == (document_id(), (PROVINCE,), 0)
        assert facts.answer is None

    with_rig(play)


def test_after_the_effect_the_interceptor_sees_the_answer() -> None:
    async def play(rig: Rig) -> None:
        interceptor = Interceptor("none", "after", AnswerPlan("unused"))
        rig.hub.interceptor = interceptor
        hub_id = await rig.ministry.send_edoc(document(), "edoc")
        before, after = interceptor.reported
        assert (before.moment, after.moment) == ("before", "after")
        assert after.answer is not None
        assert hub_id.encode() in after.answer
        assert after.effect.accepted is not None
        assert after.effect.accepted.hub_id == hub_id
        assert rig.notes.last_answer["fault"] is None

    with_rig(play)


def test_an_interceptor_that_fails_does_not_stop_the_hub() -> None:
    async def play(rig: Rig) -> None:
        async def broken(facts: RequestFacts) -> AnswerPlan | None:
            raise ZeroDivisionError

        rig.hub.interceptor = broken
        failure = await failing(rig.ministry, document())
        assert isinstance(failure, Refused)
        assert (failure.code, failure.http_status) == ("20", 500)
        rig.hub.interceptor = None
        await rig.ministry.send_edoc(document(), "edoc")

    with_rig(play)


def test_an_answer_is_altered() -> None:
    async def play(rig: Rig) -> None:
        doubling = Alter(lambda body: body.replace(b'"count":0', b'"count":2'))
        rig.hub.interceptor = Interceptor("countReceiveEdoc", "after", AnswerPlan("doubled", doubling))
        assert await rig.province.count_receive_edoc() == 2
        answer = rig.notes.last_answer
        assert (answer["fault"], answer["complete"]) == ("doubled", True)
        assert rig.notes.blobs[answer["body"]["blob"]].endswith(b'"count":2}')

    with_rig(play)


def test_a_key_that_was_left_over_makes_a_list_about_no_item() -> None:
    """The operator's client signs keys of earlier calls; a list of documents is one, whatever docId it carries."""

    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        watching = Interceptor("nothing", "before", AnswerPlan("none", Hold()))
        rig.hub.interceptor = watching
        headers = signed_headers(
            [("servicetype", "eDoc"), ("messagetype", "status"), ("docId", item.doc_id)],
            system_id="sys.province",
            secret=SECRETS["sys.province"],
            timestamp=timestamp(datetime.now(VIETNAM)),
            content_type="application/json",
        )
        async with httpx2.AsyncClient() as http:
            await http.post(f"{rig.server.endpoint}/getReceivedEdocList", headers=dict(headers))
        facts = watching.reported[0]
        assert (facts.messagetype, facts.document_id, facts.receivers) == ("status", None, ())

    with_rig(play)
