"""The checks before a run: one after the other, each with its outcome, none of them a verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.catalogue.errors import ConfigurationError
from harness.journal.events import RecordedCheck, RecordedTrouble

State = Literal["ok", "note", "problem", "skipped"]
Kind = Literal["configuration", "reach"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong, or worth knowing; its words and its remedy are in the message files.

    Attributes:
        code: stable code.
        kind: `configuration` is for the user to correct; `reach` means that something could not be reached.
        note: True when a run is still possible.
        parameters: values named by the texts.
        path, line: where it is, if in a file.
    """

    code: str
    kind: Kind = "configuration"
    note: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    line: int | None = None

    @classmethod
    def of(cls, error: ConfigurationError) -> "Trouble":
        """Return a configuration error as a trouble."""
        return cls(error.code, parameters=error.parameters, path=error.path, line=error.line)


@dataclass(frozen=True, slots=True)
class PreflightCheck:
    """One check.

    Attributes:
        id: of the check.
        troubles: what was found.
        facts: what was seen, as text for a person.
        skipped: True when it could not be made, because of what was found before, or without a person at the terminal.
    """

    id: str
    troubles: tuple[Trouble, ...] = ()
    facts: str = ""
    skipped: bool = False

    @property
    def state(self) -> State:
        """Its outcome in one word."""
        if any(not one.note for one in self.troubles):
            return "problem"
        if self.skipped:
            return "skipped"
        return "note" if self.troubles else "ok"

    def recorded(self) -> RecordedCheck:
        """Return the check as the journal records it."""
        troubles = (RecordedTrouble(one.code, one.kind, one.note, dict(one.parameters)) for one in self.troubles)
        return RecordedCheck(self.id, self.state, self.facts, tuple(troubles))


def problems(checks: Iterable[PreflightCheck]) -> list[Trouble]:
    """Return everything that prevents a run."""
    return [one for check in checks for one in check.troubles if not one.note]
