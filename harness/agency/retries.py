"""What to do after a failed call: try again after a pause, or give up."""

from dataclasses import dataclass

from harness.agency.component import Component
from harness.agency.texts import words
from harness.catalogue.findings import clipped
from harness.vxp.failures import HttpFailed, Refused, Unsendable, VxpFailure

_SERVER_TROUBLE = 500
_NOT_ABOUT_THE_PACKAGE = frozenset({401, 403, 408, 425, 429})


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Try again after `seconds`; `error` is for the clerk."""

    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class NoRetry:
    """Never try again; `error` is for the clerk."""

    error: str


class RetryPolicy(Component):
    """Decides what to do after a failed call."""

    def pause(self, tries: int) -> float:
        """Return the seconds to wait after `tries` failures in a row: each pause is twice the one before."""
        timing = self.settings.timing
        doubled = timing.first_pause * 2.0 ** min(tries - 1, 30)
        return min(doubled, timing.longest_pause)

    def reaction(self, failure: VxpFailure, tries: int) -> RetryLater | NoRetry:
        """Return what to do after `failure`, which was try number `tries` of its kind."""
        if isinstance(failure, Unsendable) or (isinstance(failure, Refused) and self.is_final(failure, tries)):
            return NoRetry(failure_words(failure))
        return RetryLater(self.wait(failure, tries), failure_words(failure))

    def is_final(self, failure: Refused, tries: int) -> bool:
        """Return whether a refusal is final: the hub will never take the package."""
        status, hub = failure.http_status or 0, self.core.profile.parameters.hub
        if status >= _SERVER_TROUBLE or status in _NOT_ABOUT_THE_PACKAGE:
            return False
        known = hub.error_codes.get(failure.code)
        if known is None:
            return tries >= self.core.profile.parameters.retries.transient_repeats
        return known.kind == "final"

    def wait(self, failure: VxpFailure, tries: int) -> float:
        """Return the pause in seconds: growing, and no shorter than the hub asks for."""
        asked = min(failure.retry_after or 0.0, self.settings.timing.longest_wait)
        return max(self.pause(tries), asked)


def failure_words(failure: VxpFailure) -> str:
    """Return the failure in words for the clerk."""
    if isinstance(failure, Refused):
        return words("hub.refused", code=failure.code, text=failure.description)
    if isinstance(failure, HttpFailed):
        return words("hub.http-status", status=failure.http_status)
    return words("hub.no-answer", detail=clipped(str(failure)))
