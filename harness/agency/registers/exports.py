"""The exports that the driver asks for: made in a thread, handed over as content where they are small."""

import asyncio
import base64
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.registers.entries import RegisterEntry
from harness.agency.registers.records_export import RecordsExport
from harness.agency.registers.registers import Registers
from harness.agency.registers.submission import SubmissionPackage

_FOLDER = "exports"
_SMALL = 8 * 1024 * 1024


class ExportWriter(Protocol):
    """What writes entries of the registers in some form."""

    def content(self, entries: Sequence[RegisterEntry]) -> bytes:
        """Return the export of some entries as a zip."""
        ...


class Exports(Component):
    """Makes both forms of export and answers the driver with them."""

    def __init__(
        self, core: Core, registers: Registers, records_export: RecordsExport, submission: SubmissionPackage
    ) -> None:
        super().__init__(core)
        self.registers = registers
        self.records_export = records_export
        self.submission = submission

    async def records(self) -> dict[str, Any]:
        """Return the records export as the driver protocol hands it over."""
        return await self._made(self.records_export, "records.zip")

    async def sip(self) -> dict[str, Any]:
        """Return the archival package as the driver protocol hands it over."""
        return await self._made(self.submission, "sip.zip")

    async def _made(self, writer: ExportWriter, name: str) -> dict[str, Any]:
        bookings = self.registers.bookings()
        content = await asyncio.to_thread(lambda: writer.content(self.registers.entries(bookings)))
        if len(content) <= _SMALL:
            return {"name": name, "content_base64": base64.b64encode(content).decode("ascii")}
        path = (self.core.folder / _FOLDER / uuid.uuid4().hex / name).absolute()
        path.parent.mkdir(parents=True)
        await asyncio.to_thread(path.write_bytes, content)
        return {"path": str(path)}
