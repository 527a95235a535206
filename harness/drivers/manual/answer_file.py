"""Prepared answers, from a file: the first that matches a question is given; a person is asked where none matches.

schema: lienthong.answers/1
answers:
  - {command: configure, answer: xong}
  - {command: inbox, document: "*,7816/VPCP-TTĐT", answer: "1"}
  - {command: send, answer: bỏ qua, times: 2}
  - {answer: không làm được}
"""

import asyncio
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import convert, read
from harness.drivers.operator import Operator


class PreparedAnswer(ParameterGroup, frozen=True):
    """One prepared answer.

    `command` and `document` (a pattern with `*`) narrow it to the questions of a command and about a document,
    `times` to the first so many of them; `after` is how many seconds the person takes.
    """

    answer: str
    command: str = "*"
    document: str = "*"
    times: int | None = None
    after: float = 0.0


class AnswerFile(ParameterGroup, frozen=True):
    """A file of prepared answers."""

    schema: Literal["lienthong.answers/1"]
    answers: tuple[PreparedAnswer, ...]


def load_answers(path: Path) -> tuple[PreparedAnswer, ...]:
    """Read a file of prepared answers.

    Raises:
        ConfigurationError: unreadable, or a key or value is wrong; with file and line.
    """
    return convert(read(path), AnswerFile).answers


class PreparedOperator:
    """Answers from a file, and passes on to the operator behind it what the file does not answer."""

    def __init__(self, answers: tuple[PreparedAnswer, ...], behind: Operator) -> None:
        self._answers = answers
        self._given: Counter[int] = Counter()
        self._answered: set[int] = set()
        self._behind = behind

    @property
    def attended(self) -> bool:
        """True when a person sits behind the file."""
        return self._behind.attended

    def tell(self, lines: str) -> None:
        """Show text that needs no answer."""
        self._behind.tell(lines)

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        """Give the prepared answer; where it was not understood, the person is asked."""
        index = None if question in self._answered else self._fitting(command, document or "")
        if index is None:
            return await self._behind.ask(question, command, document, lines, limit)
        self._answered.add(question)
        self._given[index] += 1
        prepared = self._answers[index]
        self._behind.tell(f"{lines}\n> {prepared.answer}")
        async with asyncio.timeout(limit):
            await asyncio.sleep(prepared.after)
        return prepared.answer

    def _fitting(self, command: str, document: str) -> int | None:
        for index, one in enumerate(self._answers):
            left = one.times is None or self._given[index] < one.times
            if left and fnmatchcase(command, one.command) and fnmatchcase(document, one.document):
                return index
        return None
