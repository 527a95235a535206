"""Defects in the status packages sent."""

from dataclasses import replace
from datetime import datetime

from harness.agency.composer import Composer
from harness.agency.gallery import defect
from harness.agency.store.inbox import InboxDocument
from harness.edxml.model import Organization, StatusPackage


@defect("status-code-one", breaks="STP-03")
class StatusCodeOne(Composer):
    """Writes the status code as a number: `1` for `01`."""

    def status(
        self, document: InboxDocument, code: str, reason: str, sender: Organization, now: datetime
    ) -> StatusPackage:
        status = super().status(document, code, reason, sender, now)
        return replace(status, status_code=code.lstrip("0"))
