"""The driver protocol: every request is answered, over HTTP and over lines alike."""

import asyncio
import json
import sys
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.agency import AgencySystem
from harness.agency.server import DriverServer
from tests.agency.agency_rig import Rig, with_rig

COMMANDS = {
    "hello", "configure", "send", "decide", "take_back", "register", "directory", "inbox", "outbox", "poll", "stop",
    "start", "export_records", "export_sip",
}  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=12), parts, max_size=4),
    max_leaves=12,
)


def test_hello_names_every_command() -> None:
    async def play(rig: Rig) -> None:
        hello = await rig.ask("hello")
        assert set(hello["commands"]) == COMMANDS
        assert hello["name"]
        assert hello["version"]

    with_rig(play)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"id": "1", "command": "dance"}, "unsupported"),
        ({"id": "1", "command": 7}, "failed"),
        ({"id": "1"}, "failed"),
        (None, "failed"),
        ([], "failed"),
        ({"id": "1", "command": "send", "arguments": []}, "failed"),
        ({"id": "1", "command": "send", "arguments": {"subject": "x"}}, "failed"),
        ({"id": "1", "command": "decide", "arguments": {"document_id": "x", "action": "accept"}}, "failed"),
        ({"id": "1", "command": "configure", "arguments": {"poll_interval": 0}}, "failed"),
        ({"id": "1", "command": "configure", "arguments": {"hub_trust_anchors_pem": "no pem"}}, "failed"),
        (
            {"id": "1", "command": "take_back", "arguments": {"document_id": "x", "organ_id": "y", "reason": "z"}},
            "refused",
        ),
    ],
)
def test_wrong_requests_are_answered_with_a_reason(request_: Any, code: str) -> None:
    async def play(rig: Rig) -> None:
        answer = await rig.agency.handle(request_)
        assert answer["error"]["code"] == code
        assert answer["error"]["message"]
        await rig.served()

    with_rig(play)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(sorted(COMMANDS - {"configure", "register", "directory"})), JSON), max_size=5)
)
def test_any_request_gets_an_answer(requests: list[tuple[str, Any]]) -> None:
    async def play() -> None:
        async with AgencySystem() as agency:
            for command, arguments in requests:
                answer = await agency.handle({"id": "x", "command": command, "arguments": arguments})
                assert answer["id"] == "x"
                assert ("result" in answer) != ("error" in answer)
                json.dumps(answer)

    asyncio.run(play())


def test_an_agency_that_is_not_configured_reports_that() -> None:
    async def play() -> None:
        async with AgencySystem() as agency:
            for command in ("poll", "directory"):
                answer = await agency.handle({"id": 1, "command": command})
                assert answer["error"]["code"] == "failed"
            assert (await agency.handle({"id": 1, "command": "inbox"}))["result"] == {"documents": []}

    asyncio.run(play())


def test_the_driver_answers_over_http_at_any_path() -> None:
    async def play() -> None:
        async with (
            AgencySystem() as agency,
            DriverServer(agency) as server,
            httpx2.AsyncClient(trust_env=False) as client,
        ):
            assert server.url.startswith("http://127.0.0.1:")
            for url in (server.url, server.url + "/deeper", server.url.removesuffix("/driver")):
                answer = await client.post(url, json={"id": "7", "command": "hello"})
                assert answer.status_code == 200
                assert answer.json()["id"] == "7"
            for body in (b"", b"[", b"\xff", b"[" * 100_000):
                assert (await client.post(server.url, content=body)).json()["error"]["code"] == "failed"
            assert (await client.get(server.url)).status_code == 405

    asyncio.run(play())


def test_the_driver_answers_over_lines() -> None:
    async def play() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from harness.cli import main; main()", "agency", "--stdio"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        requests = [{"id": "1", "command": "hello"}, {"id": "2", "command": "inbox"}, {"id": "3", "command": "dance"}]
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in requests)
        output, _ = await process.communicate(lines + b"\nnonsense\n")
        answers = {one["id"]: one for one in map(json.loads, output.splitlines())}
        assert answers["1"]["result"]["commands"]
        assert answers["2"]["result"] == {"documents": []}
        assert answers["3"]["error"]["code"] == "unsupported"
        assert answers[None]["error"]["code"] == "failed"
        assert process.returncode == 0

    asyncio.run(play())
