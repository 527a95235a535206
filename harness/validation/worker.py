"""The checking of units, in this process or in a worker process."""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from harness.catalogue.findings import Finding, clipped
from harness.catalogue.profiles import Profile, load_profile
from harness.crypto.chains.trust import Trust
from harness.rules.bounded_process import serve_program
from harness.rules.check import check_package
from harness.rules.structure import gate
from harness.validation.rows import FileRow, problem_row, row_of, unexamined_row
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit, Unit

_PIECE = 1 << 20  # bytes


class Task(msgspec.Struct, frozen=True):
    """How packages are to be checked; may be sent to another process.

    Attributes:
        profile: name or path of the profile.
        at: time of judgement, with a zone.
        groups: groups of rules that are asked; None: all.
        trust: for the rules about signatures.
    """

    profile: str
    at: datetime
    groups: frozenset[str] | None
    trust: Trust


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The harness itself failed at one unit; the candidate is not at fault, and the result is unknown."""

    row: FileRow
    detail: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """One unit is checked; `identity` as the unit's."""

    identity: str
    row: FileRow


class Skipped(msgspec.Struct, frozen=True, tag=True):
    """One file was not taken for a package; one that is an archive within an archive is named."""

    label: str
    archive: bool = False


Outcome = Done | Skipped | Failed


class Worker:
    """Checks units by one task.

    Args:
        task: the task.
        profile: the task's profile, where the caller has loaded it already.
    """

    def __init__(self, task: Task, profile: Profile | None = None) -> None:
        self._task = task
        self._profile = profile if profile is not None else load_profile(task.profile)
        gate()

    def check(self, unit: Unit) -> Outcome:
        """Check one unit; whatever happens is an outcome."""
        try:
            return self._checked(unit)
        except Exception as error:
            return Failed(unexamined_row(unit.label), clipped(f"{type(error).__name__}: {error}"))

    def _checked(self, unit: Unit) -> Outcome:
        if isinstance(unit, ProblemUnit):
            return Done(unit.identity, problem_row(unit.label, unit.code, unit.detail, self._profile))
        if isinstance(unit, BytesUnit):
            return Done(unit.identity, self._row(unit.label, unit.data, unit.aside))
        if isinstance(unit, FileUnit):
            return Done(unit.identity, self._file(unit))
        return Skipped(unit.label, unit.archive)

    def _file(self, unit: FileUnit) -> FileRow:
        try:
            data = content_of(unit.path, self._profile.parameters.limits.package_bytes + 1)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            return problem_row(unit.label, "PKG-01.file-unreadable", detail, self._profile)
        return self._row(unit.label, data)

    def _row(self, label: str, data: bytes, aside: tuple[Finding, ...] = ()) -> FileRow:
        task = self._task
        report = check_package(data, self._profile, task.at, groups=task.groups, trust=task.trust)
        if aside:
            report = replace(report, findings=(*aside, *report.findings))
        return row_of(label, report, self._profile)


def content_of(path: str, most: int) -> bytes:
    """Return what is in a file, up to `most` bytes.

    Room for what is asked for is made at once: to ask for the most, whatever the file's size, takes as long as to parse
    it.
    """
    with Path(path).open("rb", buffering=0) as stream:
        data = stream.read(min(os.fstat(stream.fileno()).st_size + 1, most))
        # It may have grown meanwhile, and some files do not tell their size.
        while len(data) < most and (more := stream.read(min(_PIECE, most - len(data)))):
            data += more
        return data


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Outcome])


def serve(connection: Connection, worker: Worker) -> None:
    """Check what is asked for at the other end of a pipe, one batch of units after the other, until that is closed.

    The outcomes are packed, which is cheapest for the process that asks.
    """
    with contextlib.suppress(EOFError, OSError):
        connection.send(True)  # from here on the cost is counted for the packages
        while True:
            connection.send_bytes(packed(map(worker.check, connection.recv())))


def serve_at(handle: int) -> None:
    """Do the same as a program of its own: the first message says how to check.

    Args:
        handle: of its end of the pipe.
    """
    serve_program(handle, lambda connection: serve(connection, Worker(connection.recv())))


def packed(outcomes: Iterable[Outcome]) -> bytes:
    """Return outcomes as they are sent from one process to another."""
    return _encoder.encode(list(outcomes))


def unpacked(batch: bytes) -> list[Outcome]:
    """Return the outcomes that `packed` packed."""
    return _decoder.decode(batch)
