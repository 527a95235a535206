"""Fault files: read strictly, with file and line; every fault in words does what it says; chaos repeats itself."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.catalogue.errors import ConfigurationError
from harness.hub.faults import alterations
from harness.hub.faults.chaos import Chaos
from harness.hub.faults.files import read_faults
from harness.hub.faults.steps import CONNECTION_WORDS, STEP_WORDS, Unclear, connection, step
from harness.hub.interception import Alter, AnswerPlan, Cut, Drop, Hold, PlannedReply, RequestFacts
from harness.hub.proxy import CutRequest, Refuse, ResetAtOnce
from harness.resources import folder
from harness.vxp.client import VxpClient
from harness.vxp.failures import AnswerFailed, HttpFailed, Refused, TransportFailed, VxpFailure
from tests.hub.hub_rig import PROVINCE, Rig, document, document_id, with_rig

ALTERING = ("null data", "without data.x", "wrong-type data.x", "extra-member", "doubled", "half-base64", "half-json")
JSON_TEXTS = st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
HEAD = "schema: lienthong.faults/1\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "faults.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def with_faults(text: str, tmp_path: Path, play: Callable[[Rig], Awaitable[None]]) -> None:
    plan = read_faults(written(tmp_path, text))

    async def run(rig: Rig) -> None:
        rig.hub.interceptor = plan.interceptor()
        await asyncio.wait_for(play(rig), 30)

    with_rig(run)


async def failed(call: Awaitable[object]) -> VxpFailure:
    with pytest.raises(VxpFailure) as caught:
        await call
    return caught.value


def test_the_example_is_read() -> None:
    plan = read_faults(folder("fixtures") / "faults" / "example.yaml")
    assert [len(fault.plans) for fault in plan.faults] == [3, 1, 4, 3, 2, 1]
    assert plan.faults[1].moment == "after"
    assert plan.faults[5].lasting
    assert plan.faults[5].target.document_id == "000.00.00.G22,2026/11/20,17/VPCP-TTĐT"
    assert plan.connections == (None, ResetAtOnce(), CutRequest(300), None)
    assert plan.chaos is not None


def test_an_empty_plan_changes_nothing(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")

    with_faults("", tmp_path, play)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("faults:\n  - answers: [flub]\n", "faults.unclear", 3),
        ("faults:\n  - answers:\n      - 503\n      - cut many\n", "faults.unclear", 5),
        ("faults:\n  - answers: []\n", "faults.no-answers", 3),
        ("faults:\n  - operations: [sendEdoc, fetchAll]\n    answers: [503]\n", "faults.unknown-operation", 3),
        ("faults:\n  - {}\n", "yaml.missing-key", 3),
        ("faults:\n  - answers: [503]\n    when: always\n", "yaml.unknown-key", 4),
        ("faults:\n  - answers: [503]\n    lasting: often\n", "yaml.wrong-type", 4),
        ("faults:\n  - answers: [503]\n    messagetype: letter\n", "yaml.not-allowed", 4),
        ("connections: [ok, flub]\n", "faults.unclear", 2),
        ("chaos: {seed: 1, rate: 1.5}\n", "faults.bad-rate", 2),
        ("chaos: {seed: 1, rate: 0.5, answers: [flub]}\n", "faults.unclear", 2),
        ("chaos: {seed: 1, rate: 0.5, answers: []}\n", "faults.no-answers", 2),
        ("chaos: {rate: 0.5}\n", "yaml.missing-key", 2),
    ],
)
def test_mistakes_are_reported_with_their_line(text: str, code: str, line: int, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_faults(path)
    assert (caught.value.code, caught.value.path, caught.value.line) == (code, path, line)


@pytest.mark.parametrize(
    "text",
    [
        "", "flub", "cut", "cut x", "cut 100%", "cut -1", "cut 1 2", "trickle 10", "delay nan", "delay 1e9", "fail",
        "redirect 200 http://a", "redirect 307 there", "redirect 307 http://ă", "99", "600", "503 flub",
        "429 retry-after", "429 retry-after soon", "429 retry-after 1 2", "doc-id", "doc-id unknown", "null", "²",
    ],
)  # fmt: skip
def test_words_that_mean_nothing(text: str) -> None:
    with pytest.raises(Unclear):
        step(text)


@settings(deadline=None)
@given(st.text() | st.from_regex(r"(cut|delay|503|null|doc-id|redirect|trickle|fail) ?.{0,12}", fullmatch=True))
def test_any_words_are_a_fault_or_unclear(text: str) -> None:
    for read in (step, connection):
        try:
            read(text)
        except Unclear:
            continue


@pytest.mark.parametrize("text", ["", "flub", "refuse", "refuse long", "cut-request", "cut-request 50%", "reset 1"])
def test_words_that_mean_nothing_to_a_connection(text: str) -> None:
    with pytest.raises(Unclear):
        connection(text)


def test_words_that_mean_something() -> None:
    assert step("ok") is None
    assert connection("ok") is None
    assert connection("refuse 5") == Refuse(5.0)
    assert step("cut 50%") == AnswerPlan("cut", Cut(0.5))
    assert step("reset-at 200") == AnswerPlan("reset-in-answer", Cut(200, reset=True))
    assert step("silent") == AnswerPlan("no-answer", Hold())
    assert step("close") == AnswerPlan("close", Drop())
    assert step("delay 0.5") == AnswerPlan("delay", delay=0.5)
    assert set(STEP_WORDS) > {"half-base64", "malformed"}
    assert "malformed" in CONNECTION_WORDS


@pytest.mark.parametrize(
    ("words", "status", "body", "wait"),
    [
        ("503", 503, b"<", None),
        ("500 json", 500, b"{", None),
        ("502 empty", 502, b"", None),
        ("429 retry-after 5", 429, b"<", "5"),
        ("503 empty retry-after 0.5", 503, b"", "0.5"),
    ],
)
def test_http_statuses(words: str, status: int, body: bytes, wait: str | None) -> None:
    plan = step(words)
    assert plan is not None
    assert isinstance(plan.action, PlannedReply)
    assert plan.action.status == status
    assert plan.action.body[:1] == body
    assert dict(plan.action.headers).get("Retry-After") == wait


def test_a_sequence_meets_one_call_after_the_other(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        kinds = [type(await failed(rig.ministry.send_edoc(document(), "edoc"))) for _ in range(4)]
        assert kinds == [HttpFailed, TransportFailed, Refused, TransportFailed]
        await rig.ministry.send_edoc(document(), "edoc")
        assert await rig.province.count_receive_edoc() == 1
        assert [answer["fault"] for answer in rig.notes.of("answer")][:4] == [
            "http-503",
            "reset",
            "fail-20",
            "malformed",
        ]

    with_faults("faults:\n  - {operations: [sendEdoc], answers: [503, reset, fail 20, malformed]}\n", tmp_path, play)


def test_after_leaves_the_call_its_effect(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        assert isinstance(await failed(rig.ministry.send_edoc(document(), "edoc")), TransportFailed)
        assert await rig.province.count_receive_edoc() == 1

    with_faults("faults:\n  - {operations: [sendEdoc], after: true, answers: [reset]}\n", tmp_path, play)


def test_targets(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document("1"), "edoc")
        assert isinstance(await failed(rig.ministry.send_edoc(document("2"), "edoc")), HttpFailed)
        assert isinstance(await failed(rig.ministry.send_edoc(document("2"), "edoc")), HttpFailed)
        assert (await rig.ministry.get_received_edoc_list("edoc")).items == ()
        assert isinstance(await failed(rig.province.get_received_edoc_list("edoc")), HttpFailed)
        await rig.province.get_received_edoc_list("status")

    text = f"""faults:
  - {{document: "{document_id("2")}", receiver: "{PROVINCE}", lasting: true, answers: [500]}}
  - {{operations: [getReceivedEdocList], system: sys.province, messagetype: edoc, lasting: true, answers: [503]}}
"""
    with_faults(text, tmp_path, play)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("null data", "null-member"),
        ("without data", "missing-member"),
        ("wrong-type data", "wrong-type"),
        ("null ErrorCode", "null-member"),
        ("wrong-type status", "wrong-type"),
        ("half-json", "cut"),
        ("empty", "empty"),
        ("html", "html"),
    ],
)
def test_lists_are_spoilt(words: str, code: str, tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        failure = await failed(rig.province.get_received_edoc_list("edoc"))
        assert isinstance(failure, AnswerFailed)
        assert failure.code in {code, "not-json"} if code == "cut" else failure.code == code
        assert len((await rig.province.get_received_edoc_list("edoc")).items) == 1

    with_faults(f"faults:\n  - {{operations: [getReceivedEdocList], answers: [{words}]}}\n", tmp_path, play)


async def _doc_ids(client: VxpClient) -> list[str]:
    return [item.doc_id for item in (await client.get_received_edoc_list("edoc")).items]


def test_entries_are_spoilt(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        (good,) = await _doc_ids(rig.province)
        assert await _doc_ids(rig.province) == [good, good]
        assert await _doc_ids(rig.province) == [alterations.DOC_IDS["line-break"], good]
        assert await _doc_ids(rig.province) == [good]
        await rig.province.get_received_edoc_list("edoc")
        sent = json.loads(rig.notes.blobs[rig.notes.last_answer["body"]["blob"]])
        assert sent["data"][0]["docId"] is None

    answers = "[ok, doubled, doc-id line-break, extra-member, null data.docId]"
    with_faults(f"faults:\n  - {{operations: [getReceivedEdocList], answers: {answers}}}\n", tmp_path, play)


def test_content_is_spoilt(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        (doc_id,) = await _doc_ids(rig.province)
        for code in ("base64", "null-member"):
            failure = await failed(rig.province.get_edoc(doc_id))
            assert isinstance(failure, AnswerFailed)
            assert failure.code == code
        assert isinstance(await failed(rig.province.get_edoc(doc_id)), TransportFailed)
        assert await rig.province.get_edoc(doc_id) == document()

    with_faults("faults:\n  - {operations: [getEdoc], answers: [half-base64, null data, cut 50%]}\n", tmp_path, play)


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_alterations_survive_any_answer(body: bytes) -> None:
    for word in (
        "null data",
        "without data.x",
        "wrong-type data.x",
        "extra-member",
        "doubled",
        "half-base64",
        "half-json",
    ):
        plan = step(word)
        assert plan is not None
        assert isinstance(plan.action, Alter)
        assert isinstance(plan.action.change(body), bytes)


def test_half_base64_is_none() -> None:
    plan = alterations.half_base64()
    assert isinstance(plan.action, Alter)
    for size in range(1, 40):
        answer = json.dumps({"data": base64.b64encode(b"x" * size).decode()}).encode()
        left = json.loads(plan.action.change(answer))["data"]
        with pytest.raises(ValueError, match="base64"):
            base64.b64decode(left, validate=True)


def _facts(n: int, moment: str) -> RequestFacts:
    return RequestFacts("after" if moment == "after" else "before", None, n, "sendEdoc", "s", {})


def _struck(seed: int, rate: float, calls: int = 400) -> list[tuple[int, str, str]]:
    async def run() -> list[tuple[int, str, str]]:
        chaos = Chaos(seed, rate, [step("500"), step("reset"), step("delay 1")])
        struck = []
        for n in range(calls):
            for moment in ("before", "after"):
                plan = await chaos(_facts(n, moment))
                if plan is not None:
                    struck.append((n, moment, plan.name))
                    break
        return struck

    return asyncio.run(run())


def test_chaos_repeats_itself_and_keeps_its_rate() -> None:
    struck = _struck(7, 0.25)
    assert struck == _struck(7, 0.25)
    assert struck != _struck(8, 0.25)
    assert 60 < len(struck) < 140
    assert {moment for _, moment, _ in struck} == {"before", "after"}
    assert all(moment == "before" for _, moment, name in struck if name == "delay")
    assert _struck(7, 0) == []
    assert len(_struck(7, 1)) == 400


def test_chaos_strikes_the_hub(tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        outcomes = []
        for number in range(20):
            try:
                await rig.ministry.send_edoc(document(str(number)), "edoc")
                outcomes.append("sent")
            except VxpFailure as failure:
                outcomes.append(type(failure).__name__)
        assert {"sent", "HttpFailed"} == set(outcomes)

    with_faults("chaos: {seed: 3, rate: 0.5, answers: [500]}\n", tmp_path, play)
