"""Base classes of the defects of packages: each changes a good package in one way before it is sent."""

from harness.agency.composer import Composer
from harness.agency.sender import Sender
from harness.agency.store.queue import QueuedPackage
from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import elements_of
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.vxp.client import VxpClient
from harness.vxp.failures import Refused

_SMALL = 1024 * 1024


class SpoiltDocuments(Composer):
    """Spoils ordinary new documents: one file, no urgency. All others are sent as they should be."""

    def outgoing(self, package: DocumentPackage | StatusPackage, written: bytes) -> bytes:
        if isinstance(package, DocumentPackage) and self.is_spoilt(package):
            return self.spoil(PackageDraft(elements_of(package))).written()
        return super().outgoing(package, written)

    def is_spoilt(self, package: DocumentPackage) -> bool:
        """Return whether a package is one that this defect is about."""
        ordinary = package.other_info is not None and package.other_info.priority == "0"
        return ordinary and len(package.attachments) == 1 and operation(package) == BusinessOperation.NEW

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        """Return the package with its one defect."""
        raise NotImplementedError


class SpoiltStatuses(Composer):
    """Spoils the statuses that say one of `codes`."""

    codes: tuple[str, ...] = (StatusCode.ARRIVED,)

    def outgoing(self, package: DocumentPackage | StatusPackage, written: bytes) -> bytes:
        if isinstance(package, StatusPackage) and package.status_code in self.codes:
            return self.spoil(PackageDraft(elements_of(package))).written()
        return super().outgoing(package, written)

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        """Return the package with its one defect."""
        raise NotImplementedError


class UnreadableFirst(Sender):
    """Sends each small document first in bytes that no hub can read and, refused, then as it should be."""

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        if outgoing.messagetype == "edoc" and outgoing.tries == 0 and len(package) < _SMALL:
            try:
                await client.send_edoc(self.spoil(package), "edoc")
            except Refused as refusal:
                self.log.info("%s", refusal)
        return await super().call(client, outgoing, package)

    def spoil(self, package: bytes) -> bytes:
        """Return the package with its one defect."""
        raise NotImplementedError


def operation(package: DocumentPackage) -> str:
    """Return the operation of a package as it is written."""
    return package.bussiness.doc_type if package.bussiness else BusinessOperation.NEW
