"""`lienthong certify` with a person at the terminal: answered, broken off by Ctrl-C, and from a file of answers."""

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()", "certify", "--no-pdf")
DECLARATION = """
schema: lienthong.candidate/1
candidate: {{name: QLVB Alpha}}
agency: {{organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An}}
driver: {driver}
timing: {{poll_interval: 0.2, reaction: 0.5, give_up: 1}}
"""
DEADLINE = 120.0


def declared(directory: Path, driver: str) -> Path:
    path = directory / "candidate.yaml"
    path.write_text(DECLARATION.format(driver=driver), encoding="utf-8")
    return path


class AtTerminal:
    """A certification with a terminal of its own, as a person has one."""

    def __init__(self, *words: object) -> None:
        self.person, there = pty.openpty()
        self.seen = ""
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            stdin=there,
            stderr=there,
            stdout=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "LIENTHONG_LANG": "en"},
        )
        os.close(there)

    def read_until(self, text: str) -> None:
        """Read the terminal until `text` is on it."""
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.person], [], [], 1.0)[0]:
                self.seen += os.read(self.person, 65_536).decode("utf-8", "replace")

    def type(self, keys: bytes) -> None:
        os.write(self.person, keys)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return exit status and standard output."""
        output = b""
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        while self.process.poll() is None:
            ready = select.select([self.person, pipe], [], [], 1.0)[0]
            if self.person in ready:
                try:
                    self.seen += os.read(self.person, 65_536).decode("utf-8", "replace")
                except OSError:
                    break
            if pipe in ready:
                output += os.read(pipe, 65_536)
        output += self.process.stdout.read()
        self.process.stdout.close()
        os.close(self.person)
        return self.process.wait(DEADLINE), output.decode()


def report(directory: Path) -> Any:
    return json.loads((directory / "report.json").read_bytes())


def test_ctrl_c_at_a_question_ends_the_run_with_a_report(tmp_path: Path) -> None:
    run = AtTerminal(declared(tmp_path, "{kind: manual}"), "--only", "SND-01", "--out", tmp_path / "run")
    run.read_until("> ")
    assert "TASK 1 · connect the system to the hub" in run.seen
    run.type(b"\x03")
    status, output = run.end()
    assert status in {4, 5}, run.seen
    assert "Traceback" not in run.seen
    assert "Interrupted (Ctrl-C or a signal) after" in run.seen
    assert "INCONCLUSIVE" in output
    assert report(tmp_path / "run")["verdict"] == "inconclusive"


def test_an_operator_who_skips_everything_gets_an_inconclusive_report(tmp_path: Path) -> None:
    run = AtTerminal(declared(tmp_path, "{kind: manual}"), "--only", "SND-01", "--out", tmp_path / "run")
    run.read_until("> ")
    run.type("không làm được\n".encode())
    status, _ = run.end()
    assert status == 4, run.seen
    assert "could not connect" in run.seen
    assert {entry["cause"] for entry in report(tmp_path / "run")["requirements"] if entry["required"]} == {"operator"}


def test_the_secret_is_on_the_terminal_and_nowhere_else(tmp_path: Path) -> None:
    run = AtTerminal(declared(tmp_path, "{kind: manual}"), "--only", "SND-01", "--out", tmp_path / "run")
    run.read_until("> ")
    secret = next(line for line in run.seen.splitlines() if "Secret: " in line).partition(": ")[2].strip()
    run.type(b"c\n")
    _, output = run.end()
    assert len(secret) > 20
    assert secret not in output
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert kept == []


def test_a_file_of_answers_needs_no_terminal(tmp_path: Path) -> None:
    answers = "schema: lienthong.answers/1\nanswers: [{answer: không làm được}]"
    (tmp_path / "answers.yaml").write_text(answers, encoding="utf-8")
    path = declared(tmp_path, "{kind: manual, answers: answers.yaml}")
    done = subprocess.run(
        [*PROGRAM, str(path), "--only", "SND-01", "--out", str(tmp_path / "run")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 4, done.stderr.decode()
    assert report(tmp_path / "run")["verdict"] == "inconclusive"


def test_a_wrong_file_of_answers_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("schema: lienthong.answers/1\nanswers: [{}]", encoding="utf-8")
    path = declared(tmp_path, "{kind: manual, answers: answers.yaml}")
    done = subprocess.run([*PROGRAM, str(path)], capture_output=True, timeout=DEADLINE, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"lienthong: {tmp_path / 'answers.yaml'}:2: ")
    assert len(done.stderr.splitlines()) == 1
