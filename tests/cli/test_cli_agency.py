"""`lienthong agency` as a person or a script uses it."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.catalogue.requirements import load_catalogue
from harness.cli.agency import command

PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()", "agency")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the verb to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LIENTHONG_LANG": "en", **environment},
        check=False,
    )


def test_the_gallery_is_listed_with_the_requirement_each_defect_breaks() -> None:
    listed = CliRunner().invoke(command, ["--list-defects", "--format", "json"])
    entries = json.loads(listed.output)
    known = load_catalogue().requirements
    assert {"never-acks", "acks-before-fetching", "wrong-hmac", "status-code-one"} <= {one["name"] for one in entries}
    assert all(one["breaks"] in known and one["description"] for one in entries)
    text = CliRunner().invoke(command, ["--list-defects"]).output
    assert [line.split()[0] for line in text.splitlines()] == [one["name"] for one in entries]


def test_the_variants_are_listed() -> None:
    entries = json.loads(CliRunner().invoke(command, ["--list-variants", "--format", "json"]).output)
    assert all(one["breaks"] is None and one["description"] for one in entries)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--defect", "no-such"),
        ("--variant", "no-such"),
        ("--defect", "never-acks", "--variant", "other-polling"),
        ("--listen", "nowhere"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "203.0.113.1:0"),
        ("--secret-env", "NOT_SET_ANYWHERE"),
        ("--profile", "no-such"),
        ("--poll-interval", "0"),
        ("--data", "/dev/null/x"),
    ],
)
def test_what_a_person_gave_wrong_is_one_sentence(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.strip()
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("file", ["agency.sqlite", "directory.sqlite", "settings.json"])
def test_data_that_is_none_of_ours_is_said(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(b"khong phai du lieu cua he thong" * 100)
    ended = run("--data", str(tmp_path))
    assert ended.returncode == 2
    assert "--data" in ended.stderr


def test_a_taken_port_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert ended.returncode == 2
    assert "--listen" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_url_serves_and_ends_clean(number: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "--data", str(tmp_path / "d"), "--defect", "never-acks"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        body = json.dumps({"id": "1", "command": "hello"}).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=20) as answer:
            assert "never-acks" in json.load(answer)["result"]["name"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert errors == ""
    assert (tmp_path / "d" / "agency.sqlite").is_file()
