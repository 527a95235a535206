"""What a candidate must do with a document its clerk sends."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from harness.catalogue.findings import Finding
from harness.edxml.model import DocumentPackage
from harness.expectations.assessment import Assessment, Blind, Broken, Holding, Met, Pending
from harness.expectations.base import Codes, Expectation, finding, shown_rows
from harness.expectations.evidence import Evidence, Exchange
from harness.vxp.operations import HubOperation


class OrderTaken(Expectation, frozen=True, tag="order-taken"):
    """The candidate does not answer `refused` to a command of its driver with these arguments.

    Any other answer is no refusal: they do not say what the candidate would have refused.
    """

    gives: ClassVar[Codes] = {
        "order-refused": ("order",),
    }

    command: str
    arguments: dict[str, str]

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the answers of the driver."""
        for event in evidence.calls_of(self.command):
            error = event.what.error
            if error is not None and error.kind == "refused" and self._is_meant(event.what.arguments):
                refused = finding(
                    requirement, "order-refused", event=event, expected=self.command,
                    received=error.message or "-", order=", ".join(self.arguments.values()) or "-",
                )  # fmt: skip
                return Broken((refused,))
        return Holding()

    def _is_meant(self, given: Mapping[str, Any]) -> bool:
        return all(str(given.get(name)) == value for name, value in self.arguments.items())


class Accepted(Expectation, frozen=True, tag="accepted"):
    """The hub takes the document, in one package, for all of `receivers`."""

    gives: ClassVar[Codes] = {
        "not-accepted": ("document",),
        "receiver-missing": ("document",),
        "not-sent": ("document",),
    }

    document: str
    receivers: tuple[str, ...] = ()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by what the hub answered to the package with this DocumentId."""
        sendings = evidence.sendings(self.document)
        for exchange in sendings:
            effect = exchange.effect.accepted
            if effect:
                missing = sorted(set(self.receivers) - set(effect.receivers))
                if not missing:
                    return Met()
                narrow = finding(
                    requirement, "receiver-missing", event=exchange.request, expected=", ".join(self.receivers),
                    received=", ".join(effect.receivers), document=self.document,
                )  # fmt: skip
                return Broken((narrow,))
        if not sendings:
            return Pending(
                finding(requirement, "not-sent", expected=HubOperation.SEND_EDOC, received="-", document=self.document)
            )
        last = sendings[-1]
        return Pending(
            finding(
                requirement,
                "not-accepted",
                event=last.request,
                expected="ErrorCode 0",
                received=_answered(last),
                document=self.document,
            )
        )


def _answered(exchange: Exchange) -> str:
    """Return in a few words what the hub answered: its code, else the HTTP status, else the fault of the answer."""
    answer = exchange.answered
    if answer is None:
        return "-"
    if answer.error_code is not None:
        return f"{answer.error_code} {answer.error_desc or ''}".strip()
    return f"HTTP {answer.http_status}" if answer.http_status else answer.fault or "-"


class Sound(Expectation, frozen=True, tag="sound"):
    """The document package that was sent has no finding that fails; a precondition, charged to the rules themselves."""

    gives: ClassVar[Codes] = {
        "not-sent": ("document",),
        "unsound": ("document",),
    }

    document: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last package with this DocumentId by the static rules."""
        sendings = evidence.sendings(self.document)
        unsent = finding(requirement, "not-sent", expected=HubOperation.SEND_EDOC, received="-", document=self.document)
        if not sendings:
            return Pending(unsent)
        failures = evidence.failures(sendings[-1])
        if not failures:
            return Met()
        unsound = finding(
            requirement, "unsound", event=sendings[-1].request, expected="-", received=", ".join(failures),
            document=self.document,
        )  # fmt: skip
        return Broken((unsound,))


class Shown(Expectation, frozen=True, tag="shown"):
    """The clerk sees the document in the outbox in one of `states`; if given, with one of `statuses` for `receiver`."""

    gives: ClassVar[Codes] = {
        "status-not-shown": ("document",),
        "not-shown": ("document",),
        "shown-otherwise": ("document",),
    }

    views: ClassVar[frozenset[str]] = frozenset({"outbox"})

    document: str
    states: tuple[str, ...] = ("sent",)
    receiver: str | None = None
    statuses: tuple[str, ...] = ()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the last look into the outbox."""
        rows = shown_rows(evidence, "outbox", self.document)
        if isinstance(rows, Blind):
            return rows
        expected = "|".join(self.states)
        if not rows:
            return Pending(finding(requirement, "not-shown", expected=expected, received="-", document=self.document))
        look = evidence.view("outbox")
        state = str(rows[0].get("state"))
        if state not in self.states:
            return Pending(
                finding(
                    requirement,
                    "shown-otherwise",
                    event=look,
                    expected=expected,
                    received=state,
                    document=self.document,
                )
            )
        if not self.statuses:
            return Met()
        entries = rows[0].get("receivers")
        listed = entries if isinstance(entries, list) else []
        own = (entry for entry in listed if isinstance(entry, dict) and entry.get("organ_id") == self.receiver)
        codes = [str(entry.get("status_code")) for entry in own]
        if set(self.statuses) & set(codes):
            return Met()
        return Pending(
            finding(
                requirement,
                "status-not-shown",
                event=look,
                expected="|".join(self.statuses),
                received=", ".join(codes) or "-",
                document=self.document,
            )
        )


class OneIdentity(Expectation, frozen=True, tag="one-identity"):
    """However often a document is sent, it carries one DocumentId; packages with its subject carry no other."""

    gives: ClassVar[Codes] = {
        "second-identity": ("document",),
    }

    document: str
    subject: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge all packages with the document's subject."""
        for exchange in evidence.all_sendings():
            package = exchange.package
            other = package.document_id
            if package.subject == self.subject and other != self.document:
                doubled = finding(
                    requirement, "second-identity", event=exchange.request, expected=self.document, received=other,
                    document=self.document,
                )  # fmt: skip
                return Broken((doubled,))
        return Holding()


class Carries(Expectation, frozen=True, tag="carries"):
    """The document reaches the hub with exactly the text and files that the clerk entered, bit for bit.

    `texts` maps `subject`, `content` or `priority` to its text; `files` are (name, SHA-256) pairs.
    """

    gives: ClassVar[Codes] = {
        "not-sent": ("document",),
        "text-altered": ("document", "element"),
        "file-altered": ("document", "file"),
    }

    document: str
    texts: dict[str, str]
    files: tuple[tuple[str, str], ...] = ()

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge the first package with this DocumentId that the hub took; the rules judge those that cannot be read."""
        taken = [one for one in evidence.sendings(self.document) if one.effect.accepted]
        for one in taken:
            package = evidence.package(one)
            if isinstance(package, DocumentPackage):
                altered = (*self._texts(package, one, requirement), *self._files(evidence, one, requirement))
                return Broken(altered) if altered else Met()
        expected = "edXML" if taken else HubOperation.SEND_EDOC
        return Pending(finding(requirement, "not-sent", expected=expected, received="-", document=self.document))

    def _texts(self, package: DocumentPackage, taken: Exchange, requirement: str) -> Iterator[Finding]:
        for name, given in self.texts.items():
            carried = _text(package, name)
            if carried != given:
                yield finding(
                    requirement,
                    "text-altered",
                    event=taken.request,
                    expected=given,
                    received=carried,
                    element=name.capitalize(),
                    document=self.document,
                )

    def _files(self, evidence: Evidence, taken: Exchange, requirement: str) -> Iterator[Finding]:
        carried = evidence.files(taken)
        for name, digest in self.files:
            found = carried.get(name, "-")
            if found != digest:
                yield finding(
                    requirement,
                    "file-altered",
                    event=taken.request,
                    expected=digest,
                    received=found,
                    file=name,
                    document=self.document,
                )


def _text(package: DocumentPackage, name: str) -> str:
    if name == "priority":
        return package.other_info.priority if package.other_info else ""
    return str(getattr(package, name))


class SentWithin(Expectation, frozen=True, tag="sent-within"):
    """The document reaches the hub within `seconds` after event `since`."""

    gives: ClassVar[Codes] = {
        "sent-late": ("document",),
        "not-sent": ("document",),
    }

    document: str
    since: int
    seconds: float

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge by the hub's clock."""
        expected = f"<= {self.seconds:g} s"
        sendings = evidence.sendings(self.document)
        if not sendings:
            return Pending(finding(requirement, "not-sent", expected=expected, received="-", document=self.document))
        request = sendings[0].request
        took = evidence.between(evidence.events[self.since], request)
        if took <= self.seconds:
            return Met(f"{took:.1f} s, {expected}")
        late = finding(
            requirement, "sent-late", event=request, expected=expected, received=f"{took:.1f} s", document=self.document
        )
        return Broken((late,))


class NotReached(Expectation, frozen=True, tag="not-reached"):
    """No package with this subject ever reaches the hub."""

    gives: ClassVar[Codes] = {
        "reached-hub": (),
    }

    subject: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge all packages sent."""
        for exchange in evidence.all_sendings():
            if exchange.package.subject == self.subject:
                reached = finding(
                    requirement, "reached-hub", event=exchange.request, expected="-", received=self.subject
                )
                return Broken((reached,))
        return Holding()


class DistinctIds(Expectation, frozen=True, tag="distinct-ids"):
    """No two different documents are sent under one DocumentId; different means another subject."""

    gives: ClassVar[Codes] = {
        "id-shared": ("document",),
    }

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        """Judge all packages sent, in order."""
        subjects: dict[str, str] = {}
        for exchange in evidence.all_sendings():
            package = exchange.package
            document, subject = package.document_id, str(package.subject)
            if package.kind != "document" or not document:
                continue
            if subjects.setdefault(document, subject) != subject:
                shared = finding(
                    requirement,
                    "id-shared",
                    event=exchange.request,
                    expected=subjects[document],
                    received=subject,
                    document=document,
                )
                return Broken((shared,))
        return Holding()
