"""Requests of the driver protocol lienthong.driver/1, and the commands that configure, start and stop a system."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from harness.agency import driver_arguments as arguments
from harness.agency.driver_api import Command, DriverApi
from harness.agency.retries import failure_words
from harness.agency.settings import AgencySettings
from harness.agency.texts import NotDone, failed, words
from harness.crypto.chains.certificates import CertificateUnreadable
from harness.crypto.chains.trust import Trust
from harness.vxp.failures import VxpFailure

_LOG = logging.getLogger("lienthong.agency.driver")
_COMMANDS: Mapping[str, type[msgspec.Struct]] = {
    "hello": arguments.Nothing,
    "configure": arguments.Configure,
    "send": arguments.Send,
    "decide": arguments.Decide,
    "take_back": arguments.TakeBack,
    "register": arguments.Register,
    "directory": arguments.Nothing,
    "inbox": arguments.Nothing,
    "outbox": arguments.Nothing,
    "poll": arguments.Nothing,
    "export_records": arguments.Nothing,
    "export_sip": arguments.Nothing,
    "stop": arguments.Nothing,
    "start": arguments.Nothing,
}


class DrivenSystem(Protocol):
    """An agency system as its driver sees it.

    Attributes:
        name, version: how it introduces itself.
        settings: those that hold now, also while it is stopped.
        switching: held while it is configured, started or stopped.
    """

    name: str
    version: str
    settings: AgencySettings
    switching: asyncio.Lock

    @property
    def commands(self) -> DriverApi | None:
        """What carries out all other commands; None while the system is stopped."""
        ...

    async def configure(self, settings: AgencySettings) -> None:
        """Go on with other settings."""
        ...

    async def start(self) -> None:
        """Begin, or begin again from the store."""
        ...

    async def stop(self) -> None:
        """End at once, as if the program were killed."""
        ...


class DriverRequests:
    """Answers the requests of a driver, whether the system runs or not."""

    def __init__(self, system: DrivenSystem) -> None:
        self._system = system
        self._switches: Mapping[str, Command] = {"configure": self._configure, "start": self._start, "stop": self._stop}

    async def handle(self, request: Any) -> dict[str, Any]:
        """Carry out one request and return its answer: a result, or an error of the protocol."""
        call = request.get("id") if isinstance(request, dict) else None
        try:
            result = await self._carry_out(request)
        except NotDone as error:
            return _error(call, error.kind, str(error))
        except VxpFailure as failure:
            return _error(call, "failed", failure_words(failure))
        except Exception as error:
            # A driver must answer whatever happens; the log keeps the rest.
            _LOG.exception("driver command")
            return _error(call, "failed", words("driver.broke", kind=type(error).__name__, detail=str(error)))
        return {"id": call, "result": result}

    async def _carry_out(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict) or not isinstance(request.get("command"), str):
            raise failed("driver.no-request")
        name = request["command"]
        if name not in _COMMANDS:
            raise NotDone("unsupported", "driver.unknown-command", command=name)
        try:
            given = msgspec.convert(request.get("arguments") or {}, _COMMANDS[name], strict=True)
        except msgspec.ValidationError as error:
            raise failed("driver.bad-arguments", command=name, detail=str(error)) from error
        if name in self._switches:
            async with self._system.switching:
                return await self._switches[name](given)
        if name == "hello":
            return {"name": self._system.name, "version": self._system.version, "commands": list(_COMMANDS)}
        commands = self._system.commands
        if commands is None:
            raise failed("driver.stopped")
        return await commands.command(name)(given)

    async def _configure(self, given: arguments.Configure) -> dict[str, Any]:
        """Take other settings; what is not given stays as it is."""
        settings = self._system.settings
        changed = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not None}
        interval = changed.pop("poll_interval", settings.timing.poll_interval)
        if interval <= 0:
            raise failed("driver.bad-arguments", command="configure", detail="poll_interval <= 0")
        _check_anchors(changed.get("hub_trust_anchors_pem", ""), changed.get("signer_trust_anchors_pem", ""))
        timing = replace(settings.timing, poll_interval=float(interval))
        await self._system.configure(replace(settings, **changed, timing=timing))
        return {}

    async def _start(self, _: arguments.Nothing) -> dict[str, Any]:
        await self._system.start()
        return {}

    async def _stop(self, _: arguments.Nothing) -> dict[str, Any]:
        await self._system.stop()
        return {}


def _error(call: object, kind: str, message: str) -> dict[str, Any]:
    return {"id": call, "error": {"code": kind, "message": message}}


def _check_anchors(hub: str, signers: str) -> None:
    try:
        if hub.strip():
            ssl.create_default_context(cadata=hub)
        if signers.strip():
            Trust.of_pem(signers.encode())
    except (ssl.SSLError, ValueError, CertificateUnreadable) as error:
        raise failed("driver.bad-arguments", command="configure", detail=str(error)) from error
