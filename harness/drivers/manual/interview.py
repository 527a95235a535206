"""Putting one question at a time to the person, and keeping what was asked and answered as evidence."""

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from harness.catalogue.texts import text
from harness.drivers.manual.exhibits import Exhibits
from harness.drivers.manual.words import AREA, OPEN, WORDS, read_word, shown_word
from harness.drivers.operator import Operator
from harness.drivers.protocol import OperatorError
from harness.drivers.stopwatch import Stopwatch
from harness.drivers.views import Workplace
from harness.journal.events import OperatorAnswered, OperatorAsked

T = TypeVar("T")

# Half an hour is enough for any of the tasks, and short enough to notice that the person has left.
PATIENCE = 1800.0
FOLDER = "operator"
# So many wrong answers to one question come from a program, most likely.
_TRIES = 10
_RULE = "─" * 72


class Interview:
    """Asks one question after the other; the stopwatch of the run is paused meanwhile.

    Attributes:
        watch: counts the seconds in which no question was open.
        language: of the person.
    """

    def __init__(self, workplace: Workplace, operator: Operator, patience: float, exhibits: Exhibits) -> None:
        """Prepare the interview; `patience` is how long a person may take for one answer, in seconds."""
        self.watch = Stopwatch()
        self.language = workplace.language
        self._directory = workplace.directory
        self._recorder = workplace.recorder
        self._operator = operator
        self._patience = patience
        self._exhibits = exhibits
        self._numbers = itertools.count(1)
        self._folders = itertools.count(1)

    def folder(self) -> Path:
        """Return a new folder, not created yet, for files that go with the next question."""
        return (self._directory / FOLDER / f"{next(self._folders):03d}").absolute()

    async def put(
        self,
        command: str,
        document: str | None,
        lines: Sequence[str],
        read: Callable[[str], T | None],
        *,
        free: bool = False,
    ) -> tuple[T, int]:
        """Ask until the answer is understood; return it, and the event of the question.

        Args:
            command: driver command that the question belongs to.
            document: DocumentId that it is about, if any.
            lines: its text.
            read: turns what was typed into the answer, None if it is none.
            free: the answer is free text, except for the bare words for "cannot" and "skip".

        Raises:
            OperatorError: the person cannot, will not, does not answer, or is not understood.
        """
        number = next(self._numbers)
        title = text(AREA, f"title.{command}", self.language)
        head = text(AREA, "head", self.language, number=number, title=title)
        shown = "\n".join((_RULE, head, *lines))
        said: list[str] = []
        began = time.monotonic()
        self.watch.hold()
        asked = self._recorder.record(OperatorAsked(number, command, document, text=shown)).seq
        try:
            return await self._understood(number, command, document, shown, read, said, free), asked
        finally:
            seconds = round(time.monotonic() - began, 3)
            self._exhibits.take(number)
            self._recorder.record(OperatorAnswered(number, command, document, tuple(said), seconds))
            self.watch.release()

    async def _understood(
        self,
        number: int,
        command: str,
        document: str | None,
        shown: str,
        read: Callable[[str], T | None],
        said: list[str],
        free: bool,
    ) -> T:
        end = time.monotonic() + self._patience
        for _ in range(_TRIES):
            try:
                line = await self._operator.ask(number, command, document, shown, end - time.monotonic())
            except TimeoutError as error:
                raise OperatorError("silent", command) from error
            if line is None:
                raise OperatorError("absent", command)
            said.append(line)
            answer = self._read(line, command, read, free)
            if answer is not None:
                return answer
            shown = text(AREA, "not-understood", self.language, said=line)
        raise OperatorError("unclear", command)

    def _read(self, line: str, command: str, read: Callable[[str], T | None], free: bool) -> T | None:
        declined = read_word(line, OPEN, alone=free)
        if declined is None:
            return read(line) if line else None
        word, why = declined
        raise OperatorError("cannot" if word == "cannot" else "skip", f"{command}: {why}" if why else command)

    def choices(self, key: str) -> str:
        """Return the line that names the possible answers; `key` is that of its text."""
        words = {word: shown_word(word, self.language) for word in WORDS}
        return text(AREA, key, self.language, **words)
