"""Runs are processes of their own: they outlive the console, are found again, and end with what they recorded."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.console.data.options import DRAIN, HUB_PORTS, LEAST_FREE, RUNS_AT_ONCE, set_option
from harness.console.data.tables import RunRow, SystemRow
from harness.console.runs.live_run import LiveRun
from harness.console.runs.process import alive, birth_of
from harness.console.runs.run_queue import queue_run, stop_run
from tests.console.console_rig import ConsoleRig, Person

STAND_IN = (sys.executable, "-m", "tests.console.run_stand_in")
_PATIENCE = 180.0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path, program=STAND_IN) as made:
        made.user("lan", "admin").post("/organisations", {"name": "Alpha"})
        made.system("Alpha")
        yield made
        for key in _keys(made):
            (tmp_path / "runs" / key).mkdir(parents=True, exist_ok=True)
            (tmp_path / "runs" / key / "go").touch()
        _until(made, lambda: all(row.state in {"ended", "queued"} for row in _rows(made)))


def test_a_run_outlives_the_console_and_is_found_again(rig: ConsoleRig, tmp_path: Path) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    pid = _row(rig, key).pid
    assert pid is not None
    assert os.getsid(pid) == pid != os.getsid(0)  # nothing that is sent to the console's terminal reaches it
    with ConsoleRig(tmp_path, program=STAND_IN) as later:
        later.work.queue.look()
        assert _row(later, key).state == "running"
        (tmp_path / "runs" / key / "go").touch()
        _until(later, lambda: _row(later, key).state == "ended")
        assert _row(later, key).verdict == "inconclusive"
        assert _row(later, key).narrowed


def test_a_run_is_followed_while_it_goes_on_and_to_its_end(rig: ConsoleRig, tmp_path: Path) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    lan = Person(rig, "lan")
    streamed: list[str] = []
    follower = threading.Thread(target=lambda: streamed.append(lan.get(f"/runs/{key}/stream?after=0").text))
    follower.start()
    pages = [lan.get(f"/runs/{key}/{place}") for place in ("messages", "events/0")]
    assert [page.status_code for page in pages] == [200, 200]
    (tmp_path / "runs" / key / "go").touch()
    _until(rig, lambda: _row(rig, key).state == "ended")
    follower.join(_PATIENCE)
    for part in ("event: progress", "event: board", "event: messages", "event: over"):
        assert part in streamed[0]


def test_a_page_made_before_a_run_began_gets_what_it_could_not_show_yet(
    rig: ConsoleRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    looked = threading.Event()
    look = rig.work.live.look

    def noted(folder: Path) -> LiveRun:
        looked.set()
        return look(folder)

    monkeypatch.setattr(rig.work.live, "look", noted)
    lan = Person(rig, "lan")
    streamed: dict[str, str] = {}

    def follow(state: str) -> None:
        streamed[state] = lan.get(f"/runs/{key}/stream?after=999999&state={state}").text

    followers = [threading.Thread(target=follow, args=(state,)) for state in ("starting", "running")]
    for follower in followers:
        looked.clear()
        follower.start()
        assert looked.wait(_PATIENCE)
    (tmp_path / "runs" / key / "go").touch()
    _until(rig, lambda: _row(rig, key).state == "ended")
    for follower in followers:
        follower.join(_PATIENCE)
    # Each part comes once more when the state changes: here for both at the end, for one at the beginning.
    assert [streamed[state].count("event: question") for state in ("starting", "running")] == [2, 1]


def test_a_killed_run_is_judged_by_its_record(rig: ConsoleRig) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    os.kill(_row(rig, key).pid or 0, signal.SIGKILL)
    _until(rig, lambda: _row(rig, key).state == "ended")
    assert _row(rig, key).verdict == "inconclusive"


def test_a_run_is_stopped_with_a_reason(rig: ConsoleRig) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    with rig.state.database.writing() as db:
        row = db.get_one(RunRow, key)
        with pytest.raises(ConfigurationError, match="no-reason"):
            stop_run(db, row, "", "lan")
        stop_run(db, row, "nhầm phiên bản", "lan")
        with pytest.raises(ConfigurationError, match="not-running"):
            stop_run(db, row, "lần nữa", "lan")
    _until(rig, lambda: _row(rig, key).state == "ended")
    assert (_row(rig, key).verdict, _row(rig, key).stop_reason) == ("inconclusive", "nhầm phiên bản")


def test_a_process_noted_by_a_console_that_ended_at_once_is_taken_over(rig: ConsoleRig) -> None:
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "running" and _recorded(rig, key))
    with rig.state.database.writing() as db:
        row = db.get_one(RunRow, key)
        pid, row.pid, row.birth, row.state = row.pid, None, "", "starting"
    rig.work.queue.look()
    assert (_row(rig, key).state, _row(rig, key).pid) == ("running", pid)


def test_two_runs_of_one_system_wait_for_each_other_and_others_for_room(rig: ConsoleRig) -> None:
    other = rig.system("Alpha")
    with rig.state.database.writing() as db:
        set_option(db, RUNS_AT_ONCE, "2")
    first, second, third = _queued(rig), _queued(rig), _queued(rig, other)
    rig.work.queue.look()
    assert [_row(rig, key).state for key in (first, second, third)] == ["running", "queued", "running"]
    fourth = _queued(rig, rig.system("Alpha"))
    rig.work.queue.look()
    assert _row(rig, fourth).state == "queued"


@pytest.mark.parametrize(("key", "value"), [(DRAIN, "1"), (LEAST_FREE, "999999999")])
def test_nothing_begins_while_the_console_is_drained_or_the_disk_is_full(rig: ConsoleRig, key: str, value: str) -> None:
    with rig.state.database.writing() as db:
        set_option(db, key, value)
    run = _queued(rig)
    rig.work.queue.look()
    assert _row(rig, run).state == "queued"


def test_every_run_has_a_port_of_its_own(rig: ConsoleRig) -> None:
    first = _unused_port()
    with rig.state.database.writing() as db:
        set_option(db, HUB_PORTS, f"{first}-{first + 1}")
        set_option(db, RUNS_AT_ONCE, "3")
    keys = [_queued(rig, system) for system in (1, rig.system("Alpha"), rig.system("Alpha"))]
    rig.work.queue.look()
    assert [_row(rig, key).verdict for key in keys] == ["", "", "none"]
    assert f"{first}-{first + 1}" in _row(rig, keys[2]).complaint


def test_a_run_that_cannot_begin_says_why(rig: ConsoleRig) -> None:
    with rig.state.database.writing() as db:
        set_option(db, "allowed", "10.0.0.0/8")
    key = _queued(rig)
    _until(rig, lambda: _row(rig, key).state == "ended")
    assert _row(rig, key).verdict == "none"
    assert "127.0.0.1" in _row(rig, key).complaint


def test_a_process_is_known_by_its_birth() -> None:
    mine = birth_of(os.getpid())
    assert alive(os.getpid(), mine)
    assert not alive(os.getpid(), f"{mine}1")  # another process had the number then
    assert not alive(None, mine)
    child = os.fork()
    if child == 0:
        os._exit(0)
    _until_true(lambda: birth_of(child) == "")  # ended, but not yet collected by its parent
    os.waitpid(child, 0)


def _unused_port() -> int:
    """Return a port below those that the system gives out by itself, with a free one above it."""
    for port in range(20_000, 30_000, 2):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    pytest.skip("no two free ports beside each other")


def _queued(rig: ConsoleRig, system: int = 1) -> str:
    with rig.state.database.writing() as db:
        return queue_run(db, db.get_one(SystemRow, system), "quick", "lan", only="SND-01", language="vi").id


def _keys(rig: ConsoleRig) -> list[str]:
    return [row.id for row in _rows(rig)]


def _rows(rig: ConsoleRig) -> list[RunRow]:
    with rig.state.database.reading() as db:
        return db.query(RunRow).all()


def _row(rig: ConsoleRig, key: str) -> RunRow:
    with rig.state.database.reading() as db:
        return db.get_one(RunRow, key)


def _recorded(rig: ConsoleRig, key: str) -> bool:
    return (rig.state.runs / key / "run" / "journal.jsonl").exists()


def _until(rig: ConsoleRig, reached: Callable[[], bool]) -> None:
    def looked() -> bool:
        rig.work.queue.look()
        return reached()

    _until_true(looked)


def _until_true(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)
