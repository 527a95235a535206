"""What tests of drivers with a person behind them need: a recorder, a workplace, and a person with a script."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.catalogue.candidate import Times
from harness.catalogue.texts import Language
from harness.drivers.operator import Unattended
from harness.drivers.views import Workplace
from harness.journal import Journal, read_record

TIMES = Times(poll_interval=10.0, reaction=5.0, give_up=20.0)
LIMIT = 10.0


def workplace(directory: Path, language: Language = "vi", *, secret_made: bool = True) -> Workplace:
    journal = Journal(directory, secrets=("top-secret-made-here",))
    return Workplace(directory, journal, language, TIMES, Unattended(), secret_made=secret_made)


def recorded(directory: Path, kind: str) -> list[dict[str, Any]]:
    return [dict(event.members) for event in read_record(directory).events if event.kind == kind]


class Script:
    """A person who gives prepared lines, one after the other, and then leaves; keeps what was shown."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.lines = list(lines)
        self.attended = False
        self.screen: list[str] = []

    def tell(self, lines: str) -> None:
        self.screen.append(lines)

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        self.screen.append(lines)
        return self.lines.pop(0) if self.lines else None
