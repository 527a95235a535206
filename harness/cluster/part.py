"""What a worker of a cluster does: it checks units in a process of its own, which is ended when one costs too much."""

import threading

import msgspec

from harness import __version__
from harness.catalogue.profiles import load_profile
from harness.report.selftest_summary import program_digest
from harness.validation.processes import StandingPool
from harness.validation.units import Unit
from harness.validation.worker import Outcome, Task


class Edition(msgspec.Struct, frozen=True):
    """What decides outcomes: the version, and digests in hex of the program and of the profile."""

    version: str
    program: str
    profile: str

    def __str__(self) -> str:
        return f"{self.version} ({self.program[:12]}, {self.profile[:12]})"


class ClusterRequest(msgspec.Struct, frozen=True):
    """Units to check, how, and the edition that must check them."""

    task: Task
    edition: Edition
    units: list[Unit]


class ClusterAnswer(msgspec.Struct, frozen=True):
    """Outcomes in the order of the units; or none, and the worker's address and edition, where that is another one."""

    outcomes: list[Outcome] = []
    worker: str = ""
    edition: Edition | None = None


def edition_of(profile: str) -> Edition:
    """Return the edition of this installation with a profile, by its name or path."""
    return Edition(__version__, program_digest(), load_profile(profile).sha256)


def answer(request: bytes) -> bytes:
    """Check what a packed `ClusterRequest` asks for, and return the packed `ClusterAnswer`."""
    asked = msgspec.json.decode(request, type=ClusterRequest)
    own = edition_of(asked.task.profile)
    if own != asked.edition:
        return msgspec.json.encode(ClusterAnswer(worker=_address(), edition=own))
    return msgspec.json.encode(ClusterAnswer(_pool(asked.task).outcomes(asked.units)))


def edition_here(profile: str) -> bytes:
    """Return the packed edition of this worker."""
    return msgspec.json.encode(edition_of(profile))


class _ThreadPool(threading.local):
    """The pool of one thread of a worker, and its task."""

    task: Task | None = None
    pool: StandingPool | None = None


_kept = _ThreadPool()


def _pool(task: Task) -> StandingPool:
    if _kept.pool is None or _kept.task != task:
        if _kept.pool is not None:
            _kept.pool.end()
        _kept.task, _kept.pool = task, StandingPool(task, load_profile(task.profile))
    return _kept.pool


def _address() -> str:
    from distributed import get_worker

    return str(get_worker().address)
