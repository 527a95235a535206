"""Reading of values as the standard writes them: dates, times, whole numbers."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from harness.rules.nodes import WHITE_SPACE

DAY = "yyyy/MM/dd"
MOMENT = "yyyy/MM/dd HH:mm:ss"
_day = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")
_moment = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_number = re.compile(r"[0-9]{1,18}")

Problem = Literal["pattern", "impossible"]


@lru_cache(maxsize=4096)
def read_day(text: str) -> date | Problem:
    """Return the day that a text `yyyy/MM/dd` names; else whether its pattern is wrong or there is no such day.

    White space around it is ignored, here and below: the rules report it.
    """
    match = _day.fullmatch(text.strip(WHITE_SPACE))
    if match is None:
        return "pattern"
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return "impossible"


def day_or_none(text: str) -> date | None:
    """Return the day that a text names, None where it names none."""
    day = read_day(text)
    return day if isinstance(day, date) else None


@lru_cache(maxsize=4096)
def read_moment(text: str) -> datetime | Problem:
    """Return the local time that a text `yyyy/MM/dd HH:mm:ss` names; else what is wrong with it."""
    match = _moment.fullmatch(text.strip(WHITE_SPACE))
    if match is None:
        return "pattern"
    try:
        return datetime(*map(int, match.groups()))  # type: ignore[arg-type]  # six numbers; the seventh is a zone
    except ValueError:
        return "impossible"


def whole_number(text: str) -> int | None:
    """Return the whole number, not negative, that a text names."""
    shorn = text.strip(WHITE_SPACE)
    return int(shorn) if _number.fullmatch(shorn) else None
