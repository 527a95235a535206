"""The commands of the driver protocol lienthong.driver/1, for an agency system."""

import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from harness.agency import driver_arguments as arguments
from harness.agency.component import Component
from harness.agency.composer import ComposedFile
from harness.agency.sending_service import OFFICIAL_LETTER, SendOrder
from harness.agency.store.organs import OwnAgency
from harness.agency.texts import NotDone, failed, words
from harness.catalogue.findings import clipped
from harness.crypto.chains.certificates import CertificateUnreadable
from harness.crypto.chains.trust import Trust
from harness.edxml.attachments import Base64Broken, decode_base64
from harness.edxml.model import Organization
from harness.vxp.failures import VxpFailure

if TYPE_CHECKING:
    from harness.agency.system import AgencySystem

_LOG = logging.getLogger("lienthong.agency.driver")
_SHOWN_AGENCIES = 100
_SWITCHING = frozenset({"configure", "start", "stop"})
_WITHOUT_RUNNING = _SWITCHING | {"hello"}

Command = Callable[[Any], Awaitable[dict[str, Any]]]


class DriverApi(Component):
    """Carries out requests of the driver, one method for each command."""

    def __init__(self, agency: "AgencySystem") -> None:
        super().__init__(agency)
        self._commands: Mapping[str, tuple[type[msgspec.Struct], Command]] = {
            "hello": (arguments.Nothing, self.hello),
            "configure": (arguments.Configure, self.configure),
            "send": (arguments.Send, self.send),
            "decide": (arguments.Decide, self.decide),
            "take_back": (arguments.TakeBack, self.take_back),
            "register": (arguments.Register, self.register),
            "directory": (arguments.Nothing, self.directory),
            "inbox": (arguments.Nothing, self.inbox),
            "outbox": (arguments.Nothing, self.outbox),
            "poll": (arguments.Nothing, self.poll),
            "stop": (arguments.Nothing, self.stop),
            "start": (arguments.Nothing, self.start),
        }

    async def handle(self, request: Any) -> dict[str, Any]:
        """Carry out one request and return its answer: a result, or an error of the protocol."""
        call = request.get("id") if isinstance(request, dict) else None
        try:
            result = await self._carry_out(request)
        except NotDone as error:
            return _error(call, error.kind, str(error))
        except VxpFailure as failure:
            return _error(call, "failed", self.agency.retries.said(failure))
        except Exception as error:
            # A driver must answer whatever happens; the log keeps the rest.
            _LOG.exception("driver command")
            return _error(call, "failed", words("driver.broke", kind=type(error).__name__, detail=str(error)))
        return {"id": call, "result": result}

    async def _carry_out(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict) or not isinstance(request.get("command"), str):
            raise failed("driver.no-request")
        name = request["command"]
        if name not in self.commands():
            raise NotDone("unsupported", "driver.unknown-command", command=name)
        kind, command = self._commands[name]
        try:
            given = msgspec.convert(request.get("arguments") or {}, kind, strict=True)
        except msgspec.ValidationError as error:
            raise failed("driver.bad-arguments", command=name, detail=str(error)) from error
        if name in _SWITCHING:
            async with self.agency.switching:
                return await command(given)
        if name not in _WITHOUT_RUNNING and not self.agency.running:
            raise failed("driver.stopped")
        return await command(given)

    def commands(self) -> list[str]:
        """Return the commands that are supported."""
        return list(self._commands)

    async def hello(self, _: arguments.Nothing) -> dict[str, Any]:
        """Introduce the system."""
        return {"name": self.agency.name, "version": self.agency.version, "commands": self.commands()}

    async def configure(self, given: arguments.Configure) -> dict[str, Any]:
        """Take other settings; what is not given stays as it is."""
        settings = self.agency.settings
        told = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not None}
        interval = told.pop("poll_interval", settings.timing.poll_interval)
        if interval <= 0:
            raise failed("driver.bad-arguments", command="configure", detail="poll_interval <= 0")
        _check_anchors(told.get("hub_trust_anchors_pem", ""), told.get("signer_trust_anchors_pem", ""))
        timing = replace(settings.timing, poll_interval=float(interval))
        await self.agency.configure(replace(settings, **told, timing=timing))
        return {}

    async def send(self, given: arguments.Send) -> dict[str, Any]:
        """Queue a document or an operation."""
        self._check_ready()
        return {"document_id": await self.agency.sending_service.send(_order(given))}

    async def decide(self, given: arguments.Decide) -> dict[str, Any]:
        """Take a step with a received document."""
        self.agency.handling.decide(given.document_id, given.action, given.reason or "")
        return {}

    async def take_back(self, given: arguments.TakeBack) -> dict[str, Any]:
        """Ask a receiver for a document back."""
        self.agency.sending_service.take_back(given.document_id, given.organ_id, given.reason or "")
        return {}

    async def register(self, given: arguments.Register) -> dict[str, Any]:
        """Register agencies at the hub."""
        self._check_ready()
        await self.agency.agency_directory.register(
            [OwnAgency(one.organ_id, one.organ_name, one.parent or "") for one in given.agencies]
        )
        self.agency.agency_directory.refresh()
        return {}

    async def directory(self, _: arguments.Nothing) -> dict[str, Any]:
        """Show the hub's directory as last read, as far as that makes sense in one answer; it is read anew then."""
        self._check_ready()
        self.agency.agency_directory.refresh()
        directory = self.agency.store.directory
        first = [{"organ_id": one.code, "organ_name": one.name} for one in directory.first(_SHOWN_AGENCIES)]
        return {"count": directory.size(), "agencies": first}

    async def inbox(self, _: arguments.Nothing) -> dict[str, Any]:
        """Show the received documents."""
        return {
            "documents": [
                {
                    "document_id": one.document_id,
                    "subject": one.subject,
                    "from": one.sender,
                    "state": one.state.value,
                    "flags": list(one.flags),
                    "attachments": [
                        {"name": file.name, "size": file.size, "sha256": file.sha256} for file in one.attachments
                    ],
                }
                for one in self.agency.store.inbox.all()
            ]
        }

    async def outbox(self, _: arguments.Nothing) -> dict[str, Any]:
        """Show the sent documents."""
        return {
            "documents": [
                {
                    "document_id": one.document_id,
                    "state": one.state,
                    "error": one.error,
                    "receivers": [
                        {"organ_id": receiver.organ_id, "status_code": receiver.status_code}
                        for receiver in one.receivers
                    ],
                }
                for one in self.agency.store.outbox.all()
            ]
        }

    async def poll(self, _: arguments.Nothing) -> dict[str, Any]:
        """Poll without waiting for the interval."""
        self._check_ready()
        self.agency.poller.now()
        return {}

    async def stop(self, _: arguments.Nothing) -> dict[str, Any]:
        """End as if killed."""
        await self.agency.stop()
        return {}

    async def start(self, _: arguments.Nothing) -> dict[str, Any]:
        """Begin again from the store."""
        await self.agency.start()
        return {}

    def _check_ready(self) -> None:
        if not self.agency.settings.complete:
            raise failed("driver.not-configured")


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


def _order(given: arguments.Send) -> SendOrder:
    if given.operation != "new" and not given.target:
        raise failed("driver.bad-arguments", command="send", detail=f"operation {given.operation}: target")
    return SendOrder(
        to=tuple(Organization(one.organ_id, one.organ_name) for one in given.to or ()),
        code_number=str(given.code_number),
        code_notation=given.code_notation,
        subject=given.subject,
        type_name=given.type_name or OFFICIAL_LETTER,
        content=given.content or "",
        priority=given.priority or 0,
        files=tuple(_file(one) for one in given.attachments or ()),
        operation=given.operation,
        target=given.target or "",
        reason=given.reason or "",
        added=tuple(given.receivers_added or ()),
        removed=tuple(given.receivers_removed or ()),
        classification=given.classification or "",
    )


def _file(given: arguments.AttachmentArgument) -> ComposedFile:
    try:
        return ComposedFile(given.name, decode_base64(given.content_base64))
    except Base64Broken as error:
        detail = f"{clipped(given.name)}: base64, {error.position}"
        raise failed("driver.bad-arguments", command="send", detail=detail) from error
