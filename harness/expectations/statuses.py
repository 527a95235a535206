"""What a candidate must say about a document: business statuses, by status packages."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from harness.catalogue.findings import Finding
from harness.edxml.model import StatusPackage
from harness.expectations.assessment import Assessment, Blind, Broken, Holding, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event
from harness.journal.events import AnsweredDocument, DriverCalled, Stimulus

GIVEN = "status "
"""How the note of a stimulus begins that is a status; its code follows."""


def status_number(text: str | None) -> int | None:
    """Return the number that a status code means, however it is written; its written form is the rules' matter."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else None


def status_description(evidence: Evidence, exchange: Exchange) -> str:
    """Return the Description of the status package sent in `exchange`, empty when there is none that can be read."""
    package = evidence.package(exchange)
    return package.description.strip() if isinstance(package, StatusPackage) else ""


class StatusSent(Expectation, frozen=True, tag="status-sent"):
    """A status package with one of `codes` about the document reaches the hub and is taken.

    With `within`, it must do so within that many seconds after the document was fetched whole; with `reason`, its
    Description must contain the clerk's reason, letter by letter.
    """

    gives: ClassVar[Codes] = {
        "status-late": ("document",),
        "status-not-sent": ("document",),
        "reason-altered": ("document",),
    }

    document: str
    codes: tuple[str, ...]
    after: int = -1
    within: float | None = None
    reason: str = ""

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the status packages about the document."""
        wanted = {status_number(code) for code in self.codes}
        expected = "|".join(self.codes)
        seen = [one for one in evidence.statuses(self.document) if one.request.seq > self.after]
        taken = [one for one in seen if status_number(one.package.status_code) in wanted and one.effect.accepted]
        if taken:
            altered = self._altered(evidence, taken, requirement)
            return self._in_time(evidence, taken[0], requirement, expected) if altered is None else altered
        received = ", ".join(str(one.package.status_code) for one in seen) or "-"
        return Pending(
            finding(requirement, "status-not-sent", expected=expected, received=received, document=self.document)
        )

    def _altered(self, evidence: Evidence, taken: Sequence[Exchange], requirement: str) -> Broken | None:
        given = unicodedata.normalize("NFC", self.reason).strip()
        said = [status_description(evidence, one) for one in taken]
        if any(given in unicodedata.normalize("NFC", one) for one in said):
            return None
        if not any(said) and all(evidence.failures(one) for one in taken):
            return None  # the rules report already that there is none
        return Broken((finding(
            requirement, "reason-altered", event=taken[0].request, expected=self.reason, received=said[0] or "-",
            document=self.document,
        ),))  # fmt: skip

    def _in_time(self, evidence: Evidence, exchange: Exchange, requirement: str, expected: str) -> Assessment:
        fetched = [one for one in evidence.fetches(self.document) if one.served and one.answer]
        if self.within is None or not fetched or fetched[0].answer is None:
            return Met()
        took = evidence.between(fetched[0].answer, exchange.request)
        if took <= self.within:
            return Met(f"{took:.1f} s, <= {self.within:g} s")
        late = finding(
            requirement, "status-late", event=exchange.request, expected=f"{expected} <= {self.within:g} s",
            received=f"{took:.1f} s", document=self.document,
        )  # fmt: skip
        return Broken((late,))


class StatusNames(Expectation, frozen=True, tag="status-names"):
    """Every status about the document names it exactly in ResponseFor, and at least one was sent."""

    gives: ClassVar[Codes] = {
        "names-otherwise": ("document", "element"),
        "status-not-sent": ("document",),
    }

    document: str
    organ_id: str
    code: str
    promulgation_date: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge ResponseFor of every status about the document."""
        statuses = evidence.statuses(self.document)
        if not statuses:
            return Pending(
                finding(
                    requirement,
                    "status-not-sent",
                    expected="ResponseFor",
                    received="-",
                    document=self.document,
                )
            )
        wrong = tuple(bad for exchange in statuses for bad in self._wrong(exchange, requirement))
        return Broken(wrong) if wrong else Met()

    def _wrong(self, exchange: Exchange, requirement: str) -> list[Finding]:
        named = exchange.package.response_for or AnsweredDocument()
        pairs = (
            ("OrganId", self.organ_id, named.organ_id),
            ("Code", self.code, named.code),
            ("PromulgationDate", self.promulgation_date, named.promulgation_date),
        )
        return [
            finding(
                requirement,
                "names-otherwise",
                event=exchange.request,
                expected=expected,
                received=given or "-",
                element=f"ResponseFor/{element}",
                document=self.document,
            )
            for element, expected, given in pairs
            if given != expected
        ]


class OnlyGiven(Expectation, frozen=True, tag="only-given"):
    """In no look into the outbox after event `since` does any document show a status that no receiver had sent.

    What counts are the statuses that the harness let receivers send. In a look after event `after`, `document` must be
    there.
    """

    gives: ClassVar[Codes] = {
        "not-shown": ("document",),
        "status-made-up": ("document", "receiver"),
    }

    views: ClassVar[frozenset[str]] = frozenset({"outbox"})

    document: str
    receiver: str
    since: int
    after: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge every look into the outbox from then on."""
        rows = shown_rows(evidence, "outbox", self.document)
        if isinstance(rows, Blind):
            return rows
        looks = [one for one in evidence.calls_of("outbox") if one.seq > self.since]
        made_up = next((bad for look in looks for bad in _made_up(evidence, look, requirement)), None)
        if made_up is not None:
            return Broken((made_up,))
        if rows and evidence.looked_at("outbox", self.document) > self.after:
            return Met()
        return Pending(
            finding(requirement, "not-shown", expected="outbox: 1", received=len(rows), document=self.document)
        )


def _made_up(evidence: Evidence, look: Event[DriverCalled], requirement: str) -> Iterator[Finding]:
    for row in look.what.documents:
        document = str(row.get("document_id"))
        for entry in _dictionaries(row.get("receivers")):
            number = status_number(str(entry.get("status_code")))
            given = _given(evidence, document, look.seq) if number is not None else frozenset()
            if number is not None and number not in given:
                yield finding(
                    requirement, "status-made-up", event=look,
                    expected="|".join(f"{one:02}" for one in sorted(given)) or "-", received=f"{number:02}",
                    document=document, receiver=str(entry.get("organ_id")),
                )  # fmt: skip


def _given(evidence: Evidence, document: str, before: int) -> frozenset[int]:
    """Return the codes that receivers had sent about a document."""
    stimuli = (one for one in evidence.events_of(Stimulus) if one.seq < before and one.what.document_id == document)
    notes = (one.what.note for one in stimuli)
    codes = (status_number(note.removeprefix(GIVEN)) for note in notes if note.startswith(GIVEN))
    return frozenset(code for code in codes if code is not None)


def _dictionaries(listed: object) -> list[dict[str, Any]]:
    """Return what is of the contract's shape in a list that a candidate shows."""
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


class NoStatus(Expectation, frozen=True, tag="no-status"):
    """No status with one of `codes` is sent about the document."""

    gives: ClassVar[Codes] = {
        "unwanted-status": ("document",),
    }

    document: str
    codes: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the status packages about the document."""
        unwanted = {status_number(code) for code in self.codes}
        for exchange in evidence.statuses(self.document):
            code = exchange.package.status_code
            if status_number(code) in unwanted:
                sent = finding(
                    requirement, "unwanted-status", event=exchange.request, expected="-", received=code,
                    document=self.document,
                )  # fmt: skip
                return Broken((sent,))
        return Holding()
