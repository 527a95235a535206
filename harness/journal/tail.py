"""A journal that is still being written, read as it grows."""

from pathlib import Path

from harness.journal.event import Event
from harness.journal.reader import JournalBroken, LineReader
from harness.journal.recorder import JOURNAL_FILE

_AT_ONCE = 8 * 1024 * 1024


class JournalTail:
    """Reads what was added since it last looked, and checks every link on the way."""

    def __init__(self, directory: Path) -> None:
        """Begin before the first event.

        Args:
            directory: of the run; its journal may not be there yet.
        """
        self._path = directory / JOURNAL_FILE
        self._offset = 0
        self._lines = LineReader(directory)

    def news(self) -> list[Event]:
        """Return the events that were added, none where there are none or no journal yet.

        Raises:
            JournalBroken: what was added does not follow what was there, or cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                content = file.read(_AT_ONCE)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JournalBroken("unreadable", detail=error.strerror or "") from error
        whole = content[: content.rfind(b"\n") + 1]
        events = [self._lines.event(line) for line in whole.split(b"\n")[:-1]]
        self._offset += len(whole)
        return events
