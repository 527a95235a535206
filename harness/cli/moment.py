"""A time of judgement as an argument."""

from datetime import datetime

from harness.catalogue.errors import ConfigurationError
from harness.vietnam_time import VIETNAM


def moment(text: str | None) -> datetime:
    """Return the time that `--at` names, in Vietnam's time zone where it names none; now where it is left out.

    Raises:
        ConfigurationError: it is not a time.
    """
    if text is None:
        return datetime.now(VIETNAM)
    try:
        named = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ConfigurationError("validate.bad-time", value=text) from None
    return named if named.tzinfo is not None else named.replace(tzinfo=VIETNAM)
