"""Packages that must not be accepted, and the good ones among them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding
from harness.expectations.assessment import Assessment, Blind, Broken, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.contents import REFUSED
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.statuses import status_number
from harness.journal import Event
from harness.rules.nodes import is_blank

KNOWN_FLAGS = ("attachment_invalid", "signature_invalid", "signer_untrusted")
"""The flags that mark a document as doubtful."""

_OUT = REFUSED | {"cancelled"}


class RefusedOrFlagged(Expectation, frozen=True, tag="refused"):
    """A package that must not be accepted is answered, by transport status `fail` or by 02 with a reason.

    A package that is answered but shown as accepted was not refused. With `flags`, a document that is kept but
    shown with one of them counts as well, unless one of the good `controls` bears the same flag.

    Attributes:
        document: DocumentId that it is known by.
        why: what is wrong with it.
        answers: those expected, `fail`, `02`, or either.
        flags: those that count.
        code: number and notation, which identify a status about a package whose DocumentId cannot be read.
        names: further DocumentIds that the package itself may be read to have.
        subject: what it is about, for a look at entries without a DocumentId.
        controls: DocumentIds of good documents.
        shown: whether the inbox is looked at also where no flag counts.
    """

    gives: ClassVar[Codes] = {
        "refused-yet-accepted": ("document", "why"),
        "accepted-in-silence": ("document", "why"),
        "not-answered": ("document", "why"),
        "returned-without-reason": ("document", "why"),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    why: str
    answers: tuple[str, ...] = ("fail", StatusCode.REFUSED)
    flags: tuple[str, ...] = ()
    code: str = ""
    names: tuple[str, ...] = ()
    subject: str = ""
    controls: tuple[str, ...] = ()
    shown: bool = False

    @property
    def looks_at(self) -> frozenset[str]:
        """The inbox, where flags count or an acceptance is looked for."""
        return self.views if self.flags or self.shown else frozenset()

    @property
    def reads(self) -> frozenset[str]:
        """Flags, where they count."""
        return frozenset({"flags"}) if self.flags else frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge acknowledgements and statuses, and the last look into the inbox after them."""
        answer = self.answer(evidence)
        rows = self._rows(evidence) if self.looks_at else []
        if isinstance(rows, Blind):
            return rows if answer is None and self.flags else self._answered(evidence, requirement, answer)
        telling = self._telling(evidence)
        accepted = [row for row in rows if row.get("state") not in _OUT]
        silent = next((row for row in accepted if telling.isdisjoint(_flags(row))), None)
        if answer is None and self.flags and accepted and silent is None:
            return Met()
        if answer is not None and silent is not None:
            kept = finding(
                requirement, "refused-yet-accepted", event=evidence.view("inbox"), expected="rejected|refused|-",
                received=silent.get("state"), document=self.document, why=self.why,
            )  # fmt: skip
            return Broken((kept,))
        return self._answered(evidence, requirement, answer)

    def _answered(self, evidence: Evidence, requirement: str, answer: Event | None) -> Assessment:
        """Judge by the answers alone; where the inbox is looked at, a look must follow them."""
        if answer is not None and (self._looked_since(evidence, answer) or not self.looks_at):
            return Met()
        acks = evidence.acks(self.document)
        given = [str(one.acked_as) for one in acks]
        refusals = [one for one in self._statuses(evidence) if _refuses(one)]
        codes = [str(one.package.status_code) for one in self._statuses(evidence)]
        expected = "|".join((*self.answers, *self.flags))
        received = ", ".join((*given, *codes)) or "-"
        if answer is None and refusals and StatusCode.REFUSED in self.answers:
            event = refusals[-1].request
            return Pending(
                finding(
                    requirement,
                    "returned-without-reason",
                    event=event,
                    expected="02 + Description",
                    received=received,
                    document=self.document,
                    why=self.why,
                )
            )
        accepted = "done" in given
        return Pending(
            finding(
                requirement,
                "accepted-in-silence" if accepted else "not-answered",
                event=acks[-1].request if acks else None,
                expected=expected,
                received=received,
                document=self.document,
                why=self.why,
            )
        )

    def answer(self, evidence: Evidence) -> Event | None:
        """Return the request by which the package was refused, None while it was not."""
        for ack in evidence.acks(self.document):
            if "fail" in self.answers and ack.acked_as == "fail":
                return ack.request
        for status in self._statuses(evidence) if StatusCode.REFUSED in self.answers else ():
            if _refuses(status) and gives_reason(evidence, status):
                return status.request
        return None

    def _looked_since(self, evidence: Evidence, answer: Event) -> bool:
        return isinstance(self._rows(evidence), Blind) or evidence.looked_at("inbox", self.document) > answer.seq

    def _rows(self, evidence: Evidence) -> list[Mapping[str, Any]] | Blind:
        """Return the entries that may be this package: under one of its ids, or, without any, under its subject."""
        rows = shown_rows(evidence, "inbox", self.document, self.reads)
        if isinstance(rows, Blind):
            return rows
        named = [row for name in self.names for row in evidence.rows("inbox", name)]
        nameless = [row for row in evidence.rows("inbox", "") if self.subject and row.get("subject") == self.subject]
        return [*rows, *named, *nameless]

    def _telling(self, evidence: Evidence) -> frozenset[str]:
        """Return the flags that count: not those that a good document has as well."""
        borne = {flag for control in self.controls for row in evidence.rows("inbox", control) for flag in _flags(row)}
        return frozenset(self.flags) - borne

    def _statuses(self, evidence: Evidence) -> list[Exchange]:
        named = [one for name in (self.document, *self.names) for one in evidence.statuses(name)]
        return named if named or not self.code else evidence.statuses_by_code(self.code)


class Welcomed(Expectation, frozen=True, tag="welcomed"):
    """A good document among bad ones is acknowledged as done, accepted, and shown without one of `flags`.

    Without `flags`, only the messages are judged: no person is asked.
    """

    gives: ClassVar[Codes] = {
        "good-doubted": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    flags: tuple[str, ...] = KNOWN_FLAGS

    @property
    def looks_at(self) -> frozenset[str]:
        """The inbox, where there are flags to look for."""
        return self.views if self.flags else frozenset()

    @property
    def reads(self) -> frozenset[str]:
        """The flags."""
        return frozenset({"flags"}) if self.flags else frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge acknowledgements and statuses, and the last look into the inbox."""
        doubts = tuple(doubts_about(evidence, self.document, self.flags))
        if doubts:
            return Broken((self._doubted(requirement, doubts),))
        done = [one for one in evidence.acks(self.document) if one.acked_as == "done"]
        rows = shown_rows(evidence, "inbox", self.document, self.reads) if self.flags else Blind("inbox")
        if done and (isinstance(rows, Blind) or rows):
            return Met()
        return Pending(self._doubted(requirement, ("done",) if done else ()))

    def _doubted(self, requirement: str, said: Sequence[str]) -> Finding:
        return finding(
            requirement, "good-doubted", expected="updateStatus done, inbox: 1", received=", ".join(said) or "-",
            document=self.document,
        )  # fmt: skip


def doubts_about(evidence: Evidence, document: str, flags: Sequence[str]) -> Iterator[str]:
    """Yield how a good document was refused or flagged: `fail`, 02, a state, one of `flags`."""
    given = [str(one.acked_as) for one in evidence.acks(document)]
    if "fail" in given and "done" not in given:
        yield "fail"
    if any(_refuses(one) for one in evidence.statuses(document)):
        yield StatusCode.REFUSED
    for row in evidence.rows("inbox", document):
        if row.get("state") in REFUSED:
            yield str(row["state"])
        yield from (flag for flag in _flags(row) if flag in flags)


def gives_reason(evidence: Evidence, status: Exchange) -> bool:
    """Tell whether a status says why; a blank is no reason."""
    noted = status.package.description
    if noted is None:
        noted = getattr(evidence.package(status), "description", "")
    return not is_blank(str(noted))


def _refuses(status: Exchange) -> bool:
    return status_number(status.package.status_code) == StatusCode.REFUSED.number


def _flags(row: Mapping[str, Any]) -> list[str]:
    listed = row.get("flags")
    return [str(flag) for flag in listed] if isinstance(listed, list) else []
