"""What a runner and its console say to each other, in JSON."""

import msgspec

ROOT = "/runner/v1"
INSTANCE_HEADER = "lienthong-instance"
LARGEST_PIECE = 4 * 1024 * 1024
"""Bytes of a file that are sent at once."""
LONGEST_LINE = 32 * 1024 * 1024
"""Bytes that a line of a journal may have."""


class Introduction(msgspec.Struct, frozen=True):
    """What a runner says of itself.

    Attributes:
        version: of its harness.
        profiles: SHA-256 of every profile that it brings, by name.
        capacity: how many runs it carries out at once.
        laboratory: fingerprint of the key that seals its runs, empty for none.
        instance: word that its data folder drew.
    """

    version: str
    profiles: dict[str, str]
    capacity: int
    laboratory: str
    instance: str


class Admission(msgspec.Struct, frozen=True):
    """A runner is let in: the name it has here, and after how many seconds without a sign of life its runs end."""

    name: str
    lease: float


class RunRequest(msgspec.Struct, frozen=True):
    """A runner has room for a run: the runs that it has, and how many seconds it waits for one."""

    held: list[str]
    wait: float


class HandedRun(msgspec.Struct, frozen=True):
    """A run as it is handed to the one runner that took it.

    Attributes:
        run: its id.
        title: of the product, for the operator of the machine.
        candidate: word for the reference agency; empty where there is a declaration.
        declaration: content of candidate.yaml, without the secret.
        secret: of the system, None where the harness makes one; kept in the memory of the processes alone.
        only: requirement ids or groups, none for all.
        language: of its reports.
    """

    run: str
    title: str
    candidate: str
    declaration: str
    secret: str | None
    only: list[str]
    language: str


class HeartBeat(msgspec.Struct, frozen=True):
    """A sign of life: the runs that the runner has."""

    held: list[str]


class BeatAnswer(msgspec.Struct, frozen=True):
    """What a runner has to know: runs to stop with the reason, runs that are its own no more, whether it is drained."""

    stops: dict[str, str]
    over: list[str]
    draining: bool


class ArrivedFiles(msgspec.Struct, frozen=True):
    """What the console has of a run: bytes of the journal, and the files that are whole."""

    journal: int
    files: list[str]


class ArrivedOffset(msgspec.Struct, frozen=True):
    """How many bytes of a file the console has."""

    offset: int


class RunEnd(msgspec.Struct, frozen=True):
    """A run is over: SHA-256 of every file that it left, by path, and what its program complained of."""

    files: dict[str, str]
    complained: str


class RunEndAnswer(msgspec.Struct, frozen=True):
    """What the console says to the end of a run.

    Attributes:
        missing: files that it does not have; with none the runner has done with the run.
        accepted: whether it keeps the run as evidence, so that the runner may forget it.
    """

    missing: list[str]
    accepted: bool = True
