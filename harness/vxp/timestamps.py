"""The `timestamp` parameter: `ddMMyyyy'T'HHmmss+SSSS`.

The `+` is a literal and the last four digits are milliseconds padded to four, not a zone.
"""

import re
from datetime import datetime, timedelta

_PATTERN = re.compile(r"([0-9]{8}T[0-9]{6})\+([0-9]{4})")
_FORMAT = "%d%m%YT%H%M%S"
_MILLISECONDS = 1000


def timestamp(now: datetime) -> str:
    """Return `now`, a local time, in the form of the protocol; its zone is not written."""
    return f"{now:%d%m}{now.year:04d}T{now:%H%M%S}+{now.microsecond // _MILLISECONDS:04d}"


def parse_timestamp(text: str) -> datetime | None:
    """Return the time that `text` names, without a zone, or None when it is of another form or not real."""
    match = _PATTERN.fullmatch(text)
    if match is None or int(match[2]) >= _MILLISECONDS:
        return None
    try:
        whole = datetime.strptime(match[1], _FORMAT)
    except ValueError:
        return None
    return whole + timedelta(milliseconds=int(match[2]))
