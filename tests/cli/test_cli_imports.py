"""What a short call does not use, it does not load: libraries that take longer to load than the call itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.edxml.packages import write_package
from harness.vectors.packages.base import DocumentIdentity, package

NEVER = {"weasyprint", "pyhanko", "pyhanko_certvalidator", "asn1crypto", "signxml", "starlette", "uvicorn", "httpx2",
         "sqlalchemy", "jinja2", "rich", "xmlschema", "cryptography", "anyio", "aiohttp"}  # fmt: skip
HELP = NEVER | {"yaml", "msgspec", "lxml", "logging", "multiprocessing"}
CHECK = NEVER | {"tarfile", "zipfile", "harness.journal"}
SCRIPT = """
import atexit, os, sys
from harness.cli import main
loaded = os.environ["LOADED"]
atexit.register(lambda: open(loaded, "w").write("\\n".join(sys.modules)))
main()
"""


def _loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the modules that a call has loaded when it ends."""
    listed = tmp_path / "loaded"
    environment = {**os.environ, "LOADED": str(listed), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout
    return set(listed.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_loads_little(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert _loaded(tmp_path, *arguments) & HELP == set()


def test_the_check_of_an_unsigned_package_loads_nothing_for_signatures(tmp_path: Path) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(write_package(package(DocumentIdentity())))
    loaded = _loaded(tmp_path, "validate", "--format", "jsonl", str(path))
    assert loaded & CHECK == set()
    assert "harness.rules.sig" in loaded
