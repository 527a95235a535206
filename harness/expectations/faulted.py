"""Expectations about faults: that a fault met a call, and what must not follow from it."""

from collections.abc import Iterator
from typing import ClassVar

from harness.catalogue.findings import Finding
from harness.expectations.assessment import Assessment, Blind, Broken, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows, unsupported
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.receiving import Acked, StoredOnce
from harness.hub.faults.answers import FOREIGN_DATA
from harness.journal import Event
from harness.journal.events import DriverCalled, ViewUnchanged
from harness.vxp.operations import HubOperation


def mistaken(evidence: Evidence, document: str) -> bool:
    """Tell whether a document was acknowledged as done after another's content, and nothing else, had come for it."""
    acks = [one.request.seq for one in evidence.acks(document) if one.acked_as == "done"]
    fetches = [one for one in evidence.calls(HubOperation.GET_EDOC, document) if acks and one.request.seq < acks[0]]
    return any(one.fault == FOREIGN_DATA for one in fetches) and not any(one.served for one in fetches)


class FaultMet(Expectation, frozen=True, tag="fault-met"):
    """A fault has met at least `times` calls since event `after`; a precondition of everything expected of the reaction
    to it.

    With `document`, calls of `operation` about that document are meant, whenever they came; else calls of `operation`,
    empty for any, and with `messagetype` those for the list of that type. A call that is not answered yet has met it.
    """

    gives: ClassVar[Codes] = {
        "fault-not-met": ("document",),
    }

    operation: str = ""
    document: str = ""
    messagetype: str = ""
    after: int = -1
    times: int = 1

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the answers that bear the name of a fault."""
        met = sum(one.fault is not None or one.answer is None for one in self._calls(evidence))
        if met >= self.times:
            return Met()
        return Pending(
            finding(
                requirement,
                "fault-not-met",
                expected=f">= {self.times} × {self.operation or '-'}",
                received=met,
                document=self.document or self.messagetype or "-",
            )
        )

    def _calls(self, evidence: Evidence) -> list[Exchange]:
        if self.document:
            return evidence.calls(self.operation, self.document)
        return [
            one
            for one in evidence.exchanges
            if one.request.seq > self.after
            and self.operation in {"", one.operation}
            and self.messagetype in {"", one.parameters.get("messagetype", "").lower()}
        ]


class NotMistaken(Expectation, frozen=True, tag="not-mistaken"):
    """An item whose content came as another sender's document `foreign` is fetched again, stored once, acknowledged.

    A candidate that treated the other document as the item's was misled by the hub; only the sender in the list shows
    the mistake. This has its own code.
    """

    gives: ClassVar[Codes] = {
        "foreign-taken": ("document",),
        "acked-otherwise": ("document",),
        "acked-before-fetch": ("document",),
        "not-acked": ("document",),
        "not-stored": ("document",),
        "stored-twice": ("document",),
        "subject-altered": ("document",),
        "stored-file-altered": ("document", "file"),
        "stored-file-added": ("document", "file"),
        "wrong-state": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    foreign: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the acknowledgements of the item, and both documents in the last look into the inbox."""
        rows = shown_rows(evidence, "inbox", self.foreign)
        if mistaken(evidence, self.document) or (not isinstance(rows, Blind) and rows):
            return Broken((self._taken(evidence, requirement),))
        acked = Acked(document=self.document).assess(evidence, requirement)
        if not isinstance(acked, Met):
            return acked
        return StoredOnce(document=self.document).assess(evidence, requirement)

    def _taken(self, evidence: Evidence, requirement: str) -> Finding:
        served = [one for one in evidence.calls(HubOperation.GET_EDOC, self.document) if one.fault == FOREIGN_DATA]
        return finding(
            requirement,
            "foreign-taken",
            event=served[0].request if served else None,
            expected=self.document,
            received=self.foreign,
            document=self.document,
        )


class StoredWhenAcked(Expectation, frozen=True, tag="stored-when-acked"):
    """The inbox shows the document in a view that begins after its acknowledgement and ends before the answer to it.

    A candidate that stores only after the hub's answer loses the document when it is stopped in between.
    """

    gives: ClassVar[Codes] = {
        "acked-unstored": ("document",),
        "not-acked": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the looks while the answer was held back."""
        blind = unsupported(evidence, "inbox")
        if blind is not None:
            return blind
        acks = [
            one
            for one in evidence.calls(HubOperation.UPDATE_STATUS, self.document)
            if one.parameters.get("status") == "done"
        ]
        if not acks:
            wanted = "updateStatus done"
            return Pending(finding(requirement, "not-acked", expected=wanted, received="-", document=self.document))
        answered = next((one.answer.seq for one in acks if one.served and one.answer), len(evidence.events))
        looks = list(self._looks(evidence, acks[0].request, answered))
        if any(self._shows(shown) for shown in looks):
            return Met()
        return Pending(
            finding(
                requirement,
                "acked-unstored",
                event=acks[0].request,
                expected="inbox: 1",
                received="0" if looks else "-",
                document=self.document,
            )
        )

    def _looks(self, evidence: Evidence, ack: Event, answered: int) -> Iterator[DriverCalled]:
        """Yield each look that began after the acknowledgement and ended before its answer."""
        for event in evidence.events[ack.seq + 1 : answered]:
            match event.what:
                case ViewUnchanged(command="inbox", same=same, seconds=seconds):
                    shown = evidence.events[same].what
                case DriverCalled(command="inbox", seconds=seconds):
                    shown = event.what
                case _:
                    continue
            if not isinstance(shown, DriverCalled) or not shown.result:
                continue
            asked = dict(shown.asked or ()).get(self.document)
            began = event.elapsed - seconds
            if began >= ack.elapsed if asked is None else asked > ack.seq:
                yield shown

    def _shows(self, look: DriverCalled) -> bool:
        return any(row.get("document_id") == self.document for row in look.documents)


class KeptOnce(Expectation, frozen=True, tag="kept-once"):
    """In a look after event `after`, the inbox shows the document, exactly once."""

    gives: ClassVar[Codes] = {
        "stored-twice": ("document",),
        "not-stored": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox."""
        rows = shown_rows(evidence, "inbox", self.document)
        if isinstance(rows, Blind):
            return rows
        look = evidence.view("inbox")
        if len(rows) > 1:
            doubled = finding(
                requirement, "stored-twice", event=look, expected="inbox: 1", received=len(rows), document=self.document
            )
            return Broken((doubled,))
        if rows and evidence.looked_at("inbox", self.document) > self.after:
            return Met()
        return Pending(
            finding(
                requirement, "not-stored", event=look, expected="inbox: 1", received=len(rows), document=self.document
            )
        )
