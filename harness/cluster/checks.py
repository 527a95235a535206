"""Has many units checked by a cluster, in their order, with few of them at the cluster at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.catalogue.profiles import Profile
from harness.cluster.access import ClusterAccess
from harness.cluster.part import ClusterAnswer, ClusterRequest, Edition, answer, edition_here, edition_of
from harness.validation.rows import unexamined_row
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit, Unit
from harness.validation.worker import Done, Failed, Outcome, Task, content_of

_BATCH = 32
_BATCH_BYTES = 4 * 1024 * 1024
_AHEAD = 4  # batches per thread of the cluster
_PATIENCE = 30  # seconds until a worker must be there


def cluster_outcomes(units: Iterable[Unit], task: Task, profile: Profile, access: ClusterAccess) -> Iterator[Outcome]:
    """Yield the outcome of every unit, in order.

    Args:
        units: taken as they are needed, never far ahead.
        task: how to check.
        profile: the task's profile.
        access: how to reach the cluster.

    Raises:
        ConfigurationError: the cluster cannot be reached, is of another edition, or could not go on.
    """
    if Path(task.profile).exists():
        task = msgspec.structs.replace(task, profile=str(Path(task.profile).absolute()))
    with ExitStack() as stack:
        client = _client(access, stack)
        edition = edition_of(task.profile)
        threads = _examined(client, task, edition)
        most = profile.parameters.limits.package_bytes + 1
        yield from _Window(client, task, edition, threads * _AHEAD).outcomes(_batches(units, most, access.as_bytes))


def _client(access: ClusterAccess, stack: ExitStack) -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ConfigurationError("cluster.missing") from error
    named = access.credentials
    security = None
    if access.address.startswith("tls"):
        paths = {"tls_ca_file": named.ca, "tls_client_cert": named.certificate, "tls_client_key": named.key}
        security = distributed.Security(require_encryption=True, **paths)
    try:
        if access.workers:
            # Encrypted, or other users of this machine could have the workers run their programs.
            security = distributed.Security.temporary()
            cluster = distributed.LocalCluster(
                n_workers=access.workers, threads_per_worker=1, host="127.0.0.1", protocol="tls://",
                security=security, dashboard_address=None, silence_logs=50,
            )  # fmt: skip
            stack.enter_context(cluster)
            client = stack.enter_context(distributed.Client(cluster, security=security))
        else:
            client = stack.enter_context(distributed.Client(access.address, security=security, timeout=_PATIENCE))
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        where = access.address or "127.0.0.1"
        raise ConfigurationError("cluster.unreachable", address=where, detail=_told(error)) from error
    return client


def _examined(client: Any, task: Task, edition: Edition) -> int:
    """Ask every worker for its edition, and return how many threads they have together."""
    for worker, said in client.run(edition_here, task.profile, on_error="return").items():
        if not isinstance(said, bytes):
            raise ConfigurationError("cluster.differs", worker=worker, theirs=_told(said), ours=edition)
        if (theirs := msgspec.json.decode(said, type=Edition)) != edition:
            raise ConfigurationError("cluster.differs", worker=worker, theirs=theirs, ours=edition)
    return max(1, sum(map(int, client.nthreads().values())))


@dataclass
class _Window:
    """The batches that are at the cluster."""

    client: Any
    task: Task
    edition: Edition
    most: int

    def outcomes(self, batches: Iterator[list[tuple[Unit, Unit]]]) -> Iterator[Outcome]:
        """Yield the outcomes of all batches, each of pairs of a unit and of that as it is sent."""
        waiting: deque[tuple[list[tuple[Unit, Unit]], Any]] = deque()
        for batch in batches:
            waiting.append((batch, self._asked(batch)))
            if len(waiting) >= self.most:
                yield from self._answered(*waiting.popleft())
        while waiting:
            yield from self._answered(*waiting.popleft())

    def _asked(self, batch: list[tuple[Unit, Unit]]) -> Any:
        request = ClusterRequest(self.task, self.edition, [sent for _, sent in batch])
        return self.client.submit(answer, msgspec.json.encode(request), pure=False)

    def _answered(self, batch: list[tuple[Unit, Unit]], future: Any) -> list[Outcome]:
        from distributed import KilledWorker

        try:
            said = msgspec.json.decode(future.result(), type=ClusterAnswer)
        except KilledWorker as error:
            if len(batch) > 1:  # one of them may be to blame
                return [found for pair in batch for found in self._answered([pair], self._asked([pair]))]
            return [Failed(unexamined_row(batch[0][0].label), _told(error))]
        except (Exception, CancelledError) as error:
            raise ConfigurationError("cluster.failed", detail=_told(error)) from error
        if said.edition is not None:
            raise ConfigurationError("cluster.differs", worker=said.worker, theirs=said.edition, ours=self.edition)
        return [_identified(unit, found) for (unit, _), found in zip(batch, said.outcomes, strict=True)]


def _identified(unit: Unit, found: Outcome) -> Outcome:
    return msgspec.structs.replace(found, identity=unit.identity) if isinstance(found, Done) else found


def _batches(units: Iterable[Unit], most: int, as_bytes: bool) -> Iterator[list[tuple[Unit, Unit]]]:
    batch: list[tuple[Unit, Unit]] = []
    size = 0
    for unit in units:
        sent = _sent(unit, most, as_bytes)
        batch.append((unit, sent))
        size += sent.size
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _sent(unit: Unit, most: int, as_bytes: bool) -> Unit:
    """Return a unit as it is sent: with no identity, which may not be text, and a path that holds elsewhere too."""
    if not isinstance(unit, FileUnit):
        return msgspec.structs.replace(unit, identity="")
    path = str(Path(unit.path).absolute())
    if not as_bytes and _is_text(path):
        return FileUnit(unit.label, path, "")
    try:
        return BytesUnit(unit.label, content_of(path, most), "")
    except OSError as error:
        return ProblemUnit(unit.label, "PKG-01.file-unreadable", error.strerror or type(error).__name__)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(error: object) -> str:
    return clipped(f"{type(error).__name__}: {error}")
