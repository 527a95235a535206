"""Defects in receiving: fetch, store, acknowledge."""

from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.receiver import Listed
from harness.agency.store.items import Item


@defect("never-acks", breaks="RCV-02")
class NeverAcks(Fetcher):
    """Never acknowledges a document, so that the hub lists it for ever. Statuses are acknowledged."""

    async def acknowledge(self, item: Item) -> None:
        if item.messagetype == "status":
            await super().acknowledge(item)


@defect("acks-before-fetching", breaks="RCV-02")
class AcksBeforeFetching(Fetcher):
    """Acknowledges every listed document before it has fetched it: a lost fetch loses the document."""

    async def fetch(self, listed: Listed) -> bytes:
        if listed.messagetype == "edoc":
            await self.report(listed.receiver_doc_id, "done", "")
        return await super().fetch(listed)
