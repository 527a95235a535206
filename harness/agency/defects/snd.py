"""Defects in sending documents."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from harness.agency.composer import ComposedFile, Composer, DocumentDraft
from harness.agency.gallery import defect
from harness.agency.sender import Sender
from harness.agency.sending_service import SendingService, SendOrder
from harness.agency.store.queue import QueuedPackage
from harness.agency.texts import refused
from harness.edxml.identifiers import new_form
from harness.edxml.model import Attachment, DocumentPackage, Organization
from harness.vxp.failures import Refused, VxpFailure

_NEW_FORM_OF_LEVEL_ONE = re.compile(r"[A-Z][0-9]{2}")
# Merged in 2025: the code of the second is closed.
_CAN_THO, _HAU_GIANG = "H13", "H30"
_LARGE = 5 * 1024 * 1024
_OFFICE = (".docx", ".xlsx")
_THREE = 3
_LONG = 4.0
_FOR_EVER = 86_400.0


@defect("keeps-documents-in-the-drawer", breaks="SND-01")
class KeepsDocumentsInTheDrawer(Sender):
    """Queues documents and never sends them; statuses are sent."""

    async def send(self, outgoing: QueuedPackage) -> float | None:
        return _FOR_EVER if outgoing.messagetype == "edoc" else await super().send(outgoing)


@defect("three-receivers-at-most", breaks="SND-02")
class ThreeReceiversAtMost(Composer):
    """Drops the fourth receiver and all after it without notice."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        return super().receivers(draft)[:_THREE]


@defect("district-hard-coded", breaks="SND-02")
class DistrictHardCoded(Composer):
    """Looks for every commune below a district, and drops one that is right below its province."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        every = super().receivers(draft)
        return tuple(one for one in every if not (_is_commune(one) and _below_level_one(one.organ_id))) or every


@defect("closed-receiver", breaks="SND-02")
class ClosedReceiver(Composer):
    """Sends to a commune by a directory of long ago: under the closed code of the province that it once was in."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        return tuple(
            replace(one, organ_id=one.organ_id.replace(_CAN_THO, _HAU_GIANG)) if _is_commune(one) else one
            for one in super().receivers(draft)
        )


def _is_commune(agency: Organization) -> bool:
    return agency.organ_name.startswith("UBND xã")


def _below_level_one(organ_id: str) -> bool:
    return (new_form(organ_id) or organ_id).count(".") == 1


@defect("drops-new-ids", breaks="SND-03")
class DropsNewIds(Composer):
    """Drops provinces and ministries that are named in the new form, if any receiver is left."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        every = super().receivers(draft)
        return tuple(one for one in every if not _NEW_FORM_OF_LEVEL_ONE.fullmatch(one.organ_id)) or every


class _Refuses(SendingService):
    """Refuses some orders that every system must take."""

    def is_refused(self, order: SendOrder) -> bool:
        """Return whether an order is refused."""
        raise NotImplementedError

    def check_order(self, order: SendOrder, now: datetime) -> None:
        if self.is_refused(order):
            raise refused("send.breaks-standard", complaints=order.type_name)
        super().check_order(order, now)


@defect("refuses-ordinary-documents", breaks="SND-01")
class RefusesOrdinaryDocuments(_Refuses):
    """Refuses documents that are neither urgent nor for several receivers."""

    def is_refused(self, order: SendOrder) -> bool:
        return order.operation == "new" and order.priority == 0 and len(order.to) == 1


@defect("refuses-new-ids", breaks="SND-03")
class RefusesNewIds(_Refuses):
    """Refuses an order that names a province or ministry in the new form."""

    def is_refused(self, order: SendOrder) -> bool:
        return any(_NEW_FORM_OF_LEVEL_ONE.fullmatch(one.organ_id) for one in order.to)


@defect("refuses-office-files", breaks="SND-05")
class RefusesOfficeFiles(_Refuses):
    """Refuses to attach a file of a word processor or spreadsheet."""

    def is_refused(self, order: SendOrder) -> bool:
        return any(file.name.endswith(_OFFICE) for file in order.files)


@defect("escapes-twice", breaks="SND-04")
class EscapesTwice(Composer):
    """Escapes the subject before the XML library does so again."""

    def document(self, draft: DocumentDraft, now: datetime) -> DocumentPackage:
        escaped = draft.subject.replace("&", "&amp;").replace("<", "&lt;")
        return super().document(replace(draft, subject=escaped), now)


@defect("skips-large-files", breaks="SND-05")
class SkipsLargeFiles(Composer):
    """Leaves out files of more than 5 MB without notice."""

    def attachments(self, files: Sequence[ComposedFile]) -> tuple[Attachment, ...]:
        return super().attachments([file for file in files if len(file.content) <= _LARGE])


@defect("keeps-urgent-orders-waiting", breaks="SND-06")
class KeepsUrgentOrdersWaiting(SendingService):
    """Waits several seconds before it carries out an urgent order."""

    async def send(self, order: SendOrder) -> str:
        if order.priority:
            await asyncio.sleep(_LONG)
        return await super().send(order)


@defect("sends-state-secrets", breaks="SND-07")
class SendsStateSecrets(SendingService):
    """Ignores a document's grade of secrecy."""

    def check_classification(self, order: SendOrder) -> None:
        return


@defect("shows-refused-as-sent", breaks="SND-08")
class ShowsRefusedAsSent(Sender):
    """Treats a refusal that came with HTTP status 200 as success."""

    def after(self, outgoing: QueuedPackage, failure: VxpFailure) -> float | None:
        pause = super().after(outgoing, failure)
        if pause is None and isinstance(failure, Refused):
            self.store.queue.sent(outgoing.id, "")
        return pause


@defect("numbers-twice", breaks="SND-09")
class NumbersTwice(SendingService):
    """Gives the number of one document to another; the first stays in the outbox."""

    def check_number(self, order: SendOrder, now: datetime) -> None:
        return

    def queue(self, package: DocumentPackage, draft: DocumentDraft, written: bytes) -> None:
        if self.store.outbox.find(package.document_id) is None:
            super().queue(package, draft, written)
            return
        self.sender.queue(
            messagetype="edoc",
            stream=f"again {package.document_id}",
            document_id=package.document_id,
            organ_id=draft.sender.organ_id,
            package=written,
        )
