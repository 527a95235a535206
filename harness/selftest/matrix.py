"""The harness tests itself: every defective agency must be caught for its own defect, every correct one must pass."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import anyio
import msgspec

from harness import __version__
from harness.agency.gallery import GalleryEntry, defects, variants
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile
from harness.doctor.target import REFERENCE
from harness.drivers.operator import Unattended
from harness.engine.certification import CertificationOrder, run_order
from harness.report.selftest_summary import SelftestSummary, program_digest, sources_digest
from harness.resources import folder
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import all_scenarios
from harness.selftest.independent import (
    REPRESENTATIVE,
    SAMPLE,
    declared_sample,
    defective_sample,
    is_sample,
    sample_case,
    sample_defects,
)
from harness.selftest.pool import Died, Pool
from harness.selftest.rows import CaseResult, MatrixRow, SelftestCase, in_trouble, weighed

# A good exchange in each direction: what is watched on all traffic has traffic to be watched on.
_CARRIERS = ("SND-01", "RCV-02", "STS-01")
# Runs wait more than they compute, but their limits hold under load only as long as it is not too much.
_RUNS_PER_CORE = 4
_WARM = "harness.selftest.preload"
# Profile of smaller volumes.
_SMALL = "selftest"
# Seconds; ten times what a whole certification of an agency takes.
_LIMIT = 1800.0
# Requirements from which on a run is a long one.
_MUCH = 30

Follow = Callable[[int, int, MatrixRow], None]


class SelftestScope(StrEnum):
    """How much is played.

    `quick`: the first simple defect of each group, by its own requirement; correct agencies by the carriers alone.
    `gallery`: every defect, by its own requirement alone, as `certify --only` plays it; correct variants by what they
    do otherwise, the reference agency by all that runs side by side.
    `all`: every defect, by its group besides, so that it shows whether a neighbour fails; correct agencies by all.
    `crossed`: every defect by all that runs side by side; correct agencies by all. Takes long.
    """

    QUICK = "quick"
    GALLERY = "gallery"
    ALL = "all"
    CROSSED = "crossed"


@dataclass(frozen=True, slots=True)
class SelftestOrder:
    """What was asked for.

    Attributes:
        names: agencies of the gallery to narrow it to; empty for all of the scope.
        jobs: runs at a time; None for as many as the machine can run.
        directory: where the records of what came out wrong are kept; None to keep none.
        seed: of the blind data of every run.
        profile: of the plain reference agency; the others are judged by one of smaller volumes.
        environment: the variables that the sample agency, a program of its own, inherits.
    """

    scope: SelftestScope
    names: tuple[str, ...] = ()
    jobs: int | None = None
    directory: Path | None = None
    seed: int = 0
    profile: str = DEFAULT_PROFILE
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


class MatrixCounts(msgspec.Struct, frozen=True):
    """What the matrix comes to; `missed` and `alarms` count everything that did not come out as it should."""

    defects: int
    caught: int
    missed: int
    correct: int
    passed: int
    alarms: int
    trouble: int


class MatrixProfile(msgspec.Struct, frozen=True):
    """The profile that was judged by."""

    id: str
    version: str
    sha256: str


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a self-test, schema lienthong.selftest/1; `sources` is the digest of what was tested."""

    schema: str = "lienthong.selftest/1"
    version: str
    profile: MatrixProfile
    scope: SelftestScope
    narrowed: bool
    seed: int
    seconds: float
    sources: str
    counts: MatrixCounts
    rows: tuple[MatrixRow, ...]

    @property
    def right(self) -> bool:
        """True when something was tested and every agency was judged correctly."""
        return bool(self.rows) and all(row.right for row in self.rows)


def encoded(matrix: Matrix) -> bytes:
    """Return the matrix as JSON."""
    return msgspec.json.format(msgspec.json.encode(matrix), indent=2) + b"\n"


def summary_of(matrix: Matrix) -> SelftestSummary:
    """Return what the package ships of a matrix."""
    return SelftestSummary(
        version=matrix.version,
        defects=matrix.counts.defects,
        caught=matrix.counts.caught,
        correct=matrix.counts.correct,
        false_alarms=matrix.counts.alarms,
        requirements=len({row.breaks for row in matrix.rows if row.breaks}),
        sources=matrix.sources,
        program=program_digest(),
    )


def selftest(order: SelftestOrder, follow: Follow) -> Matrix:
    """Run the agencies of the gallery, several at a time, and weigh what was said about each.

    Args:
        order: which, and how.
        follow: called with the number of rows so far, of all, and the newest.

    Raises:
        ConfigurationError: an unknown name, an unusable folder, a profile that cannot be loaded.
    """
    profile = load_profile(order.profile)
    checks = chosen_checks(order)
    began = time.monotonic()
    rows = tuple(_rows(order, checks, follow))
    place = {check.name: index for index, check in enumerate(checks)}
    rows = tuple(sorted(rows, key=lambda row: place[row.name]))
    return Matrix(
        version=__version__,
        profile=MatrixProfile(profile.id, profile.version, profile.sha256),
        scope=order.scope,
        narrowed=bool(order.names),
        seed=order.seed,
        seconds=round(time.monotonic() - began, 1),
        sources=sources_digest(),
        counts=_counted(rows),
        rows=rows,
    )


def chosen_checks(order: SelftestOrder) -> list[SelftestCase]:
    """Return which agencies are run, and by which requirements, in the order of the matrix.

    Raises:
        ConfigurationError: a name is not in the gallery.
    """
    correct = [SelftestCase(REFERENCE, None, "The reference agency itself.", _only_of_correct(order.scope))]
    correct += [_check(entry, _only_of_variant(entry, order.scope)) for entry in variants().values()]
    correct.append(sample_case(_only_of_sample(order.scope)))
    broken = [_check(entry, _only_of_defect(entry, order.scope)) for entry in defects().values()]
    mistaken = [_mistaken(name, breaks, order.scope) for name, (breaks, _) in sample_defects().items()]
    known = {check.name: check for check in (*broken, *mistaken, *correct)}
    for name in order.names:
        if name not in known:
            raise ConfigurationError("selftest.unknown", name=name)
    if order.names:
        return [check for check in known.values() if check.name in order.names]
    return [*_quick(broken), *correct] if order.scope is SelftestScope.QUICK else list(known.values())


def _check(entry: GalleryEntry, only: tuple[str, ...] | None) -> SelftestCase:
    return SelftestCase(entry.name, entry.breaks, " ".join(entry.docstring.split()), only, entry.also)


def _only_of_correct(scope: SelftestScope) -> tuple[str, ...] | None:
    if scope is SelftestScope.QUICK:
        return _CARRIERS
    return (*_CARRIERS, *sorted(_side_by_side())) if scope is SelftestScope.GALLERY else None


def _only_of_variant(entry: GalleryEntry, scope: SelftestScope) -> tuple[str, ...] | None:
    """A variant is correct in all the rest as the reference agency is: that it passes everything, `all` shows."""
    if scope is not SelftestScope.GALLERY:
        return _only_of_correct(scope)
    touched = {key for key in _side_by_side() if key in entry.touches or key[:3] in entry.touches}
    return (*_CARRIERS, *sorted(touched - set(_CARRIERS)))


def _only_of_defect(entry: GalleryEntry, scope: SelftestScope) -> tuple[str, ...]:
    return _narrowed(scope, str(entry.breaks), *entry.shown_by)


def _narrowed(scope: SelftestScope, breaks: str, *shown_by: str) -> tuple[str, ...]:
    only = {breaks, *shown_by}
    if scope is SelftestScope.CROSSED:
        only |= {*_CARRIERS, *_side_by_side()}
    elif scope is SelftestScope.ALL:
        only |= {*_CARRIERS, *(key for key in _side_by_side() if key[:3] == breaks[:3])}
    return tuple(sorted(only))


def _only_of_sample(scope: SelftestScope) -> tuple[str, ...] | None:
    if scope is SelftestScope.GALLERY:
        return (*_CARRIERS, *REPRESENTATIVE)
    return _only_of_correct(scope)


def _mistaken(name: str, breaks: str, scope: SelftestScope) -> SelftestCase:
    return defective_sample(name, _narrowed(scope, breaks))


def _side_by_side() -> frozenset[str]:
    """Return the requirements that are shown by scenarios that need not run alone."""
    claimed = {key for one in all_scenarios().values() for key in one.requirements}
    return frozenset(claimed - _alone())


def _alone() -> frozenset[str]:
    return frozenset(key for one in all_scenarios().values() if one.isolation == EXCLUSIVE for key in one.requirements)


def _quick(broken: list[SelftestCase]) -> Iterator[SelftestCase]:
    """Choose the first defect of each group that needs no scenario of its own to run alone."""
    alone = _alone()
    groups: set[str] = set()
    for check in broken:
        group = str(check.breaks)[:3]
        if group not in groups and not set(check.only or ()) & alone - set(_CARRIERS):
            groups.add(group)
            yield check


def _rows(order: SelftestOrder, checks: list[SelftestCase], follow: Follow) -> Iterator[MatrixRow]:
    total = len(checks)
    jobs = order.jobs or _RUNS_PER_CORE * (os.cpu_count() or 1)
    with _workplace(order.directory) as directory:
        keep = order.directory is not None
        runs = [
            CaseRun(check, _profile_of(check, order), order.seed, directory, keep, order.environment)
            for check in _longest_first(checks)
        ]
        for done, (started, row) in enumerate(Pool(carry_out, jobs, _LIMIT, _WARM).each(runs), start=1):
            weighed_row = _of_the_dead(started.check, row) if isinstance(row, Died) else row
            follow(done, total, weighed_row)
            yield weighed_row


def _profile_of(check: SelftestCase, order: SelftestOrder) -> str:
    """Volumes are the same for all; it is enough that the agencies bear them in full that are judged by everything."""
    whole = check.name == REFERENCE or (check.name == SAMPLE and check.only is None)
    return order.profile if whole else str(folder("profiles") / _SMALL)


def _of_the_dead(check: SelftestCase, died: Died) -> MatrixRow:
    if died.status is None:
        return in_trouble(check, f"> {_LIMIT:g} s", _LIMIT)
    return in_trouble(check, f"exit status {died.status}", 0.0)


@contextmanager
def _workplace(directory: Path | None) -> Iterator[Path]:
    """Give a folder for the records of the runs; they are large, and most are not kept."""
    if directory is not None:
        yield _prepared(directory / "runs")
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-selftest-") as place:
        yield Path(place)


def _prepared(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigurationError("out.not-empty", path=directory)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=directory, detail=error.strerror or error) from error
    return directory


def _longest_first(checks: Iterable[SelftestCase]) -> list[SelftestCase]:
    """Put first what takes longest, so that no core waits at the end: everything, then much, then what runs alone.

    A program of its own is waited for longer than an agency in this process.
    """
    alone = _alone()

    def length(check: SelftestCase) -> tuple[bool, bool, int, bool]:
        only = set(check.only or ())
        return check.only is not None, not is_sample(check.name), -(len(only) // _MUCH), not only & alone

    return sorted(checks, key=length)


@dataclass(frozen=True, slots=True)
class CaseRun:
    """What one process is to do.

    Attributes:
        check: the agency.
        profile: name of what is judged by.
        seed: of the blind data.
        directory: the record is made in a folder of the agency's name below it.
        keep: whether to leave the record of what came out wrong.
        environment: as of the order.
    """

    check: SelftestCase
    profile: str
    seed: int
    directory: Path
    keep: bool
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def carry_out(run: CaseRun) -> MatrixRow:
    """Certify one agency and weigh the judgement; for a process of its own, whose log is silenced."""
    logging.disable(logging.CRITICAL)  # a defect that crashes logs much
    began = time.monotonic()
    check = run.check
    record = run.directory / check.name
    place = run.directory / f".{check.name}"
    try:
        order = CertificationOrder(
            candidate=_candidate(check.name, place),
            profile=run.profile,
            only=None if check.only is None else list(check.only),
            directory=record,
            language="vi",
            seed=run.seed,
            formats=(),
            quiet=True,
            environment=run.environment,
        )
        judgement = anyio.run(run_order, order, Unattended(), None).judgement
        row = weighed(check, load_profile(run.profile), judgement, time.monotonic() - began)
    except Exception as error:  # whatever it is, it is the harness's, and the other runs go on
        return in_trouble(check, f"{type(error).__name__}: {error}", time.monotonic() - began)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if row.right or not run.keep:
        shutil.rmtree(record)
    return row


def _candidate(name: str, place: Path) -> str:
    if is_sample(name):
        return str(declared_sample(name, place))
    return REFERENCE if name == REFERENCE else f"{REFERENCE}:{name}"


def _counted(rows: tuple[MatrixRow, ...]) -> MatrixCounts:
    count: Mapping[tuple[str, bool], int] = {
        (kind, right): sum(row.kind == kind and row.right is right for row in rows)
        for kind in ("defect", "correct")
        for right in (True, False)
    }
    return MatrixCounts(
        defects=count["defect", True] + count["defect", False],
        caught=count["defect", True],
        missed=count["defect", False],
        correct=count["correct", True] + count["correct", False],
        passed=count["correct", True],
        alarms=count["correct", False],
        trouble=sum(row.result is CaseResult.TROUBLE for row in rows),
    )
