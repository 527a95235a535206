"""`lienthong console`: accounts, backups and what cannot be served, by sentences and exit statuses."""

import socket
from pathlib import Path

import pytest

from tests.cli.called import called

PASSWORD = "mật khẩu thử"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return tmp_path / "data"


def test_the_first_administrator_is_made_here(data: Path) -> None:
    words = ("console", "user", "add", "lan", "--role", "admin", "--data", data, "--lang", "en")
    asked = called(*words)
    assert (asked.returncode, b"--password-file" in asked.stderr) == (2, True)
    done = called(*words, "--password-file", data.parent / "password")
    assert (done.returncode, done.stdout) == (0, b"Added lan (admin).\n")
    twice = called(*words, "--password-file", data.parent / "password")
    assert (twice.returncode, b"already" in twice.stderr) == (2, True)
    wrong = called(
        "console", "user", "add", "an", "--role", "boss", "--data", data, "--password-file", data.parent / "password"
    )
    assert (wrong.returncode, b"admin, tester, approver, vendor, auditor" in wrong.stderr) == (2, True)


def test_a_console_is_backed_up_and_restored(data: Path) -> None:
    called(
        "console", "user", "add", "lan", "--role", "admin", "--data", data, "--password-file", data.parent / "password"
    )
    none = called("console", "backup", data.parent / "none.tar.gz", "--data", data.parent / "none")
    assert (none.returncode, (data.parent / "none").exists()) == (2, False)
    file, other = data.parent / "console.tar.gz", data.parent / "other"
    assert called("console", "backup", file, "--data", data).returncode == 0
    assert called("console", "backup", file, "--data", data).returncode == 2
    # The folder may also be named before the verb's own verb.
    assert called("console", "--data", other, "restore", file).returncode == 0
    again = called(
        "console", "user", "add", "lan", "--role", "admin", "--data", other, "--password-file", data.parent / "password"
    )
    assert again.returncode == 2
    file.write_bytes(b"x")
    broken = called("console", "restore", file, "--data", data.parent / "third", "--lang", "en")
    assert (broken.returncode, b"nothing was restored" in broken.stderr) == (2, True)


def test_what_cannot_be_served_is_said_in_one_sentence(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = called("console", "--data", data, "--listen", f"127.0.0.1:{port}")
    assert busy.returncode == 2
    other = called("console", "--data", data, "--database", "mysql://lan:bi-mat@db/x")
    assert other.returncode == 2
    assert b"bi-mat" not in other.stderr
    assert called("console", "--data", data.parent / "password").returncode == 2
    assert b"Traceback" not in busy.stderr + other.stderr
