"""`lienthong validate` as a user meets it: outputs, exit statuses, interruption."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.validation.progress_record import WORTHWHILE
from harness.vectors.packages.base import DocumentIdentity, document
from tests.cli.called import called

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
ENTRY = "from harness.cli import main; main()"
LIENTHONG = (sys.executable, "-c", ENTRY)
GOOD = document(DocumentIdentity()).written()
BAD = document(DocumentIdentity()).without("Subject").written()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    cache = tmp_path / "cache"
    return {**os.environ, "XDG_CACHE_HOME": str(cache), "LIENTHONG_LANG": "en", "PYTHONIOENCODING": "utf-8"}


def call(
    environment: dict[str, str], *arguments: str | Path, given: bytes = b"", signatures: bool = False
) -> subprocess.CompletedProcess[bytes]:
    words = arguments if signatures else (*arguments, "--no-signatures")
    return called("validate", *words, environment=environment, given=given)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.edxml").write_bytes(GOOD)
    (folder / "readme.txt").write_text("x")
    return folder


def test_passing_packages_leave_with_0(environment: dict[str, str], store: Path) -> None:
    done = call(environment, store)
    assert done.returncode == 0
    assert b"Packages checked: 4. Pass: 4, fail: 0." in done.stdout
    assert b"Other files skipped (not .edxml or .xml, or left by an operating system): 1." in done.stdout
    assert done.stderr == b""


def test_a_failing_package_leaves_with_1(environment: dict[str, str], store: Path) -> None:
    (store / "bad.edxml").write_bytes(BAD)
    done = call(environment, store)
    assert done.returncode == 1
    assert b"HDR-10 Subject is missing" in done.stdout
    assert b"Packages checked: 5. Pass: 4, fail: 1." in done.stdout


def test_vietnamese_comes_first(environment: dict[str, str], store: Path) -> None:
    del environment["LIENTHONG_LANG"]
    assert "4 gói tin: 4 đạt" in call(environment, store).stdout.decode()
    assert b"Packages checked: 4." in call(environment, store, "--lang", "en").stdout


def test_remarks_do_not_fail(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD)
    done = call(environment, path)
    assert done.returncode == 0
    assert b"PKG-02 (remark)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.edxml"], b"gone.edxml: There is no such file or folder"),
        ([SAMPLES, "--at", "yesterday"], b"is not a time"),
        ([SAMPLES, "--profile", "qcvn1"], b"There is no profile"),
        ([SAMPLES, "--format", "xml"], b"--format"),
        ([SAMPLES, "--jobs", "0"], b"--jobs"),
        ([], b"FILE"),
    ],
)
def test_wrong_usage_leaves_with_2(environment: dict[str, str], arguments: list[str | Path], said: bytes) -> None:
    done = call(environment, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == b""


def test_wrong_anchors_leave_with_2(environment: dict[str, str], store: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.pem"
    anchors.write_text("no certificate")
    assert call(environment, store, "--trust-anchors", anchors, signatures=True).returncode == 2


def test_nothing_to_check_leaves_with_5(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = call(environment, tmp_path / "empty")
    assert done.returncode == 5
    assert b"There was no package to check." in done.stdout
    done = call(environment, tmp_path / "empty", "--format", "json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["files"] == []


def test_a_reader_who_has_seen_enough_ends_it_quietly(environment: dict[str, str], store: Path) -> None:
    files = [str(path) for path in sorted(store.glob("*.edxml"))] * 500
    with subprocess.Popen(
        [*LIENTHONG, "validate", "--format", "jsonl", *files],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"path":')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 4


def test_standard_input(environment: dict[str, str]) -> None:
    assert call(environment, "-", given=GOOD).returncode == 0
    done = call(environment, "-", given=BAD)
    assert done.returncode == 1
    assert "✗ -: document package, fail" in done.stdout.decode()
    assert call(environment, "-", given=b"").returncode == 1


def test_json_of_samples(environment: dict[str, str]) -> None:
    done = call(environment, SAMPLES, "--format", "json", "--at", "2024-09-30")
    content = json.loads(done.stdout)
    assert content["verdict"] == "fail"
    verdicts = {Path(file["path"]).stem: (file["kind"], file["verdict"]) for file in content["files"]}
    assert verdicts == {
        "document_new": ("document", "fail"),
        "document_new_stray_bytes": ("unknown", "fail"),
        "document_update": ("document", "fail"),
        "status_01": ("status", "pass"),
        "status_02": ("status", "pass"),
    }


def test_time_of_judgement(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(GOOD)  # of 2025-09-30
    assert call(environment, path, "--at", "2025-09-30T00:10").returncode == 0
    assert call(environment, path, "--at", "2025-09-29T17:10Z").returncode == 0
    assert call(environment, path, "--at", "2025-09-29").returncode == 1


def test_two_profiles(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(document(DocumentIdentity(receiver=("H41.12", "Sở Nội vụ"))).written())
    assert call(environment, path).returncode == 0
    assert call(environment, path, "--profile", "qcvn102-2016").returncode == 1


def test_signatures_are_checked_unless_disabled(environment: dict[str, str]) -> None:
    sample = SAMPLES / "document_update.edxml"
    assert b"SIG-01" in call(environment, sample, signatures=True).stdout
    assert b"SIG-" not in call(environment, sample).stdout


def test_quiet_and_verbose(environment: dict[str, str], store: Path) -> None:
    (store / "bad.edxml").write_bytes(BAD)
    quiet = call(environment, store, "--quiet").stdout.decode()
    assert "bad.edxml" not in quiet
    assert "Packages checked: 5." in quiet
    verbose = call(environment, store, "--verbose").stdout.decode()
    assert "✓" in verbose
    assert "→ Write Subject" in verbose


def test_help_has_examples(environment: dict[str, str]) -> None:
    # The words of help are chosen when a command is loaded.
    command = [*LIENTHONG, "validate", "--help"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
    assert done.returncode == 0
    assert b"lienthong validate store/ --jobs 4" in done.stdout


def crowded(folder: Path, count: int) -> Path:
    """Fill a folder with many names of one package."""
    folder.mkdir()
    (folder / "0.edxml").write_bytes(GOOD)
    for number in range(1, count):
        os.link(folder / "0.edxml", folder / f"{number:05}.edxml")
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupted_and_resumed(environment: dict[str, str], tmp_path: Path, jobs: str) -> None:
    count = 3_000
    folder = crowded(tmp_path / "many", count)
    command = [*LIENTHONG, "validate", str(folder), "--no-signatures", "--jobs", jobs]
    command += ["--at", "2025-10-01", "--format", "jsonl"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(WORTHWHILE * 2)]
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    rest, errors = process.stdout.read(), process.stderr.read()
    assert process.wait(60) == 4
    assert b"run again with --resume" in errors
    reported = len(first) + len(rest.splitlines())
    assert len(first) <= reported < count
    assert all(json.loads(line)["verdict"] == "pass" for line in rest.splitlines())

    done = call(environment, folder, "--jobs", jobs, "--at", "2025-10-01", "--format", "jsonl", "--resume")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == count
    assert len({json.loads(line)["path"] for line in lines}) == count
    assert b"packages were checked before" in done.stderr
    assert list((tmp_path / "cache").rglob("*.jsonl")) == []


def test_resume_without_anything_to_resume(environment: dict[str, str], store: Path) -> None:
    done = call(environment, store, "--resume")
    assert done.returncode == 0
    assert b"Packages checked: 4." in done.stdout


def test_progress_only_on_a_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    folder = crowded(tmp_path / "many", 600)
    leader, follower = pty.openpty()
    command = [*LIENTHONG, "validate", str(folder), "--no-signatures", "--at", "2025-10-01"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, env=environment)
    os.close(follower)
    shown = b""
    while process.poll() is None or shown == b"":
        try:
            shown += os.read(leader, 65536)
        except OSError:
            break
    out = process.communicate()[0]
    os.close(leader)
    assert b"/600 packages" in shown
    assert b"Packages checked: 600. Pass: 600" in out
    assert b"\x1b" not in out


def test_a_closed_pipe_is_no_traceback(environment: dict[str, str], store: Path) -> None:
    command = f"{sys.executable} -c '{ENTRY}' validate {store} --format jsonl --no-signatures | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, env=environment, check=False, timeout=60)
    assert b"Traceback" not in done.stderr
