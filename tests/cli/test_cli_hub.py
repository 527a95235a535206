"""`lienthong hub` as a real process: it says how to connect, keeps everything, and stops cleanly."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from harness.vxp.client import VxpClient
from harness.vxp.exchange import ExchangeLimits, http_client
from tests.hub.hub_rig import MINISTRY, PROVINCE, document

T = TypeVar("T")
COMMAND = [sys.executable, "-c", "from harness.cli import main; main()", "hub", "--listen", "127.0.0.1:0"]
ENVIRONMENT = {**os.environ, "LIENTHONG_LANG": "en", "PYTHONIOENCODING": "utf-8"}
TWO_SYSTEMS = [
    "--system", "s.ministry:secret-of-the-ministry", "s.province:secret-of-the-province",
    "--agency", f"{MINISTRY}=Văn phòng Chính phủ@s.ministry",
    "--agency", f"{PROVINCE}=UBND tỉnh, @ Nghệ An@s.province",
]  # fmt: skip


class Process:
    """A hub that runs as a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: list[str] = []
        assert process.stdout is not None
        while not self.said or "Ctrl-C" not in self.said[-1]:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            self.said.append(line.rstrip("\n"))

    @property
    def endpoint(self) -> str:
        return self.said[0].partition(": ")[2]

    def ask(self, system: str, call: Callable[[VxpClient], Awaitable[T]], secret: str | None = None) -> T:
        async def run() -> T:
            async with http_client(ExchangeLimits()) as http:
                known = secret or f"secret-of-the-{system}"
                system_id = f"s.{system}" if secret is None else system
                return await call(VxpClient(self.endpoint, system_id, known, http=http))

        return asyncio.run(run())

    def stop(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        errors = self.process.communicate(timeout=30)[1]
        return self.process.returncode, errors


@contextmanager
def hub(*arguments: str) -> Iterator[Process]:
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
    ) as process:
        try:
            yield Process(process)
        finally:
            process.kill()


def refused(*arguments: str) -> str:
    result = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, encoding="utf-8", env=ENVIRONMENT, timeout=60, check=False
    )
    assert result.returncode == 2, result
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def test_a_killed_hub_has_lost_nothing(tmp_path: Path) -> None:
    data = str(tmp_path / "hub")
    with hub("--data", data, *TWO_SYSTEMS) as first:
        sent = first.ask("ministry", lambda client: client.send_edoc(document(), "edoc"))
        (item,) = first.ask("province", lambda client: client.get_received_edoc_list("edoc")).items
        first.ask("province", lambda client: client.register_agency({"code": "H41.5", "name": "Sở"}))
        assert first.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    with hub("--data", data) as second:
        assert not any("secret" in line for line in second.said)
        assert "H41.5" in "".join(second.said)
        (again,) = second.ask("province", lambda client: client.get_received_edoc_list("edoc")).items
        assert again == item
        assert second.ask("province", lambda client: client.get_edoc(item.doc_id)) == document()
        second.ask("province", lambda client: client.update_status(item.doc_id, "done"))
        assert second.ask("ministry", lambda client: client.send_edoc(document(), "edoc")) == sent
        second.stop(signal.SIGKILL)
    with hub("--data", data) as third:
        assert third.ask("province", lambda client: client.count_receive_edoc()) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_hub_leaves_with_success(number: int) -> None:
    with hub() as process:
        folder = re.search(r"Data: (\S+) \(temporary", "\n".join(process.said))
        assert folder is not None
        assert Path(folder[1]).is_dir()
        returned, errors = process.stop(number)
        assert (returned, errors) == (0, "")
        assert not Path(folder[1]).exists()


def test_a_secret_is_made_and_printed_once() -> None:
    with hub() as process:
        said = "\n".join(process.said)
        found = re.search(r"Secret of (\S+), printed this once: (\S+)", said)
        assert found is not None
        assert said.count(found[2]) == 1
        assert process.ask(found[1], lambda client: client.count_receive_edoc(), found[2]) == 0
        base = process.endpoint.removesuffix("/vxp")
        assert httpx2.get(f"{base}/openapi.json").json()["openapi"] == "3.1.0"


def test_calls_are_logged_without_secrets_and_signs() -> None:
    with hub("--verbose", *TWO_SYSTEMS) as process:
        process.ask("province", lambda client: client.count_receive_edoc())
        httpx2.post(f"{process.endpoint}/countReceiveEdoc", headers=[(b"XroadVnpt-systemid", b"\x1b[31m")])
        returned, errors = process.stop(signal.SIGINT)
    assert returned == 0
    assert "s.province countReceiveEdoc: 200 0 Thanh cong" in errors
    assert "signature: missing hash-header" in errors
    assert "\x1b" not in errors
    assert "secret" not in errors


def test_a_taken_port_is_one_clear_sentence() -> None:
    with hub() as process:
        port = re.search(r":(\d+)/", process.endpoint)
        assert port is not None
        message = refused("--listen", f"127.0.0.1:{port[1]}")
    assert message.startswith("lienthong: ")
    assert port[1] in message
    assert "--listen" in message


def test_one_hub_per_folder(tmp_path: Path) -> None:
    with hub("--data", str(tmp_path)):
        assert "Another hub" in refused("--data", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--listen", "nowhere"), "HOST:PORT"),
        (("--system", "no-secret"), "ID:SECRET"),
        (("--agency", "H41"), "ORGANID=NAME@SYSTEMID"),
        (("--agency", "=name@vxp.test.01"), "ORGANID=NAME@SYSTEMID"),
        (("--agency", "H41=Tên@other"), "vxp.test.01"),
        (("--profile", "none"), "none"),
        (("--data", "/dev/null/x"), "/dev/null/x"),
    ],
)
def test_wrong_words_on_the_command_line(arguments: tuple[str, ...], word: str) -> None:
    assert word in refused(*arguments)


@pytest.mark.parametrize(("language", "word"), [("vi", "Ví dụ"), ("en", "Examples")])
def test_help_has_examples_in_both_languages(language: str, word: str) -> None:
    result = subprocess.run(
        [*COMMAND[:4], "--help"],
        capture_output=True,
        encoding="utf-8",
        env={**ENVIRONMENT, "LIENTHONG_LANG": language},
        timeout=60,
        check=True,
    )
    assert word in result.stdout
    assert "lienthong hub --mode rebuild" in result.stdout
