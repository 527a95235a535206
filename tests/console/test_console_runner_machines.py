"""Several machines on one PostgreSQL console, as people start them: one dies, the console dies, nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.console.data.database import ConsoleDatabase
from harness.console.data.options import RUNNER_LEASE, RUNS_AT_ONCE, set_option
from harness.console.data.runner_tables import LeaseRow, RunnerRow
from harness.console.data.tables import OrganisationRow, RunRow, SystemRow
from harness.console.runners.registry import add_runner
from harness.console.runs.process import noted_pid
from harness.console.runs.run_queue import queue_run
from harness.console.subjects.system_registry import add_reference
from harness.seal.laboratory import known_laboratory
from harness.seal.verification import verify
from tests.cli.called import called
from tests.console.console_rig import PROGRAM
from tests.console.postgres_server import emptied

pytestmark = pytest.mark.slow
_PATIENCE = 180.0
_LEASE = 8  # a busy machine may be silent for some seconds
_SOME = 5
# A runner as people start it; its runs write no PDF, which takes longer than all the rest.
_LIGHT = (
    sys.executable,
    "-c",
    "import sys; from harness.cli import main, runner; runner._PROGRAM = (sys.executable, '-c',"
    ' \'import sys; sys.argv += ["--no-pdf"] * (sys.argv[1] == "certify"); from harness.cli import main; main()\');'
    " main()",
)


class _Hall:
    """A console process, its runner processes, and its database from outside."""

    def __init__(self, place: Path, url: str) -> None:
        self.place = place
        self.data = place / "console"
        self.url = url
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.lab = place / "lab"
        assert called("pki", "init", self.lab, "--quiet").returncode == 0
        self.environment = {**os.environ, "LIENTHONG_LABORATORY": str(self.lab), "XDG_CACHE_HOME": str(place / "cache")}
        self.database = ConsoleDatabase(self.data, url)
        with self.database.writing() as db:
            organisation = OrganisationRow(name="Alpha", created=time.time())
            db.add(organisation)
            db.flush()
            self.system = add_reference(db, organisation, "", "test").id
            set_option(db, RUNNER_LEASE, str(_LEASE))
            set_option(db, RUNS_AT_ONCE, "0")
        self.processes: list[subprocess.Popen[bytes]] = []

    def console(self) -> subprocess.Popen[bytes]:
        words = ["console", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", "--database", self.url]
        return self._started(*words)

    def runner(self, name: str) -> subprocess.Popen[bytes]:
        file = self.place / f"{name}.token"
        with self.database.writing() as db:
            file.write_text(add_runner(db, name, "test"))
        where = ["--console", f"http://127.0.0.1:{self.port}", "--token-file", str(file)]
        return self._started("runner", *where, "--data", str(self.place / name), program=_LIGHT)

    def queued(self, only: str) -> str:
        with self.database.writing() as db:
            system = db.get_one(SystemRow, self.system)
            return queue_run(db, system, "quick", "lan", only=only, language="vi").id

    def run(self, key: str) -> RunRow:
        with self.database.reading() as db:
            return db.get_one(RunRow, key)

    def holder(self, key: str) -> str:
        with self.database.reading() as db:
            lease = db.get(LeaseRow, key)
            return lease.runner.name if lease else ""

    def folder(self, key: str) -> Path:
        return self.data / "runs" / key / "run"

    def recorded(self, key: str) -> bool:
        """Return whether the console has so much of a run that it can be judged: its start, and a little more."""
        journal = self.folder(key) / "journal.jsonl"
        return journal.exists() and journal.read_bytes().count(b"\n") > _SOME

    def _started(self, *words: str, program: Sequence[str] = PROGRAM) -> subprocess.Popen[bytes]:
        with (self.place / f"{words[0]}-{len(self.processes)}.log").open("wb") as log:
            self.processes.append(subprocess.Popen([*program, *words], env=self.environment, stderr=log, stdout=log))
        return self.processes[-1]


@contextmanager
def _hall(place: Path, url: str) -> Iterator[_Hall]:
    made = _Hall(place, emptied(url))
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
            process.wait()
        for pid in (noted_pid(path.parent) for path in place.glob("*/runs/*/pid")):
            _end(pid)
        made.database.close()


def test_machines_die_and_the_console_dies_and_nothing_is_lost(tmp_path: Path, postgres_url: str) -> None:
    with _hall(tmp_path, postgres_url) as hall:
        console = hall.console()
        runners = {name: hall.runner(name) for name in ("one", "two")}
        # The first takes much longer than it lives.
        first, second = hall.queued("SND RCV STS"), hall.queued("SND-01")
        _until(lambda: hall.recorded(first))
        dead = hall.holder(first)
        runners[dead].kill()
        _end(noted_pid(tmp_path / dead / "runs" / first))
        _until(lambda: hall.recorded(second))
        assert {dead, hall.holder(second)} == {"one", "two"}
        console.kill()
        console.wait()
        hall.console()
        _until(lambda: all(hall.run(key).state == "ended" for key in (first, second)))
        lost = hall.run(first)
        assert lost.verdict == "inconclusive"
        assert dead in lost.complaint
        key = known_laboratory(hall.lab)[0]
        assert key is not None
        assert hall.run(second).verdict == "pass"
        whole = verify(hall.folder(second), key.key)
        assert (whole.problems, whole.born, whole.verdict) == ((), True, "pass")
        with hall.database.reading() as db:
            assert {row.name: row.capacity for row in db.query(RunnerRow)} == {"one": 1, "two": 1}
        left = tmp_path / hall.holder(second) / "runs"
        _until(lambda: not list(left.iterdir()))


def _end(pid: int | None) -> None:
    """Kill a run with all that it began, as the end of its machine does."""
    if pid is not None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)
