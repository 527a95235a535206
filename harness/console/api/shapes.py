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


class ProgressShape(msgspec.Struct, frozen=True):
    """Progress of a run.

    Attributes:
        done, total: scenarios that are over, and planned.
        left: about how many seconds remain, null while that is not known.
        waiting: what the run waits for.
        question, asks: number and text of a question to a person, 0 and empty where there is none.
    """

    done: int
    total: int
    left: float | None
    waiting: str
    question: int
    asks: str


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
    organisation_id: int
    organisation: str
    product_id: int
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
    """Runs, newest first."""

    runs: list[RunShape]


class WantedRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run to be started; see `RunOrder`."""

    preset: Literal["quick", "group", "failed", "chosen", "full"]
    group: str = ""
    ids: list[str] = []
    earlier: str = ""
    reason: str = ""
    language: Literal["vi", "en"] = "vi"


class WantedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to the question that a run has put to a person."""

    question: int
    said: str


class AnswerLink(msgspec.Struct, frozen=True):
    """A link with which a person without an account answers questions of a run; it is shown once."""

    link: str


class LogShape(msgspec.Struct, frozen=True):
    """One change: who did what to what.

    Attributes:
        detail: what else is known of it, JSON as it is hashed.
        prev, hash: chain it to the change before.
    """

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    detail: str
    prev: str
    hash: str


class LogList(msgspec.Struct, frozen=True):
    """Changes, newest first."""

    changes: list[LogShape]


class WantedStop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a run is to be stopped."""

    reason: str
