"""What every output format has in common."""

from typing import Literal, Protocol

from harness.validation.rows import FileRow
from harness.validation.summary import CheckSummary

Amount = Literal["quiet", "normal", "verbose"]


class Sink(Protocol):
    """Writes an outcome, file by file, and the summary at the end."""

    def add(self, row: FileRow, *, named: bool) -> None:
        """Write about one file; `named`: the caller named it, it was not found in a folder or archive."""

    def finish(self, summary: CheckSummary) -> None:
        """Write the rest; nothing comes after."""
