"""One record, one judgement: the same bytes in another process, locale, time zone and with another hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.catalogue.profiles import load_profile
from harness.engine.certification import CertificationOrder
from harness.journal import read_record
from harness.judge.judge import judge
from harness.judge.report_schema import encoded
from tests.engine.engine_rig import certified

# Another day on the calendar, another order of dates and letters, other numbers, no UTF-8.
PLACES = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "vi_VN.UTF-8", "PYTHONHASHSEED": "1", "LIENTHONG_LANG": "vi"},
    {"TZ": "America/Anchorage", "LC_ALL": "C", "PYTHONHASHSEED": "4294967295", "LIENTHONG_LANG": "en"},
    {
        "TZ": "UTC",
        "LC_ALL": "tr_TR.ISO8859-9",
        "PYTHONHASHSEED": "77",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "latin-1",
    },
)
JUDGING = """
import locale, sys
from pathlib import Path
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass  # not installed here; the others count
from harness.catalogue.profiles import load_profile
from harness.journal import read_record
from harness.judge.report_schema import encoded
from harness.judge.judge import judge
sys.stdout.buffer.write(encoded(judge(load_profile("qcvn102-2022"), read_record(Path(sys.argv[1])))))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with failures and remarks, with findings in number, and with much that was not decided."""
    directory = tmp_path_factory.mktemp("run") / "record"
    only = ["SND-01", "SND-02", "RCV-02", "RCV-05", "STS-01", "STS-05", "OPS-02"]
    order = CertificationOrder(
        "reference:names-the-number-only", "qcvn102-2022", only, directory, "vi", seed=11, formats=()
    )
    assert certified(order).judgement.verdict == "fail"
    return directory


def test_judging_again_gives_the_same_bytes(run: Path) -> None:
    written = (run / "report.json").read_bytes()
    for _ in range(2):
        assert encoded(judge(load_profile("qcvn102-2022"), read_record(run))) == written


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place["TZ"]))
def test_the_same_bytes_come_out_everywhere(run: Path, place: dict[str, str], tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", JUDGING, str(run)],
        cwd=tmp_path,
        env={**os.environ, **place, "PYTHONPATH": str(root), "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout == (run / "report.json").read_bytes()


def test_neither_the_folders_name_nor_its_place_is_in_the_report(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for part in run.iterdir():
        (moved / part.name).symlink_to(part)
    assert encoded(judge(load_profile("qcvn102-2022"), read_record(moved))) == (run / "report.json").read_bytes()
    assert str(run).encode() not in (run / "report.json").read_bytes()


def test_run_id_and_times_come_from_the_journal(run: Path) -> None:
    record = read_record(run)
    judgement = judge(load_profile("qcvn102-2022"), record)
    start = next(event for event in record.events if event.kind == "run.started")
    assert judgement.run_id == start.members["run_id"]
    assert judgement.started == start.at
    assert judgement.finished == record.events[-1].at
