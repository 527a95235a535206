"""Defects in the status packages sent."""

from dataclasses import replace
from datetime import datetime

from harness.agency.composer import Composer
from harness.agency.defects.package_changes import SpoiltStatuses
from harness.agency.gallery import defect
from harness.agency.store.inbox import InboxDocument
from harness.catalogue.codes import StatusCode
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.edxml.model import Organization, StatusPackage


@defect("status-with-a-receiver", breaks="STP-01")
class StatusWithAReceiver(SpoiltStatuses):
    """Names the receiver of a status in To, as in a document."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        organ = Element("OrganId", text=draft.element("ResponseFor/OrganId").text)
        return draft.followed("From", Element("To", (organ, Element("OrganName", text="Nơi gửi"))))


@defect("answers-twice-in-one-status", breaks="STP-02")
class AnswersTwiceInOneStatus(SpoiltStatuses):
    """Writes ResponseFor twice."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.repeated("ResponseFor")


@defect("status-code-one", breaks="STP-03")
class StatusCodeOne(Composer):
    """Writes the status code as a number: `1` for `01`."""

    def status(
        self, document: InboxDocument, code: str, reason: str, sender: Organization, now: datetime
    ) -> StatusPackage:
        status = super().status(document, code, reason, sender, now)
        return replace(status, status_code=code.lstrip("0"))


@defect("status-without-seconds", breaks="STP-04")
class StatusWithoutSeconds(SpoiltStatuses):
    """Leaves the seconds out of the time."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("Timestamp", draft.element("Timestamp").text[:-3])


@defect("refusal-without-a-reason", breaks="STP-05", shown_by=("STS-02",))
class RefusalWithoutAReason(SpoiltStatuses):
    """Drops the reason of a refusal."""

    codes = (StatusCode.REFUSED,)

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("Description")
