"""What a candidate must do when calls fail: try again, but not endlessly and not at once."""

import math
from itertools import pairwise
from typing import ClassVar

from harness.expectations.assessment import Assessment, Blind, Broken, Holding, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.evidence import Evidence, Exchange
from harness.vxp.operations import HubOperation

_SHORTEST_WALK = 3  # tries that make two gaps
_SEVERAL = 3  # gaps that make a pace
_STEADY = 0.8  # a pause may be so much shorter than the one before and count as no shorter
_NOTED = 0.1  # seconds by which an answer is noted later than its peer may have read it


class Retried(Expectation, frozen=True, tag="retried"):
    """An operation about a document is called at least `times` times."""

    gives: ClassVar[Codes] = {
        "not-retried": ("document",),
    }

    operation: str
    document: str
    times: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the number of calls."""
        calls = evidence.calls(self.operation, self.document)
        if len(calls) >= self.times:
            return Met()
        return Pending(
            finding(
                requirement,
                "not-retried",
                event=calls[-1].request if calls else None,
                expected=f">= {self.times} × {self.operation}",
                received=len(calls),
                document=self.document,
            )
        )


class GaveUp(Expectation, frozen=True, tag="gave-up"):
    """After a call that was never answered, the same operation about the document is called again within `seconds`."""

    gives: ClassVar[Codes] = {
        "given-up-late": ("document",),
        "not-given-up": ("document",),
    }

    operation: str
    document: str
    seconds: float

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the gap after the first call."""
        calls = evidence.calls(self.operation, self.document)
        expected = f"{self.operation} <= {self.seconds:g} s"
        if len(calls) < 2:
            return Pending(
                finding(
                    requirement,
                    "not-given-up",
                    event=calls[0].request if calls else None,
                    expected=expected,
                    received="-",
                    document=self.document,
                )
            )
        took = evidence.between(calls[0].request, calls[1].request)
        if took <= self.seconds:
            return Met(f"{took:.1f} s, {expected}")
        late = finding(
            requirement,
            "given-up-late",
            event=calls[1].request,
            expected=expected,
            received=f"{took:.1f} s",
            document=self.document,
        )
        return Broken((late,))


class ListRetried(Expectation, frozen=True, tag="list-retried"):
    """After event `since`, the list of a message type is asked for again within `seconds`."""

    gives: ClassVar[Codes] = {
        "list-not-retried": (),
    }

    messagetype: str
    since: int
    seconds: float

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the first two requests for the list after the event."""
        asked = [
            one
            for one in evidence.exchanges
            if one.operation == HubOperation.GET_RECEIVED_EDOC_LIST
            and one.parameters.get("messagetype") == self.messagetype
            and one.request.seq > self.since
        ]
        expected = f"getReceivedEdocList {self.messagetype} <= {self.seconds:g} s"
        if len(asked) < 2:
            return Pending(finding(requirement, "list-not-retried", expected=expected, received=len(asked)))
        took = evidence.between(asked[0].request, asked[1].request)
        if took <= self.seconds:
            return Met(f"{took:.1f} s, {expected}")
        late = finding(
            requirement, "list-not-retried", event=asked[1].request, expected=expected, received=f"{took:.1f} s"
        )
        return Broken((late,))


class Bounded(Expectation, frozen=True, tag="bounded"):
    """An operation about a document is called at most `most` times."""

    gives: ClassVar[Codes] = {
        "retried-too-often": ("document",),
    }

    operation: str
    document: str
    most: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the number of calls."""
        calls = evidence.calls(self.operation, self.document)
        if len(calls) <= self.most:
            return Holding(f"{len(calls)} × {self.operation}, <= {self.most}")
        excess = finding(
            requirement,
            "retried-too-often",
            event=calls[self.most].request,
            expected=f"<= {self.most} × {self.operation}",
            received=len(calls),
            document=self.document,
        )
        return Broken((excess,))


class Waited(Expectation, frozen=True, tag="waited"):
    """After each failed call that asked for it, the same call about the document waits at least `seconds`."""

    gives: ClassVar[Codes] = {
        "not-retried": ("document",),
        "did-not-wait": ("document",),
    }

    operation: str
    document: str
    seconds: float

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the gap after every call that met a fault."""
        calls = evidence.calls(self.operation, self.document)
        if not any(one.served for one in calls):
            return Pending(
                finding(
                    requirement, "not-retried", expected=self.operation, received=len(calls), document=self.document
                )
            )
        shortest = math.inf
        for before, after in pairwise(calls):
            gap = after.request.elapsed - (before.answer or before.request).elapsed
            shortest = min(shortest, gap) if before.fault else shortest
            if before.fault and gap < self.seconds - _NOTED:
                hasty = finding(
                    requirement,
                    "did-not-wait",
                    event=after.request,
                    expected=f">= {self.seconds:g} s",
                    received=f"{gap:.2f} s",
                    document=self.document,
                )
                return Broken((hasty,))
        return Met(f"{shortest:.2f} s, >= {self.seconds:g} s")


class Paced(Expectation, frozen=True, tag="paced"):
    """Between events `since` and `until` all requests together stay within a rate, counted after `grace` seconds.

    `most` is the number of requests allowed in the counted time.
    """

    gives: ClassVar[Codes] = {
        "hammering": (),
    }

    since: int
    until: int
    grace: float
    most: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the number of requests."""
        counted_from = evidence.events[self.since].elapsed + self.grace
        within = [
            one
            for one in evidence.exchanges
            if self.since < one.request.seq < self.until and one.request.elapsed >= counted_from
        ]
        seconds = evidence.events[self.until].elapsed - counted_from
        if len(within) <= self.most:
            return Holding(f"{len(within)} / {seconds:.1f} s, <= {self.most}")
        hammering = finding(
            requirement,
            "hammering",
            event=within[self.most].request,
            expected=f"<= {self.most} / {seconds:.1f} s",
            received=f"{len(within)} / {seconds:.1f} s",
        )
        return Broken((hammering,))


class PausesGrow(Expectation, frozen=True, tag="pauses-grow"):
    """Of the tries to send a document up to event `until`, the last gap is at least `growth` times the first.

    Fewer than three tries make no two gaps; a candidate that tries so rarely is slow enough. If a candidate tests with
    single calls whether the hub is back, the gaps between all calls must grow.
    """

    gives: ClassVar[Codes] = {
        "pauses-do-not-grow": ("document",),
    }

    document: str
    until: int
    growth: float

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the gaps between tries."""
        tries = [one for one in evidence.sendings(self.document) if one.request.seq < self.until]
        if len(tries) < _SHORTEST_WALK:
            return Holding()
        first, last = _gap(tries[0], tries[1]), _gap(tries[-2], tries[-1])
        if last >= self.growth * first:
            return Holding(f"{last:.2f} s, >= {self.growth:g} × {first:.2f} s")
        if self._all_calls_thin_out(evidence, tries[0]):
            return Holding()
        steady = finding(
            requirement,
            "pauses-do-not-grow",
            event=tries[-1].request,
            expected=f">= {self.growth:g} × {first:.2f} s",
            received=f"{last:.2f} s",
            document=self.document,
        )
        return Broken((steady,))

    def _all_calls_thin_out(self, evidence: Evidence, first: Exchange) -> bool:
        """Tell whether the gaps between calls of any kind grow up to their longest and stay there.

        Gaps far below the longest are left out: when an outage begins, calls come in bursts.
        """
        calls = [one for one in evidence.exchanges if first.request.seq <= one.request.seq < self.until]
        gaps = [_gap(before, after) for before, after in pairwise(calls)]
        paces = [gap for gap in gaps if gap >= max(gaps) / (2 * self.growth)]
        rising = all(after >= _STEADY * before for before, after in pairwise(paces))
        return len(paces) >= _SEVERAL and rising and paces[-1] >= self.growth * paces[0]


def _gap(before: Exchange, after: Exchange) -> float:
    return after.request.elapsed - before.request.elapsed


class NotTakenForSent(Expectation, frozen=True, tag="not-taken-for-sent"):
    """As long as the hub has not taken the document, no look into the outbox shows it as sent.

    A look after event `after` is needed.
    """

    gives: ClassVar[Codes] = {
        "not-shown": ("document",),
        "taken-for-sent": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"outbox"})

    document: str
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge every look into the outbox before the document was taken."""
        rows = shown_rows(evidence, "outbox", self.document)
        if isinstance(rows, Blind):
            return rows
        taken = next((one.request.seq for one in evidence.sendings(self.document) if one.effect.accepted), None)
        for event in evidence.calls_of("outbox"):
            if taken is None or event.seq < taken:
                rows_then = event.what.documents
                if any(row.get("document_id") == self.document and row.get("state") == "sent" for row in rows_then):
                    wrong = finding(
                        requirement,
                        "taken-for-sent",
                        event=event,
                        expected="queued|failed",
                        received="sent",
                        document=self.document,
                    )
                    return Broken((wrong,))
        if evidence.looked_at("outbox", self.document) < self.after:
            return Pending(
                finding(requirement, "not-shown", expected="queued|failed", received="-", document=self.document)
            )
        return Met()
