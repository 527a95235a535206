"""Defects with hostile input. Some do what a careless product would do: run them against the harness only."""

import asyncio
import re
import ssl

import httpx2

from harness.agency.acceptance import Acceptance, Examined
from harness.agency.component import Component
from harness.agency.defects.rcv import ChecksNothing
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver, NotYet

_ADDRESS = re.compile(rb"(?:SYSTEM|PUBLIC\s+[\"'][^\"']*[\"']|href\s*=)\s*[\"'](https?://[^\"']+)[\"']")
_DEADLY = re.compile(rb"(?:&\w+;){9}|=\s*[\"'][^\"'<]{60000}|(?:<[\w:]+>\s*){65}")
_BOMBS = frozenset({"ATT-06.too-large", "ATT-06.expansion", "PKG-10.member"})
_crashes: set[asyncio.Task[None]] = set()


def _crash(component: Component) -> None:
    """End the whole system, like a process that the operating system kills."""
    task = asyncio.get_running_loop().create_task(component.core.stop())
    _crashes.add(task)
    task.add_done_callback(_crashes.discard)


@defect("resolves-external-entities", breaks="SEC-01")
class ResolvesExternalEntities(Acceptance):
    """Fetches what a package names as external entity, external DTD or inclusion."""

    async def examine(self, data: bytes) -> Examined:
        async with httpx2.AsyncClient(timeout=2.0, trust_env=False) as client:
            for address in _ADDRESS.findall(data)[:3]:
                try:
                    await client.get(address.decode("latin-1"))
                except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                    self.log.info("%s", error)
        return await super().examine(data)


@defect("dies-of-entities", breaks="SEC-02")
class DiesOfEntities(Acceptance):
    """Expands entities, nesting and attributes without limit, until the operating system kills the process."""

    async def examine(self, data: bytes) -> Examined:
        if _DEADLY.search(data):
            _crash(self)
        return await super().examine(data)


@defect("dies-of-a-zip-bomb", breaks="SEC-03")
class DiesOfAZipBomb(Acceptance):
    """Unzips everything into memory, until the operating system kills the process."""

    async def examine(self, data: bytes) -> Examined:
        examined = await super().examine(data)
        if not _BOMBS.isdisjoint(examined.codes):
            _crash(self)
        return examined


@defect("writes-under-the-given-name", breaks="SEC-04")
class WritesUnderTheGivenName(DocumentReceiver):
    """Writes every attachment under the name that its sender gave it, wherever it points to."""

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        package, _ = self.acceptance.read(data)
        folder = self.core.folder / "attachments"
        folder.mkdir(exist_ok=True)
        for one in getattr(package, "attachments", ()):
            place = folder / one.name.replace("\0", "")
            if place.parent.is_dir() and not place.exists():
                place.write_bytes(one.content)
        return await super().receive(listed, data)


@defect("ignores-signatures", breaks="SEC-05")
class IgnoresSignatures(ChecksNothing):
    """Never verifies a signature, in the package or in a PDF."""

    unseen = ("SIG-01", "SIG-02", "SIG-03", "PDF-03")


@defect("trusts-every-signer", breaks="SEC-06")
class TrustsEverySigner(ChecksNothing):
    """Verifies signatures, but never checks who made them."""

    unseen = ("SIG-05", "SIG-06", "PDF-04")


@defect("checks-no-certificate", breaks="SEC-07")
class ChecksNoCertificate(HubConnection):
    """Uses TLS without checking the certificate of the server."""

    def verify(self) -> ssl.SSLContext | None:
        careless = ssl.create_default_context()
        careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
        return careless


@defect("stumbles-over-strange-ids", breaks="SEC-08")
class StumblesOverStrangeIds(Fetcher):
    """Fails on an id that cannot be put into a header line, and stops reading the list."""

    def is_usable(self, receiver_doc_id: str) -> bool:
        if not super().is_usable(receiver_doc_id):
            raise ValueError(receiver_doc_id)
        return True
