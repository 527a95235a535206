"""Lists a page at a time: `limit`, and `after` from the `Link` header of the page before; the order is stable."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Select, tuple_
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.api.address import json_answer
from harness.console.web.visit import Visit

MOST, USUAL = 200, 50
_LONGEST_CURSOR = 500
_GREATEST = 2**31 - 1
_Cursor = list[int | float | str]

T = TypeVar("T")


class ListPage(Generic[T]):
    """A page of a list, and where the next one begins."""

    def __init__(self, visit: Visit, rows: Sequence[T], last: _Cursor | None) -> None:
        self._visit = visit
        self._last = last
        self.rows = rows

    def answer(self, shape: Callable[[list[Any]], msgspec.Struct], shown: Callable[[T], Any]) -> Response:
        """Return the page in JSON, with the address of the next one in the header `Link`.

        Args:
            shape: of the whole.
            shown: what makes an entry of a row.
        """
        return json_answer(shape([shown(row) for row in self.rows]), headers=self._link())

    def _link(self) -> dict[str, str]:
        if self._last is None:
            return {}
        url = self._visit.request.url
        kept = [one for one in self._visit.request.query_params.multi_items() if one[0] != "after"]
        query = urlencode([*kept, ("after", _written(self._last))])
        return {"link": f'<{url.path}?{query}>; rel="next"'}


def rows_of_page(visit: Visit, wanted: Select[T], *order: Any, newest_first: bool = True) -> ListPage[T]:
    """Return the rows of the page that is asked for.

    Args:
        visit: the request.
        wanted: all rows that the person may see, in no order.
        order: columns that order them, and together name one row.
        newest_first: whether the order is a descending one.

    Raises:
        ConfigurationError: `limit` or `after` is wrong.
    """
    limit, after = _limit(visit), _after(visit, [column.type.python_type for column in order])
    ordered = wanted.order_by(*((column.desc() if newest_first else column.asc()) for column in order))
    if after is not None:
        place = tuple_(*order)
        ordered = ordered.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
    rows = list(visit.db.scalars(ordered.limit(limit + 1)))
    last = [getattr(rows[limit - 1], column.key) for column in order] if len(rows) > limit else None
    return ListPage(visit, rows[:limit], last)


def part_of_list(visit: Visit, whole: Sequence[T]) -> ListPage[T]:
    """Return the page that is asked for of a list that only grows at its end, or is small.

    Raises:
        ConfigurationError: `limit` or `after` is wrong.
    """
    limit, after = _limit(visit), _after(visit, [int])
    first = max(0, int(after[0])) if after else 0
    more = first + limit < len(whole)
    return ListPage(visit, whole[first : first + limit], [first + limit] if more else None)


def _limit(visit: Visit) -> int:
    given = visit.request.query_params.get("limit")
    if given is None:
        return USUAL
    if not (given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= MOST):
        raise ConfigurationError("console.limit", most=MOST)
    return int(given)


def _written(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _after(visit: Visit, kinds: Sequence[type]) -> _Cursor | None:
    given = visit.request.query_params.get("after")
    if given is None:
        return None
    try:
        if len(given) > _LONGEST_CURSOR:
            raise ValueError(given[:20])
        content = base64.urlsafe_b64decode(given.encode("ascii") + b"==")
        cursor = msgspec.json.decode(content, type=_Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise ConfigurationError("console.cursor") from error
    if [_fits(one, kind) for one, kind in zip(cursor, kinds, strict=False)] != [True] * len(kinds):
        raise ConfigurationError("console.cursor")
    if len(cursor) != len(kinds):
        raise ConfigurationError("console.cursor")
    return cursor


def _fits(value: float | str, kind: type) -> bool:
    """Return whether a value of a cursor is one that a column can be compared with."""
    if kind is str:
        return isinstance(value, str) and "\0" not in value
    if kind is int:
        return isinstance(value, int) and abs(value) <= _GREATEST
    return isinstance(value, int | float)
