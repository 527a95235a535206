"""Findings while a run goes on: only of scenarios that are over, reported as provisional, and never in the way."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from harness.catalogue.profiles import load_profile
from harness.console.runs.first_findings import FirstFindings, findings_so_far
from harness.console.runs.live_run import LiveRuns
from harness.console.runs.process import birth_of
from harness.expectations import Acked
from tests.judge.recorded_run import DOCUMENT, RecordedRun

KILLED = """
import os, sys, time
from pathlib import Path
from harness.console.runs.first_findings import FirstFindings

if __name__ == "__main__":
    first = FirstFindings()
    while not first.of(Path(sys.argv[1]), 1):
        time.sleep(0.05)
    print(*first._pool._processes, flush=True)
    os.kill(os.getpid(), 9)
"""


def _going_on(folder: Path) -> RecordedRun:
    (folder / "run.json").write_text(json.dumps({"profile": {"source": load_profile().id}}), encoding="utf-8")
    run = RecordedRun(folder)
    run.expect(Acked(document=DOCUMENT))
    run.fetch()
    run.own("window.closed", {})
    run.poll()
    return run


def test_only_what_is_over_is_reported(tmp_path: Path) -> None:
    assert findings_so_far(tmp_path) == ()  # nothing there yet
    run = _going_on(tmp_path)
    assert findings_so_far(tmp_path) == ()
    run.own("scenario.finished", {"outcome": "completed", "cause": None, "detail": "", "parameters": {}})
    found = findings_so_far(tmp_path)
    assert {one.requirement for one in found} == {"RCV-02"}
    assert found[0].message["vi"] != found[0].message["en"]
    run.journal.close()


def test_they_come_without_delaying_the_pages(tmp_path: Path) -> None:
    run = _going_on(tmp_path)
    run.own("scenario.finished", {"outcome": "completed", "cause": None, "detail": "", "parameters": {}})
    live = LiveRuns().look(tmp_path)
    assert (live.done, live.total, live.board) == (1, 1, {"RCV-02": "completed"})
    first = FirstFindings()
    assert first.of(tmp_path, 0) == ()  # nothing is over: nothing to look at
    assert first.of(tmp_path, live.done) == ()
    end = time.monotonic() + 60
    while not first.of(tmp_path, live.done):
        assert time.monotonic() < end
        time.sleep(0.05)
    first.close()
    run.journal.close()


def test_the_worker_ends_with_a_console_that_is_killed(tmp_path: Path) -> None:
    run = _going_on(tmp_path)
    run.own("scenario.finished", {"outcome": "completed", "cause": None, "detail": "", "parameters": {}})
    run.journal.close()
    script = tmp_path / "console.py"
    script.write_text(KILLED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    killed = subprocess.run([sys.executable, script, tmp_path], stdout=subprocess.PIPE, env=environment, check=False)
    worker = int(killed.stdout)
    end = time.monotonic() + 60
    while birth_of(worker):
        assert time.monotonic() < end
        time.sleep(0.05)
