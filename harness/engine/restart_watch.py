"""Waiting until a candidate comes back after a restart, so that a developer need not start the next run by hand."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.catalogue.candidate import CommandDriverDeclaration, HttpDriverDeclaration
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import Language
from harness.doctor.target import open_target
from harness.drivers.operator import Unattended
from harness.drivers.protocol import Driver, DriverError, DriverLost, OperatorError
from harness.drivers.views import Workplace
from harness.journal import Journal

# Seconds between two looks, and how long an answer may take.
_BEAT = 0.3
_ANSWER = 2.0


def check_watchable(candidate: str, profile: str, environment: Mapping[str, str]) -> None:
    """Refuse a candidate whose restart cannot be seen.

    Raises:
        ConfigurationError: a person operates it, or is the reference agency.
    """
    target = open_target(candidate, load_profile(profile), environment)
    if not isinstance(target.candidate.driver, HttpDriverDeclaration | CommandDriverDeclaration):
        raise ConfigurationError("watch.kind", kind=target.driver)


async def restarted(candidate: str, profile: str, language: Language, environment: Mapping[str, str]) -> None:
    """Return when the candidate was restarted.

    A driver over HTTP was restarted when it was unreachable and answers again, or when its `hello` differs. A program
    that the harness starts itself was restarted when its file changed, that is, when it was built or saved again.

    Args:
        candidate: path of its declaration.
        profile: name or path.
        language: of the operator.
        environment: the variables that its declaration may name.

    Raises:
        ConfigurationError: the declaration cannot be read any more.
    """
    target = open_target(candidate, load_profile(profile), environment)
    if isinstance(target.candidate.driver, CommandDriverDeclaration):
        await _saved_anew(Path(candidate).parent, target.candidate.driver.argv)
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-watch-") as folder:
        journal = Journal(Path(folder) / "watch")
        try:
            place = Workplace(Path(folder), journal, language, target.times, Unattended(), quiet=True)
            await _answering_anew(await target.open_driver(place))
        finally:
            journal.close()


async def _answering_anew(driver: Driver) -> None:
    try:
        before = await _hello(driver)
        while (now := await _hello(driver)) is None or now == before:
            before = now if now is None else before
            await asyncio.sleep(_BEAT)
    finally:
        await driver.close()


async def _hello(driver: Driver) -> Mapping[str, Any] | None:
    """Return the driver's answer to `hello`, None while it cannot be reached."""
    try:
        return await driver.call("hello", {}, _ANSWER)
    except DriverLost:
        return None
    except (DriverError, OperatorError) as error:
        return {"error": str(error)}


async def _saved_anew(folder: Path, argv: tuple[str, ...]) -> None:
    before = _saved(folder, argv)
    while (now := _saved(folder, argv)) == before or not now:  # noqa: ASYNC110 - files do not announce that they change
        await asyncio.sleep(_BEAT)


def _saved(folder: Path, argv: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the files that the arguments of a command name, and when each was written."""
    paths = ((word, folder / word) for word in argv)
    return tuple((word, path.stat().st_mtime_ns) for word, path in paths if path.is_file())
