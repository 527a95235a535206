"""Showing the operator the candidate's secret: once, at the terminal only, and only one that the harness made."""

from collections.abc import Mapping
from typing import Any

from harness.catalogue.texts import text
from harness.drivers.manual.words import AREA
from harness.drivers.views import Workplace


class Secrets:
    """Shows the secret to the person once, and only one that the harness made."""

    def __init__(self, workplace: Workplace) -> None:
        self._made = workplace.secret_made
        self._language = workplace.language
        self._first: str | None = None
        self._last: str | None = None

    def shown(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments of `configure` as the person may see them."""
        secret = str(arguments.get("secret", ""))
        self._first = self._first or secret
        if secret == self._last:
            shown = text(AREA, "secret.given", self._language)
        elif secret == self._first and not self._made:
            shown = text(AREA, "secret.declared", self._language)
        else:
            shown = secret
        self._last = secret
        return {**arguments, "secret": shown}
