"""What must come out of a candidate's store: the very text and files that came in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from harness.catalogue.findings import Finding
from harness.judge.assessment import Assessment, Blind, Broken, Met, Pending
from harness.judge.evidence import Evidence, Exchange
from harness.judge.expectations.base import Expectation, finding, shown_rows


class StoredAs(Expectation, frozen=True, tag="stored-as"):
    """The inbox shows the document with this subject and these files: (name, size in bytes, SHA-256)."""

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})
    stays_met: ClassVar[bool] = True

    document: str
    subject: str
    files: tuple[tuple[str, int, str], ...]

    @property
    def reads(self) -> frozenset[str]:
        """Subject and attachments."""
        return frozenset({"subject", "attachments"})

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox."""
        rows = shown_rows(evidence, "inbox", self.document, self.reads)
        if isinstance(rows, Blind):
            return rows
        if not rows:
            return Pending(finding(requirement, "not-stored", expected="inbox: 1", received=0, document=self.document))
        altered = tuple(self._altered(evidence, rows[0], requirement))
        return Broken(altered) if altered else Met()

    def _altered(self, evidence: Evidence, row: Any, requirement: str) -> Iterator[Finding]:
        look = evidence.view("inbox")
        shown = str(row.get("subject"))
        if shown != self.subject:
            yield finding(
                requirement,
                "subject-altered",
                event=look,
                expected=self.subject,
                received=shown,
                document=self.document,
            )
        entries = row.get("attachments")
        listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        stored = {str(entry.get("name")): (entry.get("size"), entry.get("sha256")) for entry in listed}
        for name, size, digest in self.files:
            if stored.get(name) != (size, digest):
                received = stored.get(name) or f"- ({', '.join(sorted(stored)) or '-'})"
                yield finding(
                    requirement,
                    "stored-file-altered",
                    event=look,
                    expected=f"{size} {digest}",
                    received=received,
                    file=name,
                    document=self.document,
                )


class Refused(Expectation, frozen=True, tag="refused"):
    """A package that must not be accepted is answered: transport status `fail`, or status 02, as `answers` allows.

    With `flags`, a document that is kept but shown with one of them counts as well. `why` says what is wrong with it;
    `code` (number and notation) identifies a status about a package whose DocumentId cannot be read.
    """

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    document: str
    why: str
    answers: tuple[str, ...] = ("fail", "02")
    flags: tuple[str, ...] = ()
    code: str = ""

    @property
    def looks_at(self) -> frozenset[str]:
        """The inbox, where flags count."""
        return self.views if self.flags else frozenset()

    @property
    def reads(self) -> frozenset[str]:
        """Flags, where they count."""
        return frozenset({"flags"}) if self.flags else frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge acknowledgements and statuses; the inbox only where flags count."""
        acks = evidence.acks(self.document)
        given = [str(one.effect("acked")["status"]) for one in acks]
        if "fail" in self.answers and "fail" in given:
            return Met()
        codes = [str(one.package.get("status_code")) for one in self._statuses(evidence)]
        if "02" in self.answers and any(code.lstrip("0") == "2" for code in codes):
            return Met()
        rows = shown_rows(evidence, "inbox", self.document, self.reads) if self.flags else []
        if isinstance(rows, Blind):
            return rows
        if self._flagged(rows):
            return Met()
        accepted = "done" in given
        return Pending(
            finding(
                requirement,
                "accepted-in-silence" if accepted else "not-answered",
                event=acks[-1].request if acks else None,
                expected="|".join((*self.answers, *self.flags)),
                received=", ".join((*given, *codes)) or "-",
                document=self.document,
                why=self.why,
            )
        )

    def _statuses(self, evidence: Evidence) -> list[Exchange]:
        named = evidence.statuses(self.document)
        if named or not self.code:
            return named
        return [
            one for one in evidence.all_sendings() if (one.package.get("response_for") or {}).get("code") == self.code
        ]

    def _flagged(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        flags = [row.get("flags") for row in rows]
        return any(flag in self.flags for listed in flags if isinstance(listed, list) for flag in listed)


class AllAcked(Expectation, frozen=True, tag="all-acked"):
    """Every one of many waiting documents is fetched and acknowledged `done`."""

    documents: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the acknowledgements."""
        missing = [document for document in self.documents if not self._acked(evidence, document)]
        if not missing:
            return Met()
        done = len(self.documents) - len(missing)
        return Pending(
            finding(requirement, "left-waiting", expected=str(len(self.documents)), received=done, document=missing[0])
        )

    def _acked(self, evidence: Evidence, document: str) -> bool:
        return any(one.effect("acked")["status"] == "done" for one in evidence.acks(document))
