"""Every call to a driver leaves evidence: what was asked, what came back, how long it took."""

import asyncio
import base64
import binascii
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harness.drivers.protocol import LOOKING, Driver, DriverError, DriverLost, Killable
from harness.drivers.views import Attended, ViewRequest
from harness.journal import Event, Recorder
from harness.journal.events import DriverCalled, DriverFault, DriverUnsupported, ViewUnchanged, ViewUnseen


class RecordedDriver:
    """Wraps a driver and records each call; an unchanged view is recorded as such, without its content."""

    def __init__(self, driver: Driver, recorder: Recorder) -> None:
        self._driver = driver
        self._recorder = recorder
        self._shown: dict[str, tuple[Mapping[str, Any], Event]] = {}

    @property
    def attended(self) -> Attended | None:
        """The driver underneath, if a person sits behind it."""
        return self._driver if isinstance(self._driver, Attended) else None

    @property
    def skew(self) -> float | None:
        """Seconds by which the other machine's clock is ahead, where the driver underneath knows."""
        skew: float | None = getattr(self._driver, "skew", None)
        return skew

    async def call(
        self, command: str, arguments: Mapping[str, Any], limit: float, *, scenario: str | None = None
    ) -> dict[str, Any]:
        """Carry out one command, recorded; see `Driver`."""
        began = time.monotonic()
        asked = DriverCalled(command=command, arguments=self._light(arguments))
        try:
            result = await self._driver.call(command, arguments, limit)
        except DriverError as error:
            said = DriverFault(kind=error.kind, message=error.message)
            self._record_error(asked, said, _since(began), scenario, unseen=self._is_unseen(error, command))
            raise
        except DriverLost as error:
            said = DriverFault(
                kind="lost", reason=error.reason, message=str(error), where=error.where, detail=error.detail
            )
            self._record_error(asked, said, _since(began), scenario)
            raise
        except asyncio.CancelledError:
            self._record_error(asked, DriverFault(kind="interrupted"), _since(began), scenario)
            raise
        self._record_result(asked, result, _since(began), scenario)
        return result

    async def look(self, view: str, due: Sequence[ViewRequest], wanted: Sequence[ViewRequest]) -> None:
        """Have the person behind the driver look, and record the answers, and what was left unanswered.

        Raises:
            TypeError: no person sits behind this driver.
        """
        if self.attended is None:
            raise TypeError("no person to ask")
        began = time.monotonic()
        seen = await self.attended.look(view, due, wanted)
        for missing in seen.unseen:
            self._recorder.record(ViewUnseen(command=view, document=missing.document, answer=missing.answer))
        if seen.asked:
            asked = tuple(seen.asked.items())
            self._recorder.record(DriverCalled(command=view, result=seen.result, asked=asked, seconds=_since(began)))

    @property
    def killable(self) -> bool:
        """True when the candidate is a program that the driver itself started."""
        return isinstance(self._driver, Killable)

    async def kill(self) -> None:
        """Kill the candidate's program; the next call starts it again.

        Raises:
            TypeError: the candidate is not a program that the driver started.
        """
        if not isinstance(self._driver, Killable):
            raise TypeError("this driver has no program to kill")
        await self._driver.kill()

    async def close(self) -> None:
        """Close the driver underneath."""
        await self._driver.close()

    def _is_unseen(self, error: DriverError, command: str) -> bool:
        """Say whether no call can show what was asked for: that is an event of its own, which judges look for."""
        blind = error.kind == "operator" and command in LOOKING and self.attended is None
        return blind or error.kind == "unsupported"

    def _record_error(
        self, asked: DriverCalled, said: DriverFault, seconds: float, scenario: str | None, *, unseen: bool = False
    ) -> None:
        called = DriverUnsupported if unseen else DriverCalled
        what = called(command=asked.command, arguments=asked.arguments, error=said, seconds=seconds)
        self._recorder.record(what, scenario=scenario)

    def _record_result(self, asked: DriverCalled, result: dict[str, Any], seconds: float, scenario: str | None) -> None:
        command = asked.command
        before = self._shown.get(command)
        if command in LOOKING and before is not None and before[0] == result:
            self._recorder.record(ViewUnchanged(command=command, same=before[1].seq, seconds=seconds))
            return
        event = self._recorder.record(
            msgspec.structs.replace(asked, result=_lightened(result), seconds=seconds),
            scenario=None if command in LOOKING else scenario,
        )
        if command in LOOKING:
            self._shown[command] = (result, event)

    def _light(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Put the content of attachments into blobs, so that the journal stays readable."""
        light = dict(arguments)
        if isinstance(light.get("attachments"), list):
            light["attachments"] = [self._attachment(entry) for entry in light["attachments"]]
        return light

    def _attachment(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        try:
            content = base64.b64decode(entry["content_base64"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            return dict(entry)
        digest = hashlib.sha256(content).hexdigest()
        return {
            "name": entry["name"],
            "size": len(content),
            "sha256": digest,
            "blob": self._recorder.keep(content),
        }


def _lightened(result: dict[str, Any]) -> dict[str, Any]:
    """Put the digest of a file in the place of its content, which the caller keeps."""
    content = result.get("content_base64")
    if not isinstance(content, str):
        return result
    digest = hashlib.sha256(content.encode(errors="replace")).hexdigest()
    return {**result, "content_base64": f"{len(content)} characters, SHA-256 {digest}"}


def _since(began: float) -> float:
    return round(time.monotonic() - began, 6)
