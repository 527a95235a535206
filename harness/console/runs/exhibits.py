"""Files that people show with an answer: laid where the run takes them from, handed out from its evidence."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.console.sent_file import SentFile
from harness.console.subjects.system_registry import EVIDENCE
from harness.drivers.manual.exhibits import LARGEST_EXHIBIT, MOST_EXHIBITS, folder_of

MOST_AT_ONCE = 3
LARGEST_ANSWER = MOST_AT_ONCE * LARGEST_EXHIBIT + 64 * 1024
"""Bytes of an answer with its files, as a browser sends it."""
_MOST_OF_A_RUN = 200
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file that was shown and is kept.

    Attributes:
        seq: number of its event in the record.
        question: with whose answer it was shown.
        name: as it was given.
        size: bytes.
        sha256: of the file as it was given.
        blob: that has it, None where the run may receive no more.
    """

    seq: int
    question: int
    name: str
    size: int
    sha256: str
    blob: str | None


def lay_out(place: Path, question: int, files: Sequence[SentFile], received: int) -> list[Path]:
    """Lay files where the run takes them from once the question is answered, and return them.

    Args:
        place: folder that the console keeps for the run.
        question: its number.
        files: as they came.
        received: bytes that the run has of such files already.

    Raises:
        ConfigurationError: one is too large, or there are too many.
    """
    for file in files:
        if len(file.content) > LARGEST_EXHIBIT:
            raise ConfigurationError("console.exhibit-large", name=file.name, most=LARGEST_EXHIBIT // _MEGABYTE)
    folder = place / EVIDENCE / folder_of(question)
    taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if len(taken) + len(files) > MOST_EXHIBITS:
        raise ConfigurationError("console.exhibit-many", most=MOST_EXHIBITS)
    if files and received + sum(len(file.content) for file in files) > _MOST_OF_A_RUN * _MEGABYTE:
        raise ConfigurationError("console.exhibit-full", most=_MOST_OF_A_RUN)
    laid = []
    for file in files:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _free(file.name, taken)
        path.write_bytes(file.content)
        taken.add(path.name)
        laid.append(path)
    return laid


def clear_away(place: Path) -> None:
    """Remove what lay there for a run that is over: what it took is in its evidence."""
    shutil.rmtree(place / EVIDENCE, ignore_errors=True)


def _free(name: str, taken: set[str]) -> str:
    path = Path(name)
    names = (name, *(f"{path.stem} ({number}){path.suffix}" for number in range(2, MOST_EXHIBITS + 2)))
    return next(one for one in names if one not in taken)
