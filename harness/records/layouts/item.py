"""What every layout gives: the values of one record as they are, before names are understood."""

from collections.abc import Mapping
from dataclasses import dataclass

VALUES_OF_A_RECORD = 60
"""How many values, on average, a record may have: what keeps hostile tables from filling the memory."""


@dataclass(frozen=True, slots=True)
class TableItem:
    """One record as it is in a table.

    Attributes:
        values: texts, lists and mappings, by name.
        around: name of what it is in, which may tell its kind.
        line: from 1; None where the layout has none.
    """

    values: Mapping[str, object]
    around: str
    line: int | None = None


class TableUnreadable(Exception):
    """A table is not well-formed; `detail` is fit to be shown."""

    def __init__(self, detail: str, line: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.line = line


class TableUnread(Exception):
    """A table may be in order, and cannot be read here: it is too large, or its encoding is unknown."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
