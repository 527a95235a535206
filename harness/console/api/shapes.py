"""What JSON addresses take and give. Moments are ISO 8601 in Vietnam time, null where they have not come."""

from typing import Literal

import msgspec


class PersonShape(msgspec.Struct, frozen=True):
    """Whose key is used, and what it may do beside reading."""

    name: str
    role: str
    organisation: str | None
    token: str
    rights: tuple[str, ...]
    expires: str


class SystemShape(msgspec.Struct, frozen=True):
    """A system; `ready` tells whether the doctor was green as it is declared now."""

    id: int
    organisation: str
    product: str
    version: str
    driver: str
    ready: bool


class SystemList(msgspec.Struct, frozen=True):
    """All systems that the person sees."""

    systems: list[SystemShape]


class ProgressShape(msgspec.Struct, frozen=True):
    """Where a run is: scenarios that are over and planned, seconds that are left about, what is waited for."""

    done: int
    total: int
    left: float | None
    waiting: str


class RunShape(msgspec.Struct, frozen=True):
    """A run.

    Attributes:
        state: `queued`, `starting`, `running`, `stopping`, `judging` or `ended`.
        verdict: `pass`, `fail`, `inconclusive`, or `none` where there was nothing to judge; null before the end.
        narrowed: whether a part only was asked for, which is no certification.
        counts: requirements by verdict.
        progress: null unless it goes on, and in lists.
        complaint: what the program said where it came to nothing.
    """

    id: str
    system: int
    organisation: str
    product: str
    version: str
    preset: str
    only: list[str]
    earlier: str | None
    starter: str
    state: str
    verdict: str | None
    narrowed: bool
    counts: dict[str, int]
    created: str
    started: str | None
    ended: str | None
    stop_reason: str
    complaint: str
    progress: ProgressShape | None = None


class RunList(msgspec.Struct, frozen=True):
    """Runs, newest first, a page at a time; pages count from 1."""

    runs: list[RunShape]
    page: int
    pages: int
    total: int


class WantedRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run that is wanted; see `RunOrder`."""

    preset: Literal["quick", "group", "failed", "chosen", "full"]
    group: str = ""
    ids: list[str] = []
    earlier: str = ""
    reason: str = ""
    language: Literal["vi", "en"] = "vi"


class WantedStop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a run is to be stopped."""

    reason: str
