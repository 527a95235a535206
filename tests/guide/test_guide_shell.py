"""The lines for a shell, run by bash against a hub that runs as a process of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.guide.curl import curl_lines
from harness.guide.files import worked_example
from harness.guide.packages import document, sample_files
from harness.guide.requests import steps
from harness.vxp.answers import read_answer
from tests.guide.guide_rig import codes

COMMAND = [sys.executable, "-c", "from harness.cli import main; main()"]
ENVIRONMENT = {**os.environ, "LIENTHONG_LANG": "en", "PYTHONIOENCODING": "utf-8"}
NEEDED = ("bash", "curl", "openssl")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {', '.join(NEEDED)}")


def _shown(beginning: str, page: str) -> str:
    """Return the code on a page that begins so."""
    (text,) = [code for code in codes(page) if code.startswith(beginning)]
    return text


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Return a folder with the sample files, as the guide's own option writes them."""
    done = subprocess.run([*COMMAND, "guide", "--files", str(tmp_path)], env=ENVIRONMENT, check=False)
    assert done.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == set(sample_files())
    return tmp_path


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Run the hub by the very line of the first page, at another port and with data of its own."""
    line = _shown("lienthong hub --data", "start").replace("lienthong hub --data truc", "")
    with subprocess.Popen(
        ["bash", "-c", f'exec "$0" "$1" "$2" hub --listen 127.0.0.1:0 {line}', *COMMAND],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8", env=ENVIRONMENT,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().partition(": ")[2]
        finally:
            process.kill()


def _run(script: str, folder: Path, endpoint: str, **variables: str) -> str:
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env={**ENVIRONMENT, "HUB": endpoint, **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_call_succeeds_and_takes_secret_and_time_from_the_environment(example: Path, endpoint: str) -> None:
    a, script = worked_example().sender, _shown("# One signed call", "start")
    given = {"SYSTEM": a.system_id, "SECRET": a.secret}
    now = read_answer(_run(script, example, endpoint, **given).encode())
    reported = read_answer(_run(script, example, endpoint, STAMP="01022026T030405+0067", **given).encode())
    wrong = read_answer(_run(script, example, endpoint, **(given | {"SECRET": "x"})).encode())
    assert now.accepted
    assert reported.accepted
    assert {row["code"] for row in now.members["data"]} == {a.organ_id, worked_example().receiver.organ_id}
    assert wrong.error_code == "15"


def test_the_lines_of_every_operation_do_what_the_page_says(example: Path, endpoint: str) -> None:
    page = codes("call")
    script = [". ./call.sh"]
    tried = [one for one in steps() if one.secret is None]
    for one in tried:
        lines = "\n".join(curl_lines(one))
        assert lines in page
        script += [lines, "printf '\\n===\\n'"]
    *outputs, rest = _run("\n".join(script), example, endpoint).split("\n===\n")
    assert rest == ""
    came = dict(zip((one.key for one in tried), outputs, strict=True))
    assert came.pop("downloadEdoc").encode() == document().rstrip(b"\n") + b"\n"
    assert read_answer(came.pop("sendEdoc-from").encode()).error_code == "19"
    refused = {key: output for key, output in came.items() if not read_answer(output.encode()).accepted}
    assert refused == {}
    assert read_answer(came["getSentEdocList"].encode()).members["data"][0]["receiveStatus"] == "01"


def test_the_first_page_sends_and_receives_line_after_line(example: Path, endpoint: str) -> None:
    page = codes("start")
    begin = page.index(_shown("cd vi-du", "start"))
    lines = page[begin].replace("cd vi-du && ", "").splitlines()[:1]  # the address is this test's own
    lines += page[begin + 1 : begin + 5]
    answers = _run("\n".join(f"{one}\nprintf '\\n'" for one in lines), example, endpoint).split()
    assert '"DocId"' in answers[1] or '"DocId"' in " ".join(answers)
    assert " ".join(answers).count('"status":"OK"') == 4
