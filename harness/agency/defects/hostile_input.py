"""Further defects with hostile input: each forgets one of several things that have to be checked."""

import asyncio
import re
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import httpx2

from harness.agency.acceptance import Acceptance, Examined
from harness.agency.core import Core
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.catalogue.findings import Finding
from harness.vxp.client import MessageType
from harness.vxp.entries import ReceivedItem

_SCHEMA = re.compile(rb"schemaLocation\s*=\s*\"\S+\s+(https?://[^\"\s]+)")
_DEEP = re.compile(rb"(?:<[\w:]+>\s*){65}")
_LYING = "ATT-06.damaged"


class _Unchecked(Acceptance):
    """Overlooks the findings whose codes begin with one of `overlooked`."""

    overlooked: tuple[str, ...] = ()

    def weighty(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        return [one for one in super().weighty(findings) if not one.code.startswith(self.overlooked)]


@defect("validates-by-schema-location", breaks="SEC-01")
class ValidatesBySchemaLocation(Acceptance):
    """Refuses entities, but fetches the schema that a package names."""

    async def examine(self, data: bytes) -> Examined:
        found = _SCHEMA.search(data)
        if found is not None:
            async with httpx2.AsyncClient(timeout=2.0, trust_env=False) as client:
                try:
                    await client.get(found[1].decode("latin-1"))
                except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                    self.log.info("%s", error)
        return await super().examine(data)


@defect("hangs-on-deep-nesting", breaks="SEC-02")
class HangsOnDeepNesting(Acceptance):
    """Examines one package at a time, and never finishes one that is nested deeply."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._turn = asyncio.Lock()

    async def examine(self, data: bytes) -> Examined:
        async with self._turn:
            if _DEEP.search(data):
                await asyncio.Event().wait()
            return await super().examine(data)


@defect("believes-the-size-of-a-zip", breaks="SEC-03")
class BelievesTheSizeOfAZip(Acceptance):
    """Unpacks every file that claims to be small; one that then has no end blocks the only worker."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._turn = asyncio.Lock()

    async def examine(self, data: bytes) -> Examined:
        async with self._turn:
            examined = await super().examine(data)
            if _LYING in examined.codes:
                await asyncio.Event().wait()
            return examined


@defect("shows-names-turned-around", breaks="SEC-04")
class ShowsNamesTurnedAround(_Unchecked):
    """Accepts characters that change the writing direction, and shows file names with them."""

    overlooked = ("ATT-04.direction",)


@defect("verifies-packages-only", breaks="SEC-05")
class VerifiesPackagesOnly(_Unchecked):
    """Verifies the signature of the package and never looks whether its PDF files were changed."""

    overlooked = ("PDF-03",)


@defect("asks-nobody-about-revocation", breaks="SEC-06")
class AsksNobodyAboutRevocation(Acceptance):
    """Builds the chain, but never asks whether a certificate was revoked."""

    def examined(self, data: bytes, now: datetime) -> Examined:
        return replace(super().examined(data, now), unknown=(), revocation_unknown=False)


@defect("checks-no-host-name", breaks="SEC-07")
class ChecksNoHostName(HubConnection):
    """Checks the chain of the hub's certificate, but not its host name."""

    def verify(self) -> ssl.SSLContext | None:
        verify = super().verify()
        if isinstance(verify, ssl.SSLContext):
            verify.check_hostname = False
        return verify


@defect("names-files-by-doc-id", breaks="SEC-08")
class NamesFilesByDocId(Fetcher):
    """Makes a file named by the docId for every listed item."""

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        for item in items:
            if item.doc_id and "\0" not in item.doc_id and len(item.doc_id) < 4096:
                place = self.core.folder / item.doc_id
                if place.parent.is_dir() and len(place.name.encode()) < 256:
                    place.write_bytes(b"")
        super().notice(messagetype, items, asked_at)
