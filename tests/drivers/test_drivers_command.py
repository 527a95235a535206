"""The driver `command` against real child processes that behave well, badly, and die."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from harness.drivers import program
from harness.drivers.command import CommandDriver
from harness.drivers.protocol import DriverError, DriverLost

LIMIT = 30.0
LOOP = """
import json, os, sys, time, threading
def answer(request, **members):
    sys.stdout.write(json.dumps({"id": request["id"], **members}) + "\\n")
    sys.stdout.flush()
"""
ECHO = "for line in sys.stdin:\n    request = json.loads(line)\n    "

Play = Callable[[CommandDriver], Awaitable[None]]


def play(body: str, exchange: Play, *, prefix: str = LOOP, complain: Callable[[str], None] | None = None) -> None:
    async def run() -> None:
        driver = CommandDriver([sys.executable, "-c", prefix + body], os.environ, complain=complain)
        try:
            await exchange(driver)
        finally:
            await driver.close()

    asyncio.run(run())


async def lost(driver: CommandDriver, command: str = "inbox", limit: float = LIMIT) -> DriverLost:
    with pytest.raises(DriverLost) as caught:
        await driver.call(command, {}, limit)
    return caught.value


def test_one_line_in_one_line_out() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert await driver.call("send", {"subject": "Về việc\n"}, LIMIT) == {"subject": "Về việc\n"}
        assert await driver.call("poll", {}, LIMIT) == {}

    play(ECHO + "answer(request, result=request['arguments'])", exchange)


def test_answers_may_come_in_any_order() -> None:
    async def exchange(driver: CommandDriver) -> None:
        answers = await asyncio.gather(*(driver.call("send", {"n": n}, LIMIT) for n in range(5)))
        assert answers == [{"n": n} for n in range(5)]

    body = """
requests = [json.loads(sys.stdin.readline()) for _ in range(5)]
for request in reversed(requests):
    answer(request, result=request["arguments"])
sys.stdin.read()
"""
    play(body, exchange)


def test_error_kinds() -> None:
    async def exchange(driver: CommandDriver) -> None:
        for code, kind in (
            ("unsupported", "unsupported"),
            ("refused", "refused"),
            ("failed", "failed"),
            ("?", "failed"),
        ):
            with pytest.raises(DriverError) as caught:
                await driver.call("send", {"code": code}, LIMIT)
            assert (caught.value.kind, caught.value.message) == (kind, "vì thế")

    play(ECHO + "answer(request, error={'code': request['arguments']['code'], 'message': 'vì thế'})", exchange)


def test_what_else_a_program_prints_is_passed_over() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert await driver.call("poll", {}, LIMIT) == {}

    body = """
sys.stdout.buffer.write(b"\\xef\\xbb\\xbf")
for line in sys.stdin:
    print("starting …", "[" * 50000, '{"id": "of nobody", "result": {}}', "null", "\\x00", "", sep="\\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(b"\\xff\\xfe\\n")
    answer(json.loads(line), result={})
"""
    play(body, exchange)


def test_a_byte_order_mark_before_the_first_answer_is_passed_over() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert await driver.call("poll", {}, LIMIT) == {}

    play(
        "sys.stdout.buffer.write(b'\\xef\\xbb\\xbf'); sys.stdout.flush()\n" + ECHO + "answer(request, result={})",
        exchange,
    )


def test_a_wrong_id_is_no_answer() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert (await lost(driver, limit=0.3)).reason == "silent"

    play(ECHO + "answer({'id': 'another'}, result={})", exchange)


def test_a_line_of_the_right_id_that_is_no_answer() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert (await lost(driver)).reason == "not-protocol"

    play(ECHO + "answer(request, result=[])", exchange)


def test_a_program_that_does_not_read_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_ENDING", 0.1)

    async def exchange(driver: CommandDriver) -> None:
        with pytest.raises(DriverLost) as caught:
            await driver.call("send", {"attachments": "x" * 10_000_000}, 0.3)
        assert caught.value.reason == "silent"

    play("time.sleep(60)", exchange)


def test_a_huge_answer_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "LONGEST_ANSWER", 100_000)

    async def exchange(driver: CommandDriver) -> None:
        assert (await lost(driver)).reason == "too-long"

    play(ECHO + "answer(request, result={'x': 'y' * 1000000})", exchange)


def test_a_program_that_dies_tells_all_who_wait_why_and_is_started_again_configured() -> None:
    async def exchange(driver: CommandDriver) -> None:
        await driver.call("configure", {"endpoint": "http://hub"}, LIMIT)
        waiting = [asyncio.create_task(lost(driver, "inbox")), asyncio.create_task(lost(driver, "die"))]
        for error in await asyncio.gather(*waiting):
            assert error.reason == "ended"
            assert error.detail == "3: Exception in adapter: no such database"
        assert await driver.call("reported", {}, LIMIT) == {"reported": ["configure", "reported"]}

    body = """
reported = []
for line in sys.stdin:
    request = json.loads(line)
    reported.append(request["command"])
    if request["command"] == "die":
        sys.stderr.write("a warning\\nException in adapter: no such database\\n")
        sys.stderr.flush()
        os._exit(3)
    if request["command"] != "inbox":
        answer(request, result={"reported": reported})
"""
    play(body, exchange)


def test_a_program_that_will_not_be_configured_again_is_lost(tmp_path: Path) -> None:
    async def exchange(driver: CommandDriver) -> None:
        await driver.call("configure", {"times": 1}, LIMIT)
        await lost(driver, "die")
        for _ in range(2):
            error = await lost(driver, "inbox")
            assert (error.reason, error.detail) == ("ended", "configure: failed: database locked")

    body = f"""
ran = {str(tmp_path / "ran")!r}
again = os.path.exists(ran)
for line in sys.stdin:
    request = json.loads(line)
    if request["command"] == "die":
        open(ran, "w").close()
        os._exit(1)
    if request["command"] == "configure" and again:
        answer(request, error={{"code": "failed", "message": "database locked"}})
    else:
        answer(request, result={{}})
"""
    play(body, exchange)


async def polled(driver: CommandDriver) -> None:
    await driver.call("poll", {}, LIMIT)


def test_what_the_program_complains_about_is_shown() -> None:
    shown: list[str] = []
    complaint = "sys.stderr.write('cẩn thận\\n'); sys.stderr.flush(); answer(request, result={})"
    play(ECHO + complaint, polled, complain=shown.append)
    assert shown == ["cẩn thận"]


def test_what_the_program_complains_about_cannot_command_the_terminal() -> None:
    shown: list[str] = []
    hostile = "sys.stderr.write('a\\x1b]0;owned\\x07\\n\\tat Main.java\\r\\nno end'); sys.stderr.flush()"
    play(ECHO + hostile + "; answer(request, result={})", polled, complain=shown.append)
    assert shown == ["a\\u001b]0;owned\\u0007", "    at Main.java", "no end"]


def test_a_flood_of_complaints_ends() -> None:
    shown: list[str] = []
    flood = "os.write(2, (b'x' * 99 + b'\\n') * 30000); answer(request, result={})"
    play(ECHO + flood, polled, complain=shown.append)
    assert 9_000 < len(shown) < 12_000


def test_the_program_gets_nothing_of_ours_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_LABORATORY", "/etc/laboratory")
    monkeypatch.setenv("VENDORS_OWN", "x")

    async def exchange(driver: CommandDriver) -> None:
        reported = await driver.call("poll", {}, LIMIT)
        assert "LIENTHONG_LABORATORY" not in reported["names"]
        assert {"VENDORS_OWN", "PATH"} <= set(reported["names"])
        assert [name for name in reported["names"] if name.startswith("LIENTHONG_")] == ["LIENTHONG_DRIVER"]

    play(ECHO + "answer(request, result={'names': sorted(os.environ)})", exchange)


def test_a_program_that_closes_its_output_is_ended() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert (await lost(driver)).reason == "ended"

    play("sys.stdin.readline(); os.close(1); time.sleep(60)", exchange)


@pytest.mark.parametrize("argv", [["/nowhere/adapter"], ["/"], ["\x00"]])
def test_a_program_that_cannot_be_started(argv: list[str]) -> None:
    async def run() -> None:
        driver = CommandDriver(argv, {})
        assert (await lost(driver)).reason == "not-started"
        await driver.close()

    asyncio.run(run())


def test_closing_ends_the_program_and_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_ENDING", 0.2)
    held = tmp_path / "held"
    child = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(1, flush=True); time.sleep(60)"
    )

    async def exchange(driver: CommandDriver) -> None:
        await driver.call("hello", {}, LIMIT)
        await driver.close()

    body = f"""
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "{child}", {str(held)!r}], stdout=subprocess.PIPE)
child.stdout.readline()
answer(json.loads(sys.stdin.readline()), result={{}})
time.sleep(60)
"""
    play(body, exchange)
    assert lockable(held)


def lockable(path: Path) -> bool:
    """Wait until the process that holds the lock is gone; the kernel lets go of it when that process ends."""
    import fcntl

    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
    return True


def test_a_program_that_was_never_called_was_never_started() -> None:
    asyncio.run(CommandDriver(["/nowhere/adapter"], {}).close())


def test_a_call_given_up_leaves_the_program_able_to_answer_the_next() -> None:
    async def exchange(driver: CommandDriver) -> None:
        assert (await lost(driver, "slow", 0.3)).reason == "silent"
        assert await driver.call("quick", {}, LIMIT) == {"n": 1}

    body = ECHO + "request['command'] == 'quick' and answer(request, result={'n': 1})"
    play(body, exchange)


def test_closing_while_a_call_waits_tells_the_caller() -> None:
    async def exchange(driver: CommandDriver) -> None:
        await driver.call("hello", {}, LIMIT)
        waiting = asyncio.create_task(lost(driver))
        await asyncio.sleep(0)
        await driver.close()
        assert (await waiting).reason == "ended"

    play("answer(json.loads(sys.stdin.readline()), result={})\nsys.stdin.read()", exchange)


def test_a_killed_program_is_a_new_one_afterwards_and_is_configured_again() -> None:
    async def exchange(driver: CommandDriver) -> None:
        await driver.call("configure", {"endpoint": "http://hub"}, LIMIT)
        before = (await driver.call("inbox", {}, LIMIT))["pid"]
        await driver.kill()
        after = await driver.call("inbox", {}, LIMIT)
        assert after["pid"] != before
        assert after["endpoint"] == "http://hub"

    body = """
known = {}
for line in sys.stdin:
    request = json.loads(line)
    known.update(request["arguments"])
    answer(request, result={"pid": os.getpid(), **known})
"""
    play(body, exchange)


def test_what_was_printed_instead_of_an_answer_is_reported() -> None:
    async def exchange(driver: CommandDriver) -> None:
        with pytest.raises(DriverLost) as caught:
            await driver.call("hello", {}, 1.5)
        assert caught.value.reason == "silent"
        assert "connected to the database" in caught.value.detail

    play("print('connected to the database', flush=True)\nsys.stdin.read()", exchange)
