"""One run at a time per candidate."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.engine.candidate_lock import claimed

CANDIDATE = "http://127.0.0.1:9000/driver"
HOLDS = """
import sys; from pathlib import Path; from harness.engine.candidate_lock import claimed
with claimed(sys.argv[1], Path("first"), Path()):
    print("held", flush=True); sys.stdin.read()
"""


def test_a_second_run_is_reported_of_the_first(tmp_path: Path) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLDS, CANDIDATE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
        ) as first,
    ):
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(ConfigurationError) as refused, claimed(CANDIDATE, Path("second"), tmp_path):
            pass
        assert refused.value.code == "candidate.busy"
        assert refused.value.parameters["run"] == str(tmp_path / "first")
        with claimed("http://127.0.0.1:9001/driver", Path("other"), tmp_path):
            pass
        first.kill()
    with claimed(CANDIDATE, Path("third"), tmp_path):  # a run that is killed holds nothing
        pass


def test_a_loopback_address_is_not_claimed(tmp_path: Path) -> None:
    with claimed(None, Path("a"), tmp_path), claimed(None, Path("b"), tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_stops_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with claimed(CANDIDATE, Path("run"), tmp_path / "file"):
        pass
