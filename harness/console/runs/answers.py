"""People's answers to the questions of a run: written into the pipe from which the run reads its standard input."""

import os
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.drivers.manual.interview import FOLDER

_PIPE = "answers"
_AGAIN = 2.0  # seconds in which a second answer to the same question counts as a double click
_PLACE = re.compile(rf"{FOLDER}[/\\]([0-9]{{3,6}})")
_FOLDER_NAME = re.compile(r"[0-9]{3,6}")


def answer_pipe(place: Path) -> Path:
    """Make the pipe of a run.

    Args:
        place: folder that the console keeps for the run.

    Raises:
        OSError: it cannot be made.
    """
    path = place / _PIPE
    if not path.exists():
        os.mkfifo(path, 0o600)
    return path


class OperatorAnswers:
    """Passes answers to runs."""

    def __init__(self) -> None:
        self._given: dict[tuple[Path, int], float] = {}
        self._lock = threading.Lock()

    def give(self, place: Path, question: int, said: str) -> None:
        """Pass an answer to a run.

        Args:
            place: folder that the console keeps for the run.
            question: its number.
            said: one line; line breaks become blanks.

        Raises:
            ConfigurationError: the answer is empty, was given just before, or the run no longer reads answers.
        """
        line = " ".join(said.split())
        if not line:
            raise ConfigurationError("console.empty-answer")
        with self._lock:
            if time.monotonic() - self._given.get((place, question), -_AGAIN) < _AGAIN:
                raise ConfigurationError("console.no-question")
            self._given = {(place, question): time.monotonic()}
        try:
            pipe = os.open(place / _PIPE, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            raise ConfigurationError("console.no-question") from error
        try:
            os.write(pipe, line.encode("utf-8", "replace") + b"\n")
        finally:
            os.close(pipe)


def files_of(run: Path, question: str) -> Sequence[tuple[str, str, int]]:
    """Return the files that a question names: folder, name and size in bytes.

    Args:
        run: folder of the run.
        question: its text, which names their folder.
    """
    found = _PLACE.search(question)
    folder = run / FOLDER / found[1] if found else None
    if folder is None or not folder.is_dir():
        return []
    return [(folder.name, path.name, path.stat().st_size) for path in sorted(folder.iterdir()) if path.is_file()]


def file_of(run: Path, folder: str, name: str) -> Path | None:
    """Return a file that goes with a question, None if there is none of that name."""
    place = run / FOLDER / folder
    if not _FOLDER_NAME.fullmatch(folder) or not place.is_dir():
        return None
    return next((path for path in place.iterdir() if path.name == name and path.is_file()), None)
