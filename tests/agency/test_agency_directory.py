"""The copy of the hub's directory is written in a thread of its own, and closed whenever the system stops."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.agency.store.organs import DirectoryEntry, DirectoryTable


def test_closing_waits_for_writers(tmp_path: Path) -> None:
    directory = DirectoryTable(tmp_path)
    writing = threading.Event()

    def entries() -> Iterator[DirectoryEntry]:
        for number in range(4_000):
            yield DirectoryEntry(f"H{number}", "", "Đơn vị")
        writing.set()

    def write() -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # closed before the first row
            directory.replace(entries())

    thread = threading.Thread(target=write)
    thread.start()
    writing.wait()
    directory.close()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError):
        directory.size()
