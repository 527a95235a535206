"""Recall, take-back, update and replacement: what a candidate sends, and what it does with those it receives."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.edxml.model import DocumentPackage
from harness.expectations.assessment import Assessment, Blind, Broken, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.statuses import status_description, status_number
from harness.journal import Event
from harness.vxp.operations import HubOperation

_CANCELLED = "cancelled"


class Operates(Expectation, frozen=True, tag="operates"):
    """The package `document`, taken by the hub, is operation `doc_type` on the document `target`.

    For an update, `added` and `removed` are the receivers it must name as such.
    """

    gives: ClassVar[Codes] = {
        "operates-otherwise": ("document",),
        "not-sent": ("document",),
    }

    document: str
    doc_type: str
    target: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the package that the hub took."""
        taken = next((one for one in evidence.sendings(self.document) if one.effect.accepted), None)
        package = evidence.package(taken) if taken else None
        if taken is None or not isinstance(package, DocumentPackage):
            return Pending(
                finding(requirement, "not-sent", expected=HubOperation.SEND_EDOC, received="-", document=self.document)
            )
        expected = f"BussinessDocType {self.doc_type} → {self.target}"
        received = _described(package)
        if package.bussiness is not None and package.bussiness.doc_type == self.doc_type and self._fits(package):
            return Met()
        wrong = finding(
            requirement,
            "operates-otherwise",
            event=taken.request,
            expected=expected,
            received=received,
            document=self.document,
        )
        return Broken((wrong,))

    def _fits(self, package: DocumentPackage) -> bool:
        if self.target not in _targets(package):
            return False
        info = package.bussiness.document_info if package.bussiness else None
        listed = {(one.organ_id, one.receiver_type) for one in info.receivers} if info else set()
        wanted = {(organ, "1") for organ in self.added} | {(organ, "0") for organ in self.removed}
        return wanted <= listed


def _targets(package: DocumentPackage) -> frozenset[str]:
    """Return the documents that an operation names, by the element its kind names them in."""
    business = package.bussiness
    if business is None:
        return frozenset()
    if business.doc_type == BusinessOperation.RECALL:
        return frozenset(one.document_id for one in package.response_for)
    if business.doc_type == BusinessOperation.UPDATE:
        return frozenset({business.document_id})
    return frozenset(one.document_id for one in business.replacements)


def _described(package: DocumentPackage) -> str:
    kind = package.bussiness.doc_type if package.bussiness else "-"
    return f"BussinessDocType {kind} → {', '.join(sorted(_targets(package))) or '-'}"


class StatusTo(Expectation, frozen=True, tag="status-to"):
    """A status with `code` about the candidate's own document goes to the receiver `organ_id`: the roles are
    reversed."""

    gives: ClassVar[Codes] = {
        "roles-not-turned": ("document",),
        "status-not-sent": ("document",),
    }

    document: str
    code: str
    organ_id: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the statuses about the document."""
        expected = f"{self.code} → {self.organ_id}"
        named = "-"
        for exchange in evidence.statuses(self.document):
            if status_number(exchange.package.status_code) != status_number(self.code):
                continue
            answered = exchange.package.response_for
            named = str(answered.organ_id if answered else None)
            if named == self.organ_id and exchange.effect.accepted:
                return Met()
        return Pending(
            finding(requirement, "roles-not-turned", expected=expected, received=named, document=self.document)
            if named != "-"
            else finding(requirement, "status-not-sent", expected=expected, received="-", document=self.document)
        )


class Withdrawn(Expectation, frozen=True, tag="withdrawn"):
    """A document that was called back is answered: with 15 and shown as cancelled, or with 16 and a reason.

    With `silence`, being shown as cancelled is enough. `answers` are the codes that may answer; a candidate that
    refuses must not cancel the document.
    """

    gives: ClassVar[Codes] = {
        "not-cancelled": ("document",),
        "not-answered-back": ("document",),
        "may-not-refuse": ("document",),
        "refused-without-reason": ("document",),
        "refused-yet-cancelled": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    silence: bool = False
    answers: tuple[str, ...] = (StatusCode.AGREED, StatusCode.DISAGREED)

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge statuses, and the last look into the inbox."""
        agreed, refused = (self._said(evidence, code) for code in (StatusCode.AGREED, StatusCode.DISAGREED))
        rows = shown_rows(evidence, "inbox", self.document)
        state = "-" if isinstance(rows, Blind) or not rows else str(rows[0].get("state"))
        if refused and not agreed:
            return self._refusal(evidence, refused[-1], state, requirement)
        if isinstance(rows, Blind):
            return rows
        answered = self.silence or bool(agreed)
        if answered and state == _CANCELLED:
            return Met()
        reason = "not-cancelled" if answered else "not-answered-back"
        return Pending(
            finding(
                requirement,
                reason,
                event=evidence.view("inbox"),
                expected=f"{StatusCode.AGREED} + cancelled | {StatusCode.DISAGREED}",
                received=state,
                document=self.document,
            )
        )

    def _said(self, evidence: Evidence, code: StatusCode) -> list[Exchange]:
        said = (one for one in evidence.statuses(self.document) if one.effect.accepted)
        return [one for one in said if status_number(one.package.status_code) == code.number]

    def _refusal(self, evidence: Evidence, refusal: Exchange, state: str, requirement: str) -> Assessment:
        if StatusCode.DISAGREED.number not in {status_number(code) for code in self.answers}:
            reason = "may-not-refuse"
        elif not status_description(evidence, refusal):
            reason = "refused-without-reason"
        elif state == _CANCELLED:
            reason = "refused-yet-cancelled"
        else:
            return Met()
        wrong = finding(
            requirement,
            reason,
            event=refusal.request,
            expected="|".join(self.answers),
            received=f"16, {state}",
            document=self.document,
        )
        return Broken((wrong,)) if state == _CANCELLED else Pending(wrong)


class Untouched(Expectation, frozen=True, tag="untouched"):
    """In a look after event `after` the document is in the inbox, is not cancelled, and no 15 was sent for it.

    With `subject`, it must still be shown with exactly that subject.
    """

    gives: ClassVar[Codes] = {
        "agreed-wrongly": ("document",),
        "applied-wrongly": ("document",),
        "updated-wrongly": ("document",),
        "not-stored": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    after: int
    subject: str = ""

    @property
    def reads(self) -> frozenset[str]:
        """The subject, where it counts."""
        return frozenset({"subject"}) if self.subject else frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox, and the statuses."""
        rows: Any = shown_rows(evidence, "inbox", self.document, self.reads)
        if isinstance(rows, Blind):
            return rows
        agreed = [
            one
            for one in evidence.statuses(self.document)
            if status_number(one.package.status_code) == StatusCode.AGREED.number
        ]
        if agreed:
            sent = finding(
                requirement,
                "agreed-wrongly",
                event=agreed[0].request,
                expected="-",
                received=StatusCode.AGREED,
                document=self.document,
            )
            return Broken((sent,))
        look = evidence.view("inbox")
        if not rows or evidence.looked_at("inbox", self.document) < self.after:
            return Pending(
                finding(requirement, "not-stored", event=look, expected="inbox: 1", received=0, document=self.document)
            )
        return self._shown(rows[0], look, requirement)

    def _shown(self, row: Mapping[str, Any], look: Event | None, requirement: str) -> Assessment:
        state, subject = str(row.get("state")), str(row.get("subject"))
        if state == _CANCELLED:
            applied = finding(
                requirement, "applied-wrongly", event=look, expected="-", received=state, document=self.document
            )
            return Broken((applied,))
        if self.subject and subject != self.subject:
            updated = finding(
                requirement,
                "updated-wrongly",
                event=look,
                expected=self.subject,
                received=subject,
                document=self.document,
            )
            return Broken((updated,))
        return Met()


class AnyStatus(Expectation, frozen=True, tag="any-status"):
    """A status with one of `codes` is sent about one of `documents`, whichever it names."""

    gives: ClassVar[Codes] = {
        "status-not-sent": ("document",),
    }

    documents: tuple[str, ...]
    codes: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the statuses about any of the documents."""
        wanted = {status_number(code) for code in self.codes}
        seen = [one for document in self.documents for one in evidence.statuses(document)]
        if any(status_number(one.package.status_code) in wanted for one in seen):
            return Met()
        received = ", ".join(str(one.package.status_code) for one in seen) or "-"
        return Pending(
            finding(
                requirement,
                "status-not-sent",
                expected="|".join(self.codes),
                received=received,
                document=" | ".join(self.documents),
            )
        )
