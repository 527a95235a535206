"""`lienthong sample`: it runs, it is copied, it knows nothing of the harness."""

import ast
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from harness.catalogue.candidate import load_candidate
from harness.resources import folder

LIENTHONG = (sys.executable, "-c", "from harness.cli import main; main()")
SOURCES = sorted((folder("fixtures") / "sample").glob("*.py"))


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*LIENTHONG, "sample", *map(str, arguments), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_it_imports_nothing_of_ours(source: Path) -> None:
    own = {path.stem for path in SOURCES}
    allowed = own | {"cryptography", "signxml", "pyhanko", "pyhanko_certvalidator", "asn1crypto", "lxml"}
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            first = name.partition(".")[0]
            assert first in sys.stdlib_module_names or first in allowed, name
            if first not in sys.stdlib_module_names and first not in own:
                assert source.name == "signatures.py", name


def hang_up(url: str) -> None:
    """Call, and reset the connection in the middle of the call."""
    address = httpx2.URL(url)
    with socket.create_connection((address.host, address.port or 0)) as caller:
        caller.sendall(b"POST /driver HTTP/1.1\r\n")
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_it_runs_and_declares_itself_and_says_nothing_of_a_caller_that_hangs_up(tmp_path: Path) -> None:
    declaration = tmp_path / "candidate.yaml"
    command = [*LIENTHONG, "sample", "--declaration", str(declaration), "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, env=os.environ, start_new_session=True, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until = time.monotonic() + 30
            while not declaration.exists() and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(0.2)
            candidate, _ = load_candidate(declaration)
            url = str(getattr(candidate.driver, "url", ""))
            hang_up(url)
            answer = httpx2.post(
                url, json={"protocol": "lienthong.driver/1", "id": "1", "command": "hello", "args": {}}
            )
            assert answer.json()["result"]["commands"]
        finally:
            os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in said


def test_it_is_copied_and_runs_from_there(tmp_path: Path) -> None:
    done = call("--copy", tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {path.name for path in SOURCES}
    again = call("--copy", tmp_path / "mine")
    assert again.returncode == 2
    assert len(again.stderr.splitlines()) == 1
    program = [sys.executable, str(tmp_path / "mine" / "driver.py"), "--list-defects"]
    listed = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert "forgets-to-cancel" in listed.stdout


def test_a_mistake_that_it_cannot_make_is_said() -> None:
    done = call("--defect", "no-such-mistake")
    assert done.returncode == 2
    assert "no-such-mistake" in done.stderr
    assert json.dumps(done.stderr).count("Traceback") == 0
