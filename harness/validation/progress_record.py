"""What a long check has done so far, kept beside it so that an interrupted one goes on where it stopped.

The record lies in the user's cache folder under a name made of what is checked and how. It is written as the outcomes
come, and removed when the check ends by itself; what is left is from a check that was interrupted, or killed.
A file that has changed since is checked again.
"""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from harness.validation.rows import FileRow
from harness.validation.worker import Done

WORTHWHILE = 200
"""Outcomes from which on a check is worth a record."""

_SCHEMA = "lienthong.validate-record/2"
_FLUSH_EVERY = 64


class _Head(msgspec.Struct):
    schema: str
    at: datetime


def record_path(cache: Path, arguments: Sequence[str], *how: str) -> Path:
    """Return where the record of a check lies.

    Args:
        cache: folder of what is kept for this user.
        arguments: what is checked.
        how: everything that changes the outcome: the profile's digest, groups, anchors.
    """
    named = [str(Path(argument).absolute()) for argument in arguments]
    digest = hashlib.sha256("\0".join([*named, "", *how]).encode("utf-8", "surrogateescape")).hexdigest()
    return cache / "validate" / f"{digest[:32]}.jsonl"


class ProgressRecord:
    """The record of one check.

    A folder that cannot be written to leaves the check without a record, which is not an error.

    Args:
        path: where it lies.
        at: time of judgement of this check.
        resume: take over what the record already has; else it begins anew.

    Attributes:
        at: time of judgement: an earlier one's, where its outcomes are taken over.
    """

    def __init__(self, path: Path, at: datetime, *, resume: bool) -> None:
        self.at = at
        self._path = path
        self._places: dict[bytes, int] = {}
        self._early: list[Done] = []
        self._stream: BinaryIO | None = None
        self._unflushed = 0
        if resume:
            with contextlib.suppress(OSError):
                self._take_over()

    def __len__(self) -> int:
        """Return how many outcomes are taken over."""
        return len(self._places)

    def known(self, identity: str) -> FileRow | None:
        """Return the outcome of a unit that an earlier check has had."""
        place = self._places.get(_key(identity)) if identity else None
        if place is None or self._stream is None:
            return None
        self._stream.seek(place)
        line = self._stream.readline()
        self._stream.seek(0, os.SEEK_END)
        return msgspec.json.decode(line, type=Done).row

    def keep(self, done: Done) -> None:
        """Write an outcome down."""
        if not done.identity:
            return
        with contextlib.suppress(OSError):
            if self._stream is not None:
                self._write(done)
                return
            self._early.append(done)
            if len(self._early) == WORTHWHILE:
                self._begin()

    def close(self, *, finished: bool) -> None:
        """Close the record; of a finished check nothing is left."""
        if self._stream is None:
            return
        with contextlib.suppress(OSError):
            self._stream.close()
            if finished:
                self._path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._path.open("w+b")
        self._stream.write(msgspec.json.encode(_Head(_SCHEMA, self.at)) + b"\n")
        for done in self._early:
            self._write(done)
        self._early.clear()

    def _write(self, done: Done) -> None:
        if self._stream is None:
            return
        self._stream.write(msgspec.json.encode(done) + b"\n")
        self._unflushed += 1
        if self._unflushed >= _FLUSH_EVERY:
            self._stream.flush()
            self._unflushed = 0

    def _take_over(self) -> None:
        """Find the outcomes of an earlier check; what comes after a line that was cut off is dropped."""
        if not self._path.is_file():
            return
        stream = self._path.open("r+b")
        with contextlib.suppress(msgspec.MsgspecError):
            head = msgspec.json.decode(stream.readline(), type=_Head)
            if head.schema == _SCHEMA:
                self.at = head.at
                self._stream = stream
        if self._stream is None:
            stream.close()
            return
        end = stream.tell()
        with contextlib.suppress(msgspec.MsgspecError):
            while (line := stream.readline()).endswith(b"\n"):
                self._places[_key(msgspec.json.decode(line, type=Done).identity)] = end
                end = stream.tell()
        stream.seek(end)
        stream.truncate()


def _key(identity: str) -> bytes:
    return hashlib.blake2b(identity.encode("utf-8", "surrogateescape"), digest_size=16).digest()
