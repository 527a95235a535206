"""What a candidate must store: exactly the text and files that it received."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from harness.catalogue.findings import Finding
from harness.expectations.assessment import Assessment, Blind, Broken, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows, unsupported
from harness.expectations.contents import ACCEPTED, altered_content, altered_files, altered_subject
from harness.expectations.evidence import Evidence


class StoredAs(Expectation, frozen=True, tag="stored-as"):
    """The inbox shows the document with this subject and these files: (name, size in bytes, SHA-256)."""

    gives: ClassVar[Codes] = {
        "subject-altered": ("document",),
        "stored-file-altered": ("document", "file"),
        "stored-file-added": ("document", "file"),
        "not-stored": ("document",),
    }

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

    def _altered(self, evidence: Evidence, row: Mapping[str, Any], requirement: str) -> Iterator[Finding]:
        look = evidence.view("inbox")
        yield from altered_subject(self.subject, row, self.document, requirement, look)
        yield from altered_files(self.files, row, self.document, requirement, look)


class AllAcked(Expectation, frozen=True, tag="all-acked"):
    """Every one of many waiting documents is fetched whole, and then acknowledged `done`."""

    gives: ClassVar[Codes] = {
        "acked-before-fetch": ("document",),
        "left-waiting": ("document",),
    }

    documents: tuple[str, ...]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the acknowledgements, and the fetches before them."""
        missing, unseen = [], []
        for document in self.documents:
            done = [one for one in evidence.acks(document) if one.acked_as == "done"]
            if not done:
                missing.append(document)
            elif not any(one.served and one.request.seq < done[-1].request.seq for one in evidence.fetches(document)):
                unseen.append((document, done[-1].request))
        if unseen:
            document, request = unseen[0]
            early = finding(
                requirement, "acked-before-fetch", event=request, expected="getEdoc → updateStatus",
                received=f"updateStatus ({len(unseen)})", document=document,
            )  # fmt: skip
            return Broken((early,))
        if not missing:
            return Met()
        done_with = len(self.documents) - len(missing)
        return Pending(
            finding(
                requirement, "left-waiting", expected=str(len(self.documents)), received=done_with, document=missing[0]
            )
        )


class Handled(Expectation, frozen=True, tag="handled"):
    """Of many waiting documents at least so many are acknowledged, as `done` or `fail`."""

    gives: ClassVar[Codes] = {
        "left-waiting": ("document",),
    }

    documents: tuple[str, ...]
    least: int

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the acknowledgements."""
        handled = sum(
            any(one.acked_as != "processing" for one in evidence.acks(document)) for document in self.documents
        )
        if handled >= self.least:
            return Met()
        return Pending(
            finding(
                requirement, "left-waiting", expected=str(self.least), received=handled, document=self.documents[-1]
            )
        )


class AllStored(Expectation, frozen=True, tag="all-stored"):
    """Every one of many documents is shown in the inbox, once, accepted, with its subject and files."""

    gives: ClassVar[Codes] = {
        "stored-twice": ("document",),
        "left-unstored": ("document",),
        "subject-altered": ("document",),
        "stored-file-altered": ("document", "file"),
        "stored-file-added": ("document", "file"),
    }

    views: ClassVar[frozenset[str]] = frozenset({"inbox"})

    documents: tuple[str, ...]

    @property
    def reads(self) -> frozenset[str]:
        """Nothing: a person is not asked about many documents."""
        return frozenset()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the inbox."""
        blind = unsupported(evidence, "inbox")
        if blind is not None:
            return blind
        missing = []
        for document in self.documents:
            rows = evidence.rows("inbox", document)
            if len(rows) > 1:
                return Broken((self._doubled(evidence, document, len(rows), requirement),))
            if not rows or rows[0].get("state") not in ACCEPTED:
                missing.append(document)
                continue
            altered = next(altered_content(evidence, document, rows[0], requirement), None)
            if altered is not None:
                return Pending(altered)
        if not missing:
            return Met()
        stored = len(self.documents) - len(missing)
        return Pending(
            finding(
                requirement,
                "left-unstored",
                event=evidence.view("inbox"),
                expected=str(len(self.documents)),
                received=stored,
                document=missing[0],
            )
        )

    def _doubled(self, evidence: Evidence, document: str, times: int, requirement: str) -> Finding:
        look = evidence.view("inbox")
        return finding(requirement, "stored-twice", event=look, expected="inbox: 1", received=times, document=document)
