"""How often a driver may be looked at. A program may be asked at any time, a person about single documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from harness.catalogue.candidate import Times
from harness.catalogue.texts import Language
from harness.drivers.operator import Operator
from harness.journal import Recorder


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a driver works during a run.

    Attributes:
        directory: of the run; files for the person who moves the candidate are written below it.
        recorder: takes what was asked of that person, and the answers.
        language: in which that person is spoken to.
        times: the candidate's, in seconds.
        operator: that person, if there is one.
        environment: the variables that an adapter program inherits, without the harness's own.
        secret_made: True when the harness made the candidate's secret, so that somebody has to be told it.
        quiet: whether what an adapter program says on its standard error is kept from the operator.
    """

    directory: Path
    recorder: Recorder
    language: Language
    times: Times
    operator: Operator
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_made: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """One thing that somebody waits to see.

    Attributes:
        view: the command that shows it: `inbox`, `outbox` or `directory`.
        document: DocumentId, None for the whole view.
        parts: what of the document is read besides its state: `subject`, `flags`, `attachments`, `error`.
        receivers: OrganIds whose status is read.
        moved: last event about the document on the wire, -1 for none.
    """

    view: str
    document: str | None = None
    parts: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    moved: int = -1

    def with_more(self, other: "ViewRequest") -> "ViewRequest":
        """Return a glance at the same thing that sees what either sees."""
        moved = max(self.moved, other.moved)
        return ViewRequest(self.view, self.document, self.parts | other.parts, self.receivers | other.receivers, moved)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the person could not, or would not, tell about a document."""

    document: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person told in one look.

    Attributes:
        result: in the shape of the command's result; rows have only the members that were asked for.
        asked: by document, the event of the question about it: what was told is no older than that.
        unseen: what was not told.
    """

    result: dict[str, Any]
    asked: Mapping[str | None, int]
    unseen: tuple[Unseen, ...] = ()


@runtime_checkable
class Attended(Protocol):
    """A driver behind which a person sits. It is not looked at by `call`, but by `look`, and seldom."""

    def due(self, glances: Sequence[ViewRequest]) -> tuple[ViewRequest, ...]:
        """Return those of the glances wanted now that are worth a person's time now."""
        ...

    async def look(self, view: str, due: Sequence[ViewRequest], wanted: Sequence[ViewRequest]) -> Seen:
        """Ask the person what there is to see.

        Args:
            view: the command whose result is wanted.
            due: what to ask about.
            wanted: everything waited for; what was told of it before and may have changed is not told again.
        """
        ...
