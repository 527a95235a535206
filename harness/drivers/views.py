"""Views of a candidate's inbox, outbox and directory. A program may be asked for them at any time, a person seldom."""

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
        directory: of the run; files for the person who operates the candidate are written below it.
        recorder: records questions to that person, and the answers.
        language: of that person.
        times: the candidate's, in seconds.
        operator: that person, if there is one.
        environment: the variables that an adapter program inherits, without the harness's own.
        secret_made: True when the harness made the candidate's secret, so that the operator must be given it.
        quiet: whether the standard error of an adapter program is kept from the operator.
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
    """Something in a view that is awaited.

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
        """Return a request for the same thing that covers both."""
        moved = max(self.moved, other.moved)
        return ViewRequest(self.view, self.document, self.parts | other.parts, self.receivers | other.receivers, moved)


@dataclass(frozen=True, slots=True)
class Unseen:
    """A question about a document that the person could not, or would not, answer."""

    document: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The answers of a person about one view.

    Attributes:
        result: in the shape of the command's result; rows have only the members that were asked for.
        asked: by document, the event of the question about it: the answer is no older than that.
        unseen: what was left unanswered.
    """

    result: dict[str, Any]
    asked: Mapping[str | None, int]
    unseen: tuple[Unseen, ...] = ()


@runtime_checkable
class Attended(Protocol):
    """A driver with a person behind it. Its views are asked for by `look`, not by `call`, and seldom."""

    def due(self, requests: Sequence[ViewRequest]) -> tuple[ViewRequest, ...]:
        """Return those of the requests that are worth a person's time now."""
        ...

    async def look(self, view: str, due: Sequence[ViewRequest], wanted: Sequence[ViewRequest]) -> Seen:
        """Ask the person what the system shows.

        Args:
            view: the command whose result is wanted.
            due: what to ask about.
            wanted: everything awaited; earlier answers about it that may be out of date are left out.
        """
        ...
