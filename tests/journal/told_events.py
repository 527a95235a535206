"""Events as tests tell them: by kind and JSON values, made into what the harness itself would have recorded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from harness.journal import Event
from harness.journal.chain import FIRST, link, written
from harness.journal.events import Fact, fact_of
from harness.journal.plain import plain

T = TypeVar("T", bound=Fact)
AT = "2026-11-23T10:00:00.000+07:00"
STARTED: Mapping[str, Any] = {
    "run_id": "test",
    "seed": 1,
    "harness": {"name": "lienthong-harness", "version": "0"},
    "profile": {},
    "candidate": {"candidate": {"name": "X"}},
    "driver": "http",
    "capabilities": [],
    "organs": ["000.00.00.H41"],
    "only": None,
    "scenarios": [],
    "times": {"poll_interval": 1.0, "reaction": 1.0, "give_up": 1.0},
}
_ANY: Mapping[str, Mapping[str, Any]] = {
    "run.started": STARTED,
    "run.finished": {"reason": "complete"},
    "answer": {"request": 0},
    "scenario.finished": {"outcome": "completed"},
    "driver": {"command": "hello"},
    "driver.same": {"as": 0},
    "stimulus": {"note": "document", "good": True, "document_id": ""},
}


def fact(kind: str, members: Mapping[str, Any]) -> Fact:
    """Return what an event says: these members, and where nobody asks for them any for the others."""
    return fact_of(kind, plain({**_ANY.get(kind, {}), **members}))


def event_told(
    seq: int, kind: str, members: Mapping[str, Any], *, at: str = AT, elapsed: float = 0.0, scenario: str | None = None
) -> Event:
    """Return an event that is in no journal."""
    what = fact(kind, members)
    return Event(seq, at, elapsed, what, plain(what.members()), scenario)


def told_of(type_: type[T], happened: Event) -> Event[T]:
    """Return an event that is of this type."""
    assert isinstance(happened.what, type_)
    return cast("Event[T]", happened)


def forged(directory: Path, *lines: tuple[str, Any]) -> Path:
    """Write a journal whose chain is right, whatever it says."""
    content, last = b"", FIRST
    for seq, (kind, data) in enumerate(lines):
        fields = {"seq": seq, "at": "", "elapsed": 0.0, "kind": kind, "data": data, "scenario": None, "prev": last}
        last = link(fields)
        content += written({**fields, "hash": last}) + b"\n"
    (directory / "journal.jsonl").write_bytes(content)
    return directory
