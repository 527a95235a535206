"""What a run leaves, sent to the console while it goes on: bodies before the lines that name them, and at its end all
other files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from harness.console.machine.console_link import ConsoleAway, ConsoleDeclined, ConsoleLink
from harness.console.machine.taken_run import TakenRun
from harness.console.runners.arrivals import all_digests
from harness.console.runners.shapes import LARGEST_PIECE, RunEnd, RunEndAnswer
from harness.journal.bodies import BLOB_FOLDER
from harness.journal.recorder import JOURNAL_FILE
from harness.seal.run_files import RUN_FILE

_PART = ".part"
_BLOCK = 1024 * 1024


class RunDelivery:
    """Sends one run; where the way broke off, it asks the console where to go on."""

    def __init__(self, link: ConsoleLink, run: TakenRun) -> None:
        self._link = link
        self._run = run
        self._offset: int | None = None
        self._sent: set[str] = set()

    def send_news(self) -> None:
        """Send what there is by now of the record.

        Raises:
            ConsoleAway: the rest is for later.
            ConsoleDeclined: the console does not take it.
        """
        try:
            if self._offset is None:
                arrived = self._link.arrived(self._run.kept.run)
                self._offset, self._sent = arrived.journal, set(arrived.files)
            # The end of the journal is looked at first: the bodies that its lines name are on the disk by then.
            end = self._journal_end()
            for name in self._record_files():
                self._send_file(name)
            self._offset = self._send_lines(self._offset, end)
        except ConsoleAway:
            self._offset = None
            raise

    def finish(self) -> RunEndAnswer:
        """Send all that the ended run left, and return what the console says to it; see `send_news`."""
        self.send_news()
        folder = self._run.folder
        files = all_digests(folder) if folder.is_dir() else {}
        for name in sorted(files):
            if name != JOURNAL_FILE:
                self._send_file(name)
        answer = self._link.end(self._run.kept.run, RunEnd(files, self._run.complained))
        if answer.missing:
            self._offset = None
            self._sent -= set(answer.missing)
        return answer

    def give_up(self, why: str) -> None:
        """Say that the run is over although the console does not take what it left; see `send_news`."""
        self._link.end(self._run.kept.run, RunEnd({}, why))

    def is_settled(self) -> bool:
        """Return whether the console has taken the ended run in; see `send_news`."""
        try:
            answer = self._link.end(self._run.kept.run, RunEnd({}, ""))
            return answer.accepted and not answer.missing
        except ConsoleDeclined:
            return False

    def _journal_end(self) -> int:
        try:
            return (self._run.folder / JOURNAL_FILE).stat().st_size
        except FileNotFoundError:
            return 0

    def _record_files(self) -> Iterator[str]:
        folder = self._run.folder
        if (folder / JOURNAL_FILE).exists() and (folder / RUN_FILE).exists():
            yield RUN_FILE
        for path in (folder / BLOB_FOLDER).glob("*"):
            if path.suffix != _PART:
                yield f"{BLOB_FOLDER}/{path.name}"

    def _send_lines(self, offset: int, end: int) -> int:
        """Send whole lines up to an end of the journal, and return how far the console has it."""
        while offset < end:
            content = _lines(self._run.folder / JOURNAL_FILE, offset, end)
            if not content:
                break
            reached = self._link.add_lines(self._run.kept.run, offset, content)
            if reached == offset:
                raise ConsoleAway(JOURNAL_FILE)
            offset = reached
        return offset

    def _send_file(self, name: str) -> None:
        if name in self._sent:
            return
        path = self._run.folder / name
        digest, size, offset = _digest(path), path.stat().st_size, 0
        with path.open("rb") as file:
            while True:
                file.seek(offset)
                content = file.read(LARGEST_PIECE)
                reached = self._link.add_piece(self._run.kept.run, name, offset, size, digest, content)
                if reached == size:
                    break
                if reached == offset:
                    raise ConsoleAway(name)
                offset = reached
        self._sent.add(name)


def _lines(journal: Path, offset: int, end: int) -> bytes:
    """Return whole lines from an offset: as many as are sent at once, or the one that is longer than that."""
    with journal.open("rb") as file:
        file.seek(offset)
        content = file.read(min(LARGEST_PIECE, end - offset))
        whole = content[: content.rfind(b"\n") + 1]
        if whole or len(content) < LARGEST_PIECE:
            return whole
        line = content + file.readline()
        return line if line.endswith(b"\n") else b""


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
