"""Both kinds of database for the tests of the console."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from harness.console.people import accounts
from tests.console.postgres_server import binaries, emptied, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if binaries() is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Address of an empty database, None for SQLite in the folder of the console."""
    if request.param == "sqlite":
        return None
    return emptied(request.getfixturevalue("postgres_url"))


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with argon2 at its lowest cost: the strength of the hash is not tested here."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", cheap)
    monkeypatch.setattr(accounts, "_NOBODY", cheap.hash("no account has this password"))
