"""A PostgreSQL server from the programs installed on this machine, on loopback, for the time of a test."""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

_USER = "postgres"


def binaries() -> Path | None:
    """Return the folder of the newest installed server, None if there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))  # noqa: PTH207 - an absolute pattern
    if found:
        return Path(found[-1]).parent
    other = shutil.which("initdb")
    return Path(other).resolve().parent if other else None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Run a server over a new folder, and give its address; every database in it is removed afterwards."""
    # Not below pytest's own folders, which only root may enter: the server refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="lienthong-postgres-") as name, _served(Path(name)) as url:
        yield url


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[str]:
    programs = binaries()
    assert programs is not None
    as_user = ["runuser", "-u", _USER, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, _USER)
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", _USER, "--no-sync"], **quiet)  # type: ignore[call-overload]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", settings, "start"], **quiet)  # type: ignore[call-overload]
    try:
        yield f"postgresql://{_USER}@127.0.0.1:{port}/{_USER}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]


def emptied(url: str) -> str:
    """Delete everything in a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
