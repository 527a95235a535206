"""Words of the report in one language, and hostile text made fit to be shown."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from harness.catalogue.findings import clipped
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.texts import Language, entries, finding_parts, measured, text

AREA = "report"
LONGEST_SHOWN = 400
_MISSING = "…"
_NUMBERS_ALONE = re.compile(r"[\w <>=×/.,+-]{0,80} s")


class _Filled(dict[str, str]):
    """Values for the places of a text; a value that the report does not have shows as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return _MISSING


class ReportTexts:
    """Looks up the sentences of the report in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def say(self, key: str, /, **parameters: object) -> str:
        """Return the text `key` of the report's message file.

        Raises:
            KeyError: there is no such text.
        """
        return text(AREA, key, self.language, **parameters)

    def known(self, key: str) -> str:
        """Return the text `key`, or an empty text where the message file has none."""
        return str(entries(AREA)[key][self.language]) if key in entries(AREA) else ""

    def chosen(self, words: LocalisedText | None, limit: int = 4 * LONGEST_SHOWN) -> str:
        """Return a text of a report in this language, fit to be shown; an empty text where there is none."""
        return "" if words is None else shown(measured(words[self.language], self.language), limit)

    def stated(self, value: Any) -> str:
        """Return what was expected or received, fit to be shown; only a measure has this language's decimal mark."""
        words = shown(value)
        return measured(words, self.language) if _NUMBERS_ALONE.fullmatch(words) else words

    def about_finding(self, code: str, part: str, values: Mapping[str, str]) -> str:
        """Return the text that explains a finding or its remedy; empty where the code has none.

        Args:
            code: `<requirement>.<reason>`.
            part: `explain` or `remedy`.
            values: what the text may name; what is missing shows as an ellipsis.
        """
        words = finding_parts(code).get(part)
        if not isinstance(words, Mapping):
            return ""
        return str(words.get(self.language, "")).format_map(_Filled(values)).strip()

    def moment(self, value: str) -> str:
        """Return an ISO time of the report as people of this language write it; anything else as it is."""
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return shown(value)
        zone = at.strftime("%z")
        return at.strftime(self.say("moment.pattern")) + (f" {zone[:3]}:{zone[3:5]}" if zone else "")

    def day(self, value: str) -> str:
        """Return an ISO date of the report as people of this language write it; anything else as it is."""
        try:
            return date.fromisoformat(value).strftime(self.say("day.pattern"))
        except ValueError:
            return shown(value)

    def number(self, value: float) -> str:
        """Return a number with two decimals, the decimal mark being this language's."""
        return f"{value:.2f}".replace(".", self.say("decimal.mark"))

    def measure(self, value: float) -> str:
        """Return a stated number with as many decimals as it needs."""
        return f"{value:g}".replace(".", self.say("decimal.mark"))


def shown(value: Any, limit: int = LONGEST_SHOWN) -> str:
    """Make any value fit to be shown: clipped, control and direction signs visible; None is an empty text."""
    return "" if value is None else clipped(str(value), limit)
