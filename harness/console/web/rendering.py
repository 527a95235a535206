"""The console's templates: whatever a candidate or a person wrote is shown as text, invisible signs written out."""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from harness.catalogue.findings import clipped
from harness.catalogue.texts import Language, entries, text
from harness.journal.recorder import VIETNAM
from harness.report.sequence_layout import WIDTH
from harness.templates import template_environment

AREA = "console"
FOLDER = "console"
_SHOWN = 2000
_UNFIT_FOR_ID = re.compile(r"[^A-Za-z0-9_-]+")
_MINUTE = 60
_HOUR = 3600


def rendered(name: str, language: Language, /, **values: Any) -> str:
    """Return a page, or a part of one.

    Args:
        name: of the template, without ending.
        language: of its words.
        values: that it shows.
    """
    say = speech(language)

    def report_words(key: str, /, **parameters: object) -> str:
        return text("report", key, language, **parameters)

    def doctor_words(key: str, /, **parameters: object) -> str:
        return text("cli-doctor", key, language, **parameters)

    template = _environment().get_template(f"{FOLDER}/{name}.html.jinja")
    return template.render(say=say, t=report_words, doctor_words=doctor_words, lang=language, paper=False, **values)


def speech(language: Language) -> Any:
    """Return what looks up the console's words in one language."""

    def say(key: str, /, **parameters: object) -> str:
        return text(AREA, key, language, **parameters)

    return say


def known_text(key: str) -> bool:
    """Tell whether there is such a text."""
    return key in entries(AREA)


def moment(seconds: float | None) -> str:
    """Return a moment as people in Vietnam write it, empty for None."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def machine_moment(seconds: float | None) -> str:
    """Return a moment for programs, ISO 8601 in Vietnam time, empty for None."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM).isoformat(timespec="seconds")


def iso_day(written: str) -> str:
    """Return the day of an ISO 8601 moment or day as people in Vietnam write it, as it is where it is none."""
    try:
        return f"{date.fromisoformat(written[:10]):%d/%m/%Y}"
    except ValueError:
        return clipped(written, 40)


def iso_time(written: str) -> str:
    """Return an ISO 8601 moment as people in Vietnam write it, as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(written).astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
    except ValueError:
        return clipped(written, 40)


@cache
def _environment() -> Environment:
    environment = template_environment()
    environment.filters |= {
        "shown": _visible,
        "given": _isolated,
        "moment": moment,
        "machine_moment": machine_moment,
        "iso_day": iso_day,
        "iso_time": iso_time,
        "lasting": _lasting,
        "lines": _lines,
        "seconds": _seconds,
        "slug": _slug,
    }
    environment.globals |= {"picture_width": WIDTH, "known": known_text}
    return environment


def _visible(value: object, limit: int = _SHOWN) -> str:
    return clipped(str(value), limit)


def _lines(value: str) -> str:
    """Return a text of several lines with what is invisible made visible, line by line."""
    return "\n".join(clipped(line, _SHOWN) for line in value[: 8 * _SHOWN].split("\n"))


def _isolated(value: object) -> Markup:
    """Make foreign text visible and isolate it, so that its writing direction affects nothing beside it."""
    return Markup('<bdi class="given">{}</bdi>').format(clipped(str(value), _SHOWN))


def _seconds(value: float, decimal_mark: str) -> str:
    return f"{value:.3f}".replace(".", decimal_mark)


def _lasting(seconds: float, language: Language) -> str:
    """Return how long something takes, as it is said."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return text(AREA, "time.seconds", language, seconds=whole)
    if whole < _HOUR:
        return text(AREA, "time.minutes", language, minutes=whole // _MINUTE, seconds=f"{whole % _MINUTE:02d}")
    return text(AREA, "time.hours", language, hours=whole // _HOUR, minutes=f"{whole % _HOUR // _MINUTE:02d}")


def _slug(value: object) -> str:
    return _UNFIT_FOR_ID.sub("-", str(value))[:64]
