"""Layout of the state picture: the statuses of a profile one below the other, in their legal order."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.catalogue.parameters import Statuses

START = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A status and its place: `row` and `column` count from 0; the start is in row 0."""

    code: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class StatePlan:
    """The drawing in rows and columns.

    Attributes:
        spots: by code; the start's code is empty.
        steps: from code, to code; a status that may repeat steps to itself.
    """

    spots: Mapping[str, Spot]
    steps: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return 1 + max(spot.row for spot in self.spots.values())

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max(spot.column for spot in self.spots.values())


def successors(statuses: Statuses) -> dict[str, tuple[str, ...]]:
    """Return what may follow what, the start among it, and every repeatable status itself."""
    following: dict[str, tuple[str, ...]] = {START: statuses.start}
    for code, after in statuses.next.items():
        again = (code,) if code in statuses.repeatable and code not in after else ()
        following[code] = (*again, *after)
    for code in {code for after in following.values() for code in after}:
        following.setdefault(code, ())
    return following


def planned(statuses: Statuses) -> StatePlan:
    """Place every status in the row after the last one that it may follow."""
    following = successors(statuses)
    rows: dict[str, int] = {}
    _descend(START, 0, following, rows, frozenset())
    in_row: dict[int, list[str]] = {}
    for code in sorted(rows, key=lambda code: (-len(following[code]), code)):
        in_row.setdefault(rows[code], []).append(code)
    spots = {code: Spot(code, row, column) for row, codes in in_row.items() for column, code in enumerate(codes)}
    steps = tuple((code, after) for code in sorted(rows, key=lambda code: rows[code]) for after in following[code])
    return StatePlan(spots, steps)


def _descend(
    code: str, row: int, following: Mapping[str, tuple[str, ...]], rows: dict[str, int], above: frozenset[str]
) -> None:
    """Note the lowest row of a status and of those after it; a way back up ends there."""
    if code in above or rows.get(code, -1) >= row:
        return
    rows[code] = row
    for after in following[code]:
        _descend(after, row + 1, following, rows, above | {code})
