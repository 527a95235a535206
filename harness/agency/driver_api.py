"""The commands of the driver protocol lienthong.driver/1 that a running agency system carries out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from harness.agency import driver_arguments as arguments
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import ComposedFile
from harness.agency.core import Core
from harness.agency.handling import Handling
from harness.agency.poller import Poller
from harness.agency.registers.exports import Exports
from harness.agency.sending_service import OFFICIAL_LETTER, SendingService, SendOrder
from harness.agency.store.organs import OwnAgency
from harness.agency.texts import failed
from harness.catalogue.findings import clipped
from harness.edxml.attachments import Base64Broken, decode_base64
from harness.edxml.model import Organization

_SHOWN_AGENCIES = 100

Command = Callable[[Any], Awaitable[dict[str, Any]]]


class DriverApi(Component):
    """Carries out commands of the driver, one method for each."""

    def __init__(
        self,
        core: Core,
        handling: Handling,
        sending_service: SendingService,
        agency_directory: AgencyDirectory,
        poller: Poller,
        exports: Exports,
    ) -> None:
        super().__init__(core)
        self.handling = handling
        self.sending_service = sending_service
        self.agency_directory = agency_directory
        self.poller = poller
        self.exports = exports
        self._commands: Mapping[str, Command] = {
            "send": self.send,
            "decide": self.decide,
            "take_back": self.take_back,
            "register": self.register,
            "directory": self.directory,
            "inbox": self.inbox,
            "outbox": self.outbox,
            "poll": self.poll,
            "export_records": self.export_records,
            "export_sip": self.export_sip,
        }

    def command(self, name: str) -> Command:
        """Return the method that carries out the command called `name`.

        Raises:
            KeyError: there is none.
        """
        return self._commands[name]

    async def send(self, given: arguments.Send) -> dict[str, Any]:
        """Queue a document or an operation."""
        self._check_ready()
        return {"document_id": await self.sending_service.send(_order(given))}

    async def decide(self, given: arguments.Decide) -> dict[str, Any]:
        """Take a step with a received document."""
        self.handling.decide(given.document_id, given.action, given.reason or "")
        return {}

    async def take_back(self, given: arguments.TakeBack) -> dict[str, Any]:
        """Ask a receiver for a document back."""
        self.sending_service.take_back(given.document_id, given.organ_id, given.reason or "")
        return {}

    async def register(self, given: arguments.Register) -> dict[str, Any]:
        """Register agencies at the hub."""
        self._check_ready()
        await self.agency_directory.register(
            [OwnAgency(one.organ_id, one.organ_name, one.parent or "") for one in given.agencies]
        )
        self.agency_directory.refresh()
        return {}

    async def directory(self, _: arguments.Nothing) -> dict[str, Any]:
        """Show the size and the first rows of the hub's directory as last read, and begin to read it again."""
        self._check_ready()
        self.agency_directory.refresh()
        directory = self.store.directory
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
                for one in self.store.inbox.all()
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
                for one in self.store.outbox.all()
            ]
        }

    async def poll(self, _: arguments.Nothing) -> dict[str, Any]:
        """Poll without waiting for the interval."""
        self._check_ready()
        self.poller.now()
        return {}

    async def export_records(self, _: arguments.Nothing) -> dict[str, Any]:
        """Export what is kept of the documents exchanged."""
        self._check_ready()
        return await self.exports.records()

    async def export_sip(self, _: arguments.Nothing) -> dict[str, Any]:
        """Make the archival package of the documents exchanged."""
        self._check_ready()
        return await self.exports.sip()

    def _check_ready(self) -> None:
        if not self.settings.complete:
            raise failed("driver.not-configured")


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
