"""What a person shows with an answer: files laid into a folder of the question, taken into the evidence of the run."""

import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from harness.journal import Recorder
from harness.journal.events import OperatorShowed

LARGEST_EXHIBIT = 8 * 1024 * 1024
MOST_EXHIBITS = 10
"""Of one question."""


class Exhibits:
    """Takes what lies in the folder of a question into the evidence; further files and larger ones are left there."""

    def __init__(self, folder: Path | None, recorder: Recorder) -> None:
        """Prepare.

        Args:
            folder: holds a folder for each question, named by `folder_of`; None where nothing is shown.
            recorder: keeps what was shown.
        """
        self._folder = folder
        self._recorder = recorder

    def take(self, question: int) -> None:
        """Take what was shown with the answer to a question."""
        if self._folder is None:
            return
        for path in _files(self._folder / folder_of(question)):
            content = path.read_bytes()
            self._recorder.record(
                OperatorShowed(
                    question=question,
                    name=unicodedata.normalize("NFC", path.name),
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    blob=self._recorder.keep(content),
                )
            )


def folder_of(question: int) -> str:
    """Return the name of a question's folder."""
    return f"{question:03d}"


def _files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    except OSError:
        return
    shown = (path for path in found if not path.name.startswith(".") and path.stat().st_size <= LARGEST_EXHIBIT)
    yield from list(shown)[:MOST_EXHIBITS]
