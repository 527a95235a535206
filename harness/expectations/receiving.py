"""What a candidate must do with a package that waits for it: fetch, store, acknowledge."""

import math
from itertools import pairwise
from typing import ClassVar

from harness.expectations.assessment import Assessment, Blind, Broken, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, first, shown_rows
from harness.expectations.contents import ACCEPTED, REFUSED, altered_content
from harness.expectations.evidence import Evidence, Exchange
from harness.vxp.operations import HubOperation

Messagetype = str


class Polled(Expectation, frozen=True, tag="polled"):
    """After event `since`, the list of one message type is asked for steadily: no two requests lie `gap` seconds apart
    for as long as `times` such gaps may take.

    A few requests in quick succession are not steady polling. Longer gaps before or after do not count against it: a
    system that is busy with what it fetched polls later.
    """

    gives: ClassVar[Codes] = {
        "not-polled": ("messagetype",),
        "polled-late": ("messagetype",),
    }

    messagetype: Messagetype
    times: int
    gap: float
    since: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the gaps between the requests for the list, by the hub's clock."""
        asked = [
            one.request for one in evidence.exchanges if one.request.seq > self.since and _lists(one, self.messagetype)
        ]
        gaps = [evidence.between(before, after) for before, after in pairwise(asked)]
        steady, longest = 0.0, 0.0
        for gap in gaps:
            steady, longest = (steady + gap, max(longest, gap)) if gap <= self.gap else (0.0, 0.0)
            if steady >= self.times * self.gap:
                return Met(f"{self.messagetype} {longest:.1f} s, <= {self.gap:g} s")
        if max(gaps, default=0.0) <= self.gap:
            received, reason = f"{len(asked)}", "not-polled"
        else:
            received, reason = f"{max(gaps):.1f} s", "polled-late"
        return Pending(
            finding(
                requirement,
                reason,
                event=asked[-1] if asked else None,
                expected=f"<= {self.gap:g} s",
                received=received,
                messagetype=self.messagetype,
            )
        )


def _lists(exchange: Exchange, messagetype: str) -> bool:
    asked = exchange.parameters.get("messagetype", "")
    return exchange.operation == HubOperation.GET_RECEIVED_EDOC_LIST and asked.lower() == messagetype


class FetchedByCandidate(Expectation, frozen=True, tag="fetched"):
    """A waiting item is fetched whole at least `times` times."""

    gives: ClassVar[Codes] = {
        "not-fetched": ("document",),
    }

    document: str
    times: int = 1
    messagetype: Messagetype = "edoc"

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the answers that left the hub whole."""
        whole = [one for one in evidence.fetches(self.document, self.messagetype) if one.served]
        if len(whole) >= self.times:
            return Met()
        wanted = f">= {self.times} × getEdoc"
        return Pending(
            finding(requirement, "not-fetched", expected=wanted, received=len(whole), document=self.document)
        )


class Acked(Expectation, frozen=True, tag="acked"):
    """A fetched item is acknowledged with one of `statuses` after event `after`, never before it was fetched whole.

    `processing` may come at any time; it is no acknowledgement. With `served`, the hub must have answered it whole.
    With `item`, the receiver's id of one delivery, only calls about that delivery count.
    """

    gives: ClassVar[Codes] = {
        "acked-otherwise": ("document",),
        "acked-before-fetch": ("document",),
        "not-acked": ("document",),
    }

    document: str
    statuses: tuple[str, ...] = ("done",)
    after: int = -1
    messagetype: Messagetype = "edoc"
    served: bool = False
    item: str = ""

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge order and kind of the acknowledgements."""
        finals = [
            one
            for one in evidence.acks(self.document, self.messagetype)
            if one.acked_as != "processing"
            and one.request.seq > self.after
            and (one.served or not self.served)
            and self._about_the_item(one)
        ]
        ack = first(finals)
        expected = f"updateStatus {'|'.join(self.statuses)}"
        if ack is None:
            return Pending(finding(requirement, "not-acked", expected=expected, received="-", document=self.document))
        if not self._fetched_before(evidence, ack):
            early = finding(
                requirement, "acked-before-fetch", event=ack.request, expected="getEdoc → updateStatus",
                received=HubOperation.UPDATE_STATUS, document=self.document,
            )  # fmt: skip
            return Broken((early,))
        given = str(ack.acked_as)
        if given in self.statuses:
            return Met()
        wrong = finding(
            requirement,
            "acked-otherwise",
            event=ack.request,
            expected=expected,
            received=given,
            document=self.document,
        )
        return Broken((wrong,))

    def _fetched_before(self, evidence: Evidence, ack: Exchange) -> bool:
        # By the order of requests: the record of an answer may come after what the candidate did with it.
        fetches = evidence.fetches(self.document, self.messagetype)
        return any(one.served and one.request.seq < ack.request.seq and self._about_the_item(one) for one in fetches)

    def _about_the_item(self, exchange: Exchange) -> bool:
        return not self.item or exchange.item == self.item


class StillStored(Expectation, frozen=True, tag="still-stored"):
    """In a look after event `after`, the inbox shows a document that it has shown before."""

    gives: ClassVar[Codes] = {
        "not-stored": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox."""
        shown = shown_rows(evidence, "inbox", self.document)
        if isinstance(shown, Blind):
            return shown
        if shown and evidence.looked_at("inbox", self.document) > self.after:
            return Met()
        lost = finding(requirement, "not-stored", expected="inbox: 1", received=len(shown), document=self.document)
        return Pending(lost)


class StoredOnce(Expectation, frozen=True, tag="stored-once"):
    """The inbox shows the document, exactly once, accepted, with its subject and files, after it was acknowledged.

    One that was never acknowledged is looked for after it was fetched. `states` are those it may be shown in, empty
    means any of one that was accepted; of the acknowledgements after event `after` it is number `acks`, or the last,
    that the look must follow. With `whole`, a person is asked for subject and files as well; with `beside_refused`,
    an earlier attempt that is shown as refused is passed over.
    """

    gives: ClassVar[Codes] = {
        "not-stored": ("document",),
        "stored-twice": ("document",),
        "subject-altered": ("document",),
        "stored-file-altered": ("document", "file"),
        "stored-file-added": ("document", "file"),
        "wrong-state": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    states: tuple[str, ...] = ()
    after: int = -1
    acks: int = 1
    whole: bool = False
    beside_refused: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """Subject and attachments, where a person is asked for them."""
        return frozenset({"subject", "attachments"}) if self.whole else frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox."""
        shown = shown_rows(evidence, "inbox", self.document)
        if isinstance(shown, Blind):
            return shown
        if self.beside_refused:
            shown = [row for row in shown if row.get("state") not in REFUSED] or shown
        absent = finding(requirement, "not-stored", expected="inbox: 1", received=0, document=self.document)
        if not shown or evidence.looked_at("inbox", self.document) < self._settled(evidence):
            return Pending(absent)
        look = evidence.view("inbox")
        if len(shown) > 1:
            doubled = finding(
                requirement,
                "stored-twice",
                event=look,
                expected="inbox: 1",
                received=len(shown),
                document=self.document,
            )
            return Broken((doubled,))
        state, states = str(shown[0].get("state")), self.states or ACCEPTED
        if state not in states:
            return Pending(
                finding(
                    requirement,
                    "wrong-state",
                    event=look,
                    expected="|".join(states),
                    received=state,
                    document=self.document,
                )
            )
        altered = next(altered_content(evidence, self.document, shown[0], requirement), None)
        return Met() if altered is None else Pending(altered)

    def _settled(self, evidence: Evidence) -> float:
        """Return the event after which a look counts, infinity while there is none."""
        acks = [one for one in evidence.acks(self.document) if one.answer and one.request.seq > self.after]
        if acks:
            return acks[min(self.acks, len(acks)) - 1].request.seq
        fetched = evidence.fetches(self.document) if self.after < 0 else []
        return fetched[0].request.seq if fetched else math.inf
