"""`lienthong doctor`, called as a user calls it, against candidates that are well and candidates that are not."""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.catalogue.texts import LANGUAGES, entries
from harness.cli.doctor import remedy, sentence
from harness.cli.verbs import lienthong
from harness.doctor.checks import Trouble
from tests.drivers import little_system

DECLARATION = """
schema: lienthong.candidate/1
candidate: {{name: QLVB Alpha, version: "3.2"}}
agency: {{organ_id: {organ}, organ_name: UBND tỉnh Nghệ An{secret}}}
capabilities: [{capabilities}]
driver: {driver}
timing: {{poll_interval: 0.2, reaction: 1, give_up: 2}}
"""

ANSWERING = """
import sys, json
for line in sys.stdin:
    print(json.dumps({{'id': json.loads(line)['id'], {}}}), flush=True)
"""


def call(*words: object, **environment: str) -> Result:
    env = {"LIENTHONG_LANG": "en", **environment}
    return CliRunner().invoke(lienthong, ["doctor", *map(str, words)], env=env, standalone_mode=False)


def declared(
    directory: Path, driver: str, organ: str = "000.00.00.H41", secret: str = "", capabilities: str = ""
) -> Path:
    path = directory / "candidate.yaml"
    text = DECLARATION.format(driver=driver, organ=organ, secret=secret, capabilities=capabilities)
    path.write_text(text, encoding="utf-8")
    return path


def program(*argv: str) -> str:
    return f"{{kind: command, argv: {json.dumps([sys.executable, *argv])}}}"


def states(result: Result) -> dict[str, str]:
    return {check["id"]: check["state"] for check in json.loads(result.stdout)["checks"]}


def codes(result: Result) -> list[str]:
    return [trouble["code"] for check in json.loads(result.stdout)["checks"] for trouble in check["troubles"]]


def test_the_reference_agency_is_ready() -> None:
    result = call("reference")
    assert result.return_value == 0, result.output
    assert result.output.splitlines()[-1] == "Ready for certification."


def test_a_system_with_an_adapter_is_ready_in_json_too(tmp_path: Path) -> None:
    path = declared(tmp_path, program(little_system.__file__, str(tmp_path / "store")))
    result = call(path, "--format", "json")
    content = json.loads(result.stdout)
    assert (result.return_value, content["schema"], content["ready"]) == (0, "lienthong.doctor/1", True), content
    assert states(result)["round-trip"] == "ok"
    assert codes(result) == ["driver.command-missing", "tls.refused"]


def test_a_missing_file_is_one_clear_problem() -> None:
    result = call("no-such.yaml", "--format", "json")
    assert result.return_value == 2
    assert codes(result) == ["file.unreadable"]
    assert set(states(result).values()) == {"problem", "skipped"}


def test_all_that_is_wrong_with_a_declaration_is_reported_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    path = declared(tmp_path, "{kind: command, argv: [no-such-program]}", organ="H-41", secret=", secret: short")
    result = call(path)
    assert result.return_value == 2
    for part in (f"{path}:4: ", "H-41", "no-such-program", "→ Give the agency's identifier", "3 to be corrected"):
        assert part in result.output


def test_english_and_vietnamese_are_both_in_the_json(tmp_path: Path) -> None:
    trouble = json.loads(call("no-such.yaml", "--format", "json").stdout)["checks"][0]["troubles"][0]
    assert set(trouble["message"]) == set(trouble["remedy"]) == {"vi", "en"}


def test_a_driver_that_is_not_there_is_exit_4(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    result = call(declared(tmp_path, f'{{kind: http, url: "http://127.0.0.1:{port}/"}}'), "--format", "json")
    assert result.return_value == 4
    assert codes(result) == ["driver-lost.unreachable"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise SystemExit('no database')", "driver-lost.ended"),
        (ANSWERING.format("'result': []"), "driver-lost.not-protocol"),
        (ANSWERING.format("'error': {}"), "driver.hello-refused"),
    ],
)
def test_a_driver_that_does_not_speak_the_protocol_is_exit_4(tmp_path: Path, body: str, code: str) -> None:
    result = call(declared(tmp_path, program("-c", body)), "--format", "json")
    assert result.return_value == 4
    assert codes(result) == [code]


def test_a_declared_capability_without_its_command_is_to_be_mended(tmp_path: Path) -> None:
    driver = program(little_system.__file__, str(tmp_path / "store"))
    result = call(declared(tmp_path, driver, capabilities="restart, handling"), "--format", "json")
    assert result.return_value == 2
    assert codes(result)[:2] == ["driver.capability-without-command"] * 2


def test_a_candidate_that_never_calls_is_exit_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.doctor.exchange._STARTING", 0.5)
    body = ANSWERING.format("'result': {'commands': ['configure']}")
    result = call(declared(tmp_path, program("-c", body)), "--format", "json")
    assert result.return_value == 4
    assert codes(result)[-1] == "round-trip.silent"


def test_a_wrong_secret_is_recognised(tmp_path: Path) -> None:
    driver = program(little_system.__file__, str(tmp_path / "store"), "slip")
    result = call(declared(tmp_path, driver), "--format", "json")
    assert result.return_value == 2
    assert codes(result)[-1] == "round-trip.wrong-secret"


def test_the_skeleton_of_an_adapter_is_reported_what_comes_first(tmp_path: Path) -> None:
    from harness.resources import folder

    result = call(declared(tmp_path, program(str(folder("fixtures") / "adapter" / "adapter.py"))), "--format", "json")
    assert result.return_value == 2
    assert codes(result) == ["driver.command-missing", "driver.secret-not-told"]


def test_a_port_in_use_is_to_be_mended() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = call("reference", "--listen", f"127.0.0.1:{taken.getsockname()[1]}", "--format", "json")
    assert result.return_value == 2
    assert codes(result) == ["hub.cannot-listen"]


@pytest.mark.parametrize("kind", ["manual", "passive"])
def test_without_an_operator_nothing_is_proven(tmp_path: Path, kind: str) -> None:
    result = call(declared(tmp_path, f"{{kind: {kind}}}"), "--format", "json")
    assert result.return_value == 4
    assert states(result)["round-trip"] == "skipped"
    assert not json.loads(result.stdout)["ready"]


@contextmanager
def adapter_with_another_clock(hours: int) -> Iterator[str]:
    """An HTTP driver whose machine's clock is some hours off."""
    from datetime import UTC, datetime, timedelta
    from email.utils import format_datetime
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            error = {"code": "failed", "message": "no"}
            hello = {"commands": ["send", "decide", "inbox", "outbox", "configure"]}
            answer: dict[str, Any] = {"result": hello} if request["command"] == "hello" else {"error": error}
            body = json.dumps({"id": request["id"], **answer}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_clock_that_is_hours_off_and_a_configure_that_fails(tmp_path: Path) -> None:
    with adapter_with_another_clock(hours=7) as url:
        result = call(declared(tmp_path, f'{{kind: http, url: "{url}"}}'), "--format", "json")
    assert result.return_value == 2
    assert codes(result) == ["clock.skew", "configure.failed"]


def test_a_driver_elsewhere_cannot_reach_a_hub_on_loopback(tmp_path: Path) -> None:
    path = declared(tmp_path, '{kind: http, url: "http://unknown.invalid:9000/"}')
    result = call(path, "--format", "json")
    assert codes(result)[0] == "network.loopback"
    assert result.return_value == 4
    everywhere = call(path, "--listen", "0.0.0.0:0", "--format", "json")
    assert codes(everywhere) == ["driver-lost.unreachable"]


def test_quiet_prints_only_what_is_to_be_known() -> None:
    assert call("reference", "--quiet").output.splitlines() == ["Ready for certification."]


def test_every_trouble_has_a_sentence_and_a_remedy_in_both_languages() -> None:
    kinds = {
        "cli-doctor": {"driver", "driver-lost", "clock", "configure", "network", "round-trip", "operator"},
        "errors": {"candidate", "file", "yaml", "hub"},
        "verdicts": {"driver-lost"},
    }
    for area, begun in kinds.items():
        for code, texts in entries(area).items():
            if code.partition(".")[0] not in begun or code == "driver-lost":
                continue
            names = {name for text in texts.values() for _, name, _, _ in Formatter().parse(str(text)) if name}
            trouble = Trouble(code, parameters=dict.fromkeys(names, "x"))
            for language in LANGUAGES:
                assert "{" not in sentence(trouble, language), code
                assert remedy(trouble, language), code


def test_the_event_loop_of_a_doctor_is_its_own() -> None:
    async def around() -> int:
        return await asyncio.to_thread(lambda: int(call("reference", "--quiet").return_value))

    assert asyncio.run(around()) == 0
