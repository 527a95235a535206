"""The signed round trip: the candidate is configured, and its first request is examined."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import anyio

from harness.catalogue.candidate import Times
from harness.doctor.checks import PreflightCheck, Trouble
from harness.doctor.driver import reach_trouble
from harness.drivers.protocol import Driver, DriverError, DriverLost, OperatorError
from harness.journal import Event
from harness.journal.events import AnswerSent, RequestReceived
from harness.vxp.timestamps import parse_timestamp

_CONFIGURE_LIMIT = 20.0
_STARTING = 10.0
_POLLS = 2
# A client may put the time of its start into every request; only what looks like another time zone is reported.
_HALF_HOUR = 1800.0
_TOLERATED = 120.0
_DAY_HALVES = 14


class FirstRequest:
    """Listens to the hub's journal for the first request that names a system, and the hub's answer to it."""

    def __init__(self) -> None:
        self.request: Event[RequestReceived] | None = None
        self.answer: Event[AnswerSent] | None = None
        self._came = anyio.Event()

    def take(self, event: Event) -> None:
        """Look at an event; to be subscribed to the journal."""
        match event.what:
            case RequestReceived(system_id=str()) if self.request is None:
                self.request = cast("Event[RequestReceived]", event)
            case AnswerSent(request=asked) if self.request is not None and asked == self.request.seq:
                self.answer = cast("Event[AnswerSent]", event)
                self._came.set()

    async def wait(self, limit: float) -> bool:
        """Wait for it; False when it did not come within `limit` seconds."""
        with anyio.move_on_after(limit):
            await self._came.wait()
        return self.answer is not None


def longest_wait(times: Times) -> float:
    """Return the seconds within which a candidate must have called the hub after it was configured."""
    return _POLLS * times.poll_interval + _STARTING


async def configure(driver: Driver, configuration: Mapping[str, Any]) -> PreflightCheck:
    """Configure the candidate for the hub."""
    try:
        await driver.call("configure", configuration, _CONFIGURE_LIMIT)
    except DriverLost as lost:
        return PreflightCheck("configure", (reach_trouble(lost),))
    except OperatorError as error:
        return PreflightCheck(
            "configure", (Trouble(f"operator.{error.answer}", note=True),), skipped=error.answer != "skip"
        )
    except DriverError as error:
        if error.kind == "unsupported":
            return PreflightCheck("configure", skipped=True)  # a product that is configured by hand
        return PreflightCheck("configure", (Trouble("configure.failed", "reach", parameters={"said": error.message}),))
    return PreflightCheck("configure")


async def round_trip(first: FirstRequest, system_id: str, limit: float) -> PreflightCheck:
    """Wait for the first request, and say whether the hub could verify it."""
    if not await first.wait(limit) or first.request is None or first.answer is None:
        trouble = Trouble("round-trip.silent", "reach", parameters={"seconds": f"{limit:g}"})
        return PreflightCheck("round-trip", (trouble,))
    facts = str(first.request.what.operation)
    wrong = round_trip_trouble(first.request.what, first.answer.what, system_id)
    return PreflightCheck("round-trip", () if wrong is None else (wrong,), facts)


def round_trip_trouble(request: RequestReceived, answer: AnswerSent, system_id: str) -> Trouble | None:
    """Return what is wrong with a request and the hub's answer to it, None if nothing is."""
    trouble = _signature_trouble(request, system_id)
    if trouble is None and answer.error_code != "0":
        said = f"{answer.error_code} {answer.error_desc}"
        return Trouble("round-trip.refused", parameters={"said": said})
    return trouble


def _signature_trouble(request: RequestReceived, system_id: str) -> Trouble | None:
    given = str(request.system_id)
    if given != system_id:
        return Trouble("round-trip.other-system", parameters={"given": given, "expected": system_id})
    signature = request.signature
    if not signature.sign_header_present:
        return Trouble("round-trip.unsigned")
    codes = [problem.code for problem in signature.problems]
    if codes == ["hash-mismatch"]:
        return Trouble("round-trip.wrong-secret")
    if codes:
        return Trouble("round-trip.badly-signed", parameters={"codes": ", ".join(sorted(set(codes)))})
    return None


def check_vietnam_time(request: Event[RequestReceived] | None) -> PreflightCheck:
    """Compare the time in a request with Vietnam time: a candidate in another time zone dates its documents wrongly."""
    stamp = parse_timestamp(request.what.parameters.get("timestamp", "")) if request else None
    if request is None or stamp is None:
        return PreflightCheck("vietnam-time", skipped=True)
    ahead = stamp - datetime.fromisoformat(request.at).replace(tzinfo=None)
    shown = f"{stamp:%H:%M:%S}"
    if not _looks_like_a_zone(ahead):
        return PreflightCheck("vietnam-time", facts=shown)
    parameters = {"given": shown, "hours": f"{ahead.total_seconds() / 3600:+.1f}"}
    return PreflightCheck("vietnam-time", (Trouble("clock.zone", note=True, parameters=parameters),))


def _looks_like_a_zone(ahead: timedelta) -> bool:
    halves = round(ahead.total_seconds() / _HALF_HOUR)
    near = abs(ahead.total_seconds() - halves * _HALF_HOUR) <= _TOLERATED
    return halves != 0 and near and abs(halves) <= 2 * _DAY_HALVES
