"""What every form of telling has in common."""

from typing import Literal, Protocol

from harness.rules.bulk.rows import FileRow
from harness.rules.bulk.summing import Summary

Amount = Literal["quiet", "normal", "verbose"]


class Sink(Protocol):
    """Tells an outcome, file by file, and the summary at the end."""

    def add(self, row: FileRow, *, named: bool) -> None:
        """Tell of one file; `named`: the caller has named it, and did not find it in a folder or archive."""

    def finish(self, summary: Summary) -> None:
        """Tell the rest; nothing comes after."""
