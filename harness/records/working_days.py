"""Working days, by which the decree counts: the calendar says which days are off, and which make up for them."""

from datetime import date, timedelta

from harness.catalogue.parameters import WorkCalendar

_SATURDAY = 5
_DAY = timedelta(days=1)
_LONGEST = 60  # days; no calendar has two months without a working day


def is_working_day(day: date, calendar: WorkCalendar) -> bool:
    """Tell whether a day is a working day."""
    if day in calendar.working_days.values():
        return True
    return day.weekday() < _SATURDAY and not _off(day, calendar)


def next_working_day(day: date, calendar: WorkCalendar) -> date:
    """Return the first working day after another day."""
    following = day + _DAY
    while not is_working_day(following, calendar) and (following - day).days < _LONGEST:
        following += _DAY
    return following


def same_working_day(day: date, calendar: WorkCalendar) -> date:
    """Return a day itself where it is a working day, else the next one that is."""
    return day if is_working_day(day, calendar) else next_working_day(day, calendar)


def due(day: date, last: date, calendar: WorkCalendar) -> str:
    """Return in words until when something was expected: `≤ 03/02/2025`, with the names of the days off before that."""
    between = (day + timedelta(days=number) for number in range((last - day).days + 1))
    names = dict.fromkeys(name for one in between for name in _off(one, calendar))
    return "; ".join([f"≤ {last:%d/%m/%Y}", *names])


def _off(day: date, calendar: WorkCalendar) -> tuple[str, ...]:
    return tuple(one.name for one in calendar.days_off.values() if one.first <= day <= one.last)
