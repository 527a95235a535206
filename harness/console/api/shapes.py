"""Requests and answers of the JSON addresses. Moments are ISO 8601 in Vietnam time, null if they are still to come."""

from typing import Literal

import msgspec


class PersonShape(msgspec.Struct, frozen=True):
    """The owner of the access key, and the rights of the key besides reading."""

    name: str
    role: str
    organisation: str | None
    token: str
    rights: tuple[str, ...]
    expires: str


class SystemShape(msgspec.Struct, frozen=True):
    """A system; `ready`: whether its current declaration passed the check before a run."""

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
    """Progress of a run: scenarios that are over and planned, about how many seconds remain, what the run waits for."""

    done: int
    total: int
    left: float | None
    waiting: str


class RunShape(msgspec.Struct, frozen=True):
    """A run.

    Attributes:
        state: `queued`, `starting`, `running`, `stopping`, `judging` or `ended`.
        verdict: `pass`, `fail`, `inconclusive`, or `none` if there was nothing to judge; null before the end.
        narrowed: whether only a part was run, which cannot lead to a certificate.
        counts: requirements by verdict.
        progress: null in lists and for a run that is not under way.
        complaint: output of a run that ended without a result.
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
    """A run to be started; see `RunOrder`."""

    preset: Literal["quick", "group", "failed", "chosen", "full"]
    group: str = ""
    ids: list[str] = []
    earlier: str = ""
    reason: str = ""
    language: Literal["vi", "en"] = "vi"


class WantedStop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a run is to be stopped."""

    reason: str
