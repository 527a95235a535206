"""Dates as systems write them: the regulation of records gives no pattern, so every usual one is read."""

import re
from datetime import date
from functools import lru_cache
from typing import Literal

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T].*)?", re.ASCII)
ARCHIVAL = re.compile(r"\d{2}/\d{2}/\d{4}", re.ASCII)
"""The one pattern of archival data, DD/MM/YYYY."""


@lru_cache(maxsize=4096)
def read_any_day(text: str) -> date | Literal["pattern", "impossible"]:
    """Return the day that a text names in any usual pattern; else what is wrong with it."""
    text = text.strip()
    first, year = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    if first is not None:
        parts = (int(first[3]), int(first[2]), int(first[1]))
    elif year is not None:
        parts = (int(year[1]), int(year[2]), int(year[3]))
    else:
        return "pattern"
    try:
        return date(*parts)
    except ValueError:
        return "impossible"


def any_day(text: str) -> date | None:
    """Return the day that a text names, None where it names none."""
    day = read_any_day(text)
    return day if isinstance(day, date) else None
