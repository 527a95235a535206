"""The summary of the last whole self-test, shipped with the package, and the digest of the sources that were tested."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from harness import __version__
from harness.catalogue.built_file import BUILT_FILE
from harness.catalogue.errors import ConfigurationError
from harness.resources import folder

SCHEMA = "lienthong.selftest-summary/1"
_FILE = "selftest.json"
# What decides whether a defect is caught, and the defects themselves.
_SOURCES = ("rules", "scenarios", "judge", "agency/defects", "agency/variants")
_PACKAGE = Path(__file__).resolve().parents[1]


class SelftestSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of the harness can see, as its last whole self-test showed.

    Attributes:
        version: of the harness that was tested.
        defects: defective agencies in the gallery.
        caught: of them, caught for the requirement that they break and for nothing else.
        correct: correct agencies that differ from each other, the reference agency included.
        false_alarms: of them, those that did not pass.
        requirements: different requirements that the defects break.
        sources: digest over rules, scenarios, judges and gallery, in hex.
        program: digest over the whole program; empty in the summaries of older versions.
    """

    schema: str = SCHEMA
    version: str
    defects: int
    caught: int
    correct: int
    false_alarms: int
    requirements: int
    sources: str
    program: str = ""


@cache
def load_summary() -> SelftestSummary:
    """Return the summary that this version ships.

    Raises:
        ConfigurationError: the file is missing or damaged.
    """
    path = folder("profiles") / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=SelftestSummary)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error) from error


def stated_summary() -> dict[str, Any] | None:
    """Return the summary as a run's record states it, where `current` says that the sources are those tested.

    `released` says that the whole program is the one that was released, to the byte: only its runs may be certified. A
    version without a summary, or with a damaged one, states none, and its reports say so.
    """
    try:
        summary = load_summary()
    except ConfigurationError:
        return None
    stated: dict[str, Any] = msgspec.to_builtins(summary)
    released = summary.version == __version__ and summary.program == program_digest()
    return stated | {"current": summary.sources == sources_digest(), "released": released}


def write_summary(summary: SelftestSummary) -> Path:
    """Write the summary to where `load_summary` reads it, and return that place.

    Raises:
        ConfigurationError: it cannot be written.
    """
    path = folder("profiles") / _FILE
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=path, detail=error.strerror or error) from error
    load_summary.cache_clear()
    return path


@cache
def sources_digest() -> str:
    """Return a digest over the sources that decide what is caught; line ends of a checkout make no difference."""
    return _digest((_PACKAGE, path) for part in _SOURCES for path in sorted((_PACKAGE / part).rglob("*.py")))


@cache
def program_digest() -> str:
    """Return a digest over the whole program: its sources, profiles, messages and fixtures, without this summary.

    What the build keeps of the profiles counts only where it says anything else than they do.
    """
    from harness.catalogue.build import is_faithful

    data = _PACKAGE / "data"
    sources = ((_PACKAGE, path) for path in sorted(_PACKAGE.rglob("*.py")) if data not in path.parents)
    shipped = ((root, path) for root in (folder("profiles"), folder("fixtures")) for path in _shipped(root))
    kept = () if is_faithful() else ((folder("profiles"), folder("profiles") / BUILT_FILE),)
    return _digest((*sources, *shipped, *kept))


def _shipped(root: Path) -> Iterator[Path]:
    made = {_FILE, BUILT_FILE, "__pycache__"}
    yield from (path for path in sorted(root.rglob("*")) if path.is_file() and made.isdisjoint(path.parts))


def _digest(files: Iterable[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for root, path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
