"""`lienthong pki`: making a PKI, and serving it as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from cryptography import x509

from harness.catalogue.errors import ConfigurationError
from harness.cli.pki import command
from harness.crypto.chains.trust import Trust


def test_init_makes_what_the_documentation_names(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["init", str(tmp_path / "pki")], standalone_mode=False)
    assert result.exception is None
    assert result.return_value == 0
    assert "anchors.pem" in result.output
    names = {path.name for path in (tmp_path / "pki").iterdir()}
    assert {"anchors.pem", "lab.key", "lab.crt", "agency.key", "person.crt", "revoked.crt", "issuing.crl"} <= names
    assert len(Trust.of_pem((tmp_path / "pki" / "anchors.pem").read_bytes()).anchors) == 1


def test_init_is_silent_when_asked(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["init", str(tmp_path), "--quiet"], standalone_mode=False)
    assert (result.return_value, result.output) == (0, "")


def test_init_does_not_touch_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    result = CliRunner().invoke(command, ["init", str(tmp_path)], standalone_mode=False)
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.code == "pki.not-empty"


@pytest.mark.parametrize("options", [[], ["--listen", "127.0.0.1:0"]])
def test_serve_needs_a_pki(tmp_path: Path, options: list[str]) -> None:
    result = CliRunner().invoke(command, ["serve", str(tmp_path / "none"), *options], standalone_mode=False)
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.code == "pki.unreadable"


def test_serve_says_that_a_port_is_taken(tmp_path: Path) -> None:
    CliRunner().invoke(command, ["init", str(tmp_path), "--quiet"], standalone_mode=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        result = CliRunner().invoke(command, ["serve", str(tmp_path), "--listen", listen], standalone_mode=False)
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.code == "pki.cannot-listen"


def test_serve_answers_until_it_is_stopped(tmp_path: Path) -> None:
    CliRunner().invoke(command, ["init", str(tmp_path), "--quiet"], standalone_mode=False)
    process = subprocess.Popen(
        [sys.executable, "-c", "import harness.cli; harness.cli.main()", "pki", "serve", str(tmp_path),
         "--listen", "127.0.0.1:0"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "LIENTHONG_LANG": "en"},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        url = next(word for word in line.split() if word.startswith("http://")).rstrip(".")
        answer = httpx2.get(f"{url}/issuing.crl", timeout=20)
        assert x509.load_der_x509_crl(answer.content).next_update_utc is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=20)
        if process.stderr is not None:
            process.stderr.close()


def test_help_does_not_load_what_only_signing_needs() -> None:
    code = (
        "import sys; sys.argv = ['lienthong', 'pki', '--help']\nimport harness.cli\n"
        "try: harness.cli.main()\nexcept SystemExit: pass\n"
        "assert 'pyhanko' not in sys.modules and 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
