"""SIGTERM, which pipelines send when time is up, ends a run as Ctrl-C does."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_COMMAND = (sys.executable, "-c", "from harness.cli import main; main()")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_certification_ended_from_outside_leaves_a_run_that_can_be_read(sign: signal.Signals, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("certify", "reference", "--only", "SND", "--no-pdf", "--out", str(out))
    with subprocess.Popen([*_COMMAND, *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(sign)
        process.stderr.read()
        assert process.wait() == 4
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "inconclusive"
