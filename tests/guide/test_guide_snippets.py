"""The code that signs, in every language that is at hand: the same header lines as the harness's, byte for byte."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.guide.files import snippet_files
from harness.guide.packages import document, moment
from harness.guide.requests import steps
from harness.vxp.hashing import hash_file
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp

SECRET = "not-a-real-secret-0123456789"
FILES = {path.name: str(path) for path in snippet_files()}
LANGUAGES = {
    "python": (sys.executable, [sys.executable, FILES["sign.py"]]),
    "javascript": ("node", ["node", FILES["sign.js"]]),
    "java": ("java", ["java", FILES["Sign.java"]]),
}
AWKWARD = [
    ("to", '["000.00.00.H41","H41.12"]'),
    ("description", 'a "b" \\ c / < > & = \' \t \x7f \u2028 \u2029 \x01\x1f\b\f'),
    ("empty", ""),
    ("viet", "Từ chối: không đúng nơi nhận 𠀀"),
]


def _signed(language: str, parameters: list[tuple[str, str]], folder: Path) -> bytes:
    program, command = LANGUAGES[language]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here")
    lines = "".join(f"{key}={value}\n" for key, value in parameters)
    return subprocess.run(
        [*command, "sys.test.01", timestamp(moment()), "application/octet-stream"],
        input=lines.encode(),
        capture_output=True,
        env={**os.environ, "VXP_SECRET": SECRET},
        cwd=folder,
        timeout=120,
        check=True,
    ).stdout


def _expected(parameters: list[tuple[str, str]]) -> bytes:
    headers = signed_headers(
        parameters,
        system_id="sys.test.01",
        secret=SECRET,
        timestamp=timestamp(moment()),
        content_type="application/octet-stream",
    )
    return "".join(f"{name}: {value}\n" for name, value in headers).encode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headers_are_the_harness_s_own_to_the_byte(language: str, tmp_path: Path) -> None:
    (tmp_path / "document.edxml").write_bytes(document())
    digest = hash_file(document())
    assert _signed(language, [*AWKWARD, ("hash-file", "@document.edxml")], tmp_path) == _expected(
        [*AWKWARD, ("hash-file", digest)]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_without_parameters_is_signed_too(language: str, tmp_path: Path) -> None:
    assert _signed(language, [], tmp_path) == _expected([])


def test_the_example_in_csharp_is_the_harness_s_own_to_the_byte(tmp_path: Path) -> None:
    dotnet, mcs, mono = (shutil.which(name) for name in ("dotnet", "mcs", "mono"))
    if dotnet is not None:
        subprocess.run([dotnet, "new", "console", "-o", str(tmp_path), "-n", "Sign"], check=True, capture_output=True)
        (tmp_path / "Program.cs").write_text(Path(FILES["Sign.cs"]).read_text(encoding="utf-8"), encoding="utf-8")
        LANGUAGES["csharp"] = (dotnet, [dotnet, "run", "--project", str(tmp_path), "--"])
    elif mcs is not None and mono is not None:
        subprocess.run([mcs, f"-out:{tmp_path / 'Sign.exe'}", FILES["Sign.cs"]], check=True, capture_output=True)
        LANGUAGES["csharp"] = (mono, [mono, str(tmp_path / "Sign.exe")])
    else:
        pytest.skip("neither dotnet nor mono is here: Sign.cs is not compiled")
    assert _signed("csharp", AWKWARD, tmp_path) == _expected(AWKWARD)


def test_every_snippet_takes_its_secret_from_the_environment_and_holds_none() -> None:
    for path in snippet_files():
        text = path.read_text(encoding="utf-8")
        assert "VXP_SECRET" in text or "$SECRET" in text
        assert not any(one.caller.secret in text for one in steps())
