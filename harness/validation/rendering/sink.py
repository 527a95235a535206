"""What every form of telling has in common."""

from typing import Literal, Protocol

from harness.validation.rows import FileRow
from harness.validation.summary import CheckSummary

Amount = Literal["quiet", "normal", "verbose"]


class Sink(Protocol):
    """Tells an outcome, file by file, and the summary at the end."""

    def add(self, row: FileRow, *, named: bool) -> None:
        """Tell of one file; `named`: the caller has named it, and did not find it in a folder or archive."""

    def finish(self, summary: CheckSummary) -> None:
        """Tell the rest; nothing comes after."""
