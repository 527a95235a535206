"""What hostile input must not cause: visits, stray files, unsafe names, a dead system, accepted forgeries."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from harness.catalogue.findings import Finding
from harness.expectations.assessment import Assessment, Blind, Broken, Holding, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.contents import REFUSED
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.refusing import RefusedOrFlagged, doubts_about
from harness.hub.faults.alterations import INJECTED
from harness.journal import Event
from harness.journal.events import CanaryGreeted, CanaryVisited, DeadlinePassed, FileTrespassed
from harness.rules.att.names import unsafe_name
from harness.vxp.operations import HubOperation

SIGNATURE_FLAGS = ("signature_invalid", "signer_untrusted")
_ABOUT_ITEMS = frozenset(
    {HubOperation.GET_EDOC, HubOperation.DOWNLOAD_EDOC, HubOperation.UPDATE_STATUS, HubOperation.GET_SENT_EDOC_LIST}
)
HUB_ID = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids as the hub gives them, to senders and to receivers."""


class Unvisited(Expectation, frozen=True, tag="unvisited"):
    """Nothing comes to the addresses of the canary that carry `token`."""

    gives: ClassVar[Codes] = {
        "canary-visited": ("bytes", "label"),
    }

    token: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the visits to the canary."""
        for visit in evidence.events_of(CanaryVisited):
            if visit.what.token == self.token:
                came = finding(
                    requirement,
                    "canary-visited",
                    event=visit,
                    expected="-",
                    received=f"{visit.what.method} {visit.what.path}",
                    label=visit.what.path.rpartition("/")[2],
                    bytes=visit.what.body.size,
                )
                return Broken((came,))
        return Holding()


class Greeted(Expectation, frozen=True, tag="greeted"):
    """After event `after`, a client begins a TLS handshake with the listener called `name`."""

    gives: ClassVar[Codes] = {
        "not-greeted": ("label",),
    }

    name: str
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the handshakes that began with the listener."""
        for event in evidence.events_of(CanaryGreeted):
            if event.what.name == self.name and event.seq > self.after:
                return Met()
        return Pending(finding(requirement, "not-greeted", expected="TLS ClientHello", received="-", label=self.name))


class NothingWritten(Expectation, frozen=True, tag="nothing-written"):
    """No file appears in the trap folder that carries `token`."""

    gives: ClassVar[Codes] = {
        "written-outside": (),
    }

    token: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge what was found in the trap."""
        strays = tuple(
            finding(requirement, "written-outside", event=event, expected="-", received=event.what.file)
            for event in evidence.events_of(FileTrespassed)
            if event.what.token == self.token
        )
        return Broken(strays) if strays else Holding()


class StillServes(Expectation, frozen=True, tag="still-serves"):
    """After the hostile package `lure`, the candidate fetches a good document and acknowledges it as done.

    A candidate that is dead by then fails just as one that hangs: the hostile package is the cause.
    """

    gives: ClassVar[Codes] = {
        "not-served-after": ("document", "lure"),
    }

    document: str
    lure: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the acknowledgements, and whether the time ran out."""
        ended = next((one for one in evidence.events_of(DeadlinePassed) if one.what.document_id == self.document), None)
        done = [one for one in evidence.acks(self.document) if one.acked_as == "done"]
        if done and (ended is None or done[0].request.seq < ended.seq):
            return Met()
        limit = "" if ended is None else f" <= {ended.what.seconds:g} s"
        unserved = finding(
            requirement,
            "not-served-after",
            event=ended,
            expected=f"updateStatus done{limit}",
            received="-",
            document=self.document,
            lure=self.lure,
        )
        return Pending(unserved) if ended is None else Broken((unserved,))


class SafelyKept(Expectation, frozen=True, tag="safely-kept"):
    """A package with an unsafe file name is refused, or kept with nothing but plain names.

    `why` says what is wrong with it; `code` (number and notation) identifies a status about a package whose DocumentId
    cannot be read.
    """

    gives: ClassVar[Codes] = {
        "refused-yet-accepted": ("document", "why"),
        "accepted-in-silence": ("document", "why"),
        "not-answered": ("document", "why"),
        "returned-without-reason": ("document", "why"),
        "unsafe-name": ("document", "why"),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    why: str
    code: str = ""

    @property
    def reads(self) -> frozenset[str]:
        """The attachments' names."""
        return frozenset({"attachments"})

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the answers, and the names in the last look into the inbox."""
        refusing = RefusedOrFlagged(document=self.document, why=self.why, code=self.code)
        answered = refusing.assess(evidence, requirement)
        rows = shown_rows(evidence, "inbox", self.document, self.reads)
        if isinstance(rows, Blind):
            return answered if isinstance(answered, Met) else rows
        unsafe = tuple(self._unsafe(evidence, rows, requirement))
        if unsafe:
            return Broken(unsafe)
        if any(row.get("state") in REFUSED for row in rows):
            return Met()
        if isinstance(answered, Met) and not self._looked_since(evidence, refusing.answer(evidence)):
            return Pending(self._unlooked(requirement))
        if isinstance(answered, Met) or (rows and self._looked_since(evidence, self._last_ack(evidence))):
            return Met()
        return answered

    def _unlooked(self, requirement: str) -> Finding:
        return finding(
            requirement, "not-answered", expected="inbox", received="-", document=self.document, why=self.why
        )

    def _unsafe(self, evidence: Evidence, rows: Sequence[Mapping[str, Any]], requirement: str) -> Iterator[Finding]:
        for row in rows:
            entries = row["attachments"] if isinstance(row["attachments"], list) else []
            names = (str(entry.get("name")) for entry in entries if isinstance(entry, dict))
            for name in names:
                if row.get("state") not in REFUSED and unsafe_name(name) is not None:
                    yield finding(
                        requirement,
                        "unsafe-name",
                        event=evidence.view("inbox"),
                        expected="fail|02|-",
                        received=name,
                        document=self.document,
                        why=self.why,
                    )

    def _last_ack(self, evidence: Evidence) -> Event | None:
        acks = evidence.acks(self.document)
        return acks[-1].request if acks else None

    def _looked_since(self, evidence: Evidence, event: Event | None) -> bool:
        return event is not None and evidence.looked_at("inbox", self.document) > event.seq


class Trusted(Expectation, frozen=True, tag="trusted"):
    """A correctly signed document is acknowledged as done and shown without any flag about signatures."""

    gives: ClassVar[Codes] = {
        "good-signature-doubted": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str

    @property
    def reads(self) -> frozenset[str]:
        """The flags."""
        return frozenset({"flags"})

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox after the acknowledgement."""
        rows = shown_rows(evidence, "inbox", self.document, self.reads)
        if isinstance(rows, Blind):
            return rows
        doubts = list(doubts_about(evidence, self.document, SIGNATURE_FLAGS))
        if doubts:
            return Broken((self._doubted(requirement, doubts),))
        given = [str(one.acked_as) for one in evidence.acks(self.document)]
        return Met() if rows and "done" in given else Pending(self._doubted(requirement, given))

    def _doubted(self, requirement: str, said: list[str]) -> Finding:
        return finding(
            requirement,
            "good-signature-doubted",
            expected="done",
            received=", ".join(said) or "-",
            document=self.document,
        )


class Struck(Expectation, frozen=True, tag="struck"):
    """After event `after`, an answer shaped by the fault called `fault` left the hub whole: the stimulus was served."""

    gives: ClassVar[Codes] = {
        "not-struck": (),
    }

    fault: str
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the answers of the hub."""
        for exchange in evidence.exchanges:
            if exchange.request.seq > self.after and exchange.fault == self.fault and exchange.complete:
                return Met()
        return Pending(finding(requirement, "not-struck", expected=self.fault, received="-"))


class SignedRight(Expectation, frozen=True, tag="signed-right"):
    """Every request after event `after` is signed correctly, and none carries a header that a hostile docId tried to
    inject. Calls about hostile docIds themselves are not judged.
    """

    gives: ClassVar[Codes] = {
        "header-injected": (),
        "signed-wrong-after": ("operation",),
    }

    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the requests by what the hub found when it verified them."""
        wrong = tuple(
            bad
            for exchange in evidence.exchanges
            if exchange.request.seq > self.after
            for bad in (*_injections(exchange, requirement), *_signing(exchange, requirement))
        )
        return Broken(wrong) if wrong else Holding()


def _injections(exchange: Exchange, requirement: str) -> Iterator[Finding]:
    for name, value in exchange.asked.headers:
        if name.lower() == INJECTED.lower():
            yield finding(
                requirement, "header-injected", event=exchange.request, expected="-", received=f"{name}: {value}"
            )


def _signing(exchange: Exchange, requirement: str) -> Iterator[Finding]:
    if exchange.operation in _ABOUT_ITEMS:
        given = {key.lower(): value for key, value in exchange.parameters.items()}
        if not HUB_ID.fullmatch(given.get("docid", "")):
            return
    signature = exchange.asked.signature
    problems = [problem.code for problem in signature.problems]
    if problems or signature.expected_hash_header != signature.given_hash_header:
        yield finding(
            requirement,
            "signed-wrong-after",
            event=exchange.request,
            expected="XroadVnpt-hash-header",
            received=", ".join(problems) or "-",
            operation=exchange.operation or "-",
        )
