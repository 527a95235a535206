"""The record as whole-run duties read it: what was delivered, what was ordered, what was decided, what was shown.

Packages are read again from their bytes: what was noted during the run is a convenience, not evidence.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.profiles import Profile
from harness.edxml.model import DocumentPackage, Package, StatusPackage
from harness.edxml.packages import PackageUnreadable, read_header
from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event
from harness.journal.events import DriverCalled, DriverCommand, DriverUnsupported, Fact, RunStarted, Stimulus
from harness.vxp.operations import HubOperation

_BOXES = frozenset({"inbox", "outbox"})
_SLASHED = re.compile(r"\s*/\s*")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A document package that the harness put into the candidate's mailbox.

    Attributes:
        event: event `stimulus`.
        id: DocumentId that it is known by.
        package: what it says, attachments left out; None when it cannot be read.
        good: whether it is as the standard wants it and addressed to the candidate.
        files: name, size in bytes and SHA-256 of each attachment before packing; None where that was not recorded.
    """

    event: Event[Stimulus]
    id: str
    package: Package | None
    good: bool
    files: tuple[tuple[str, int, str], ...] | None

    @property
    def named(self) -> frozenset[str]:
        """The DocumentIds that may be meant by a status about it: its own, and those it names."""
        return frozenset({self.id, *(_named(self.package) if self.package else ())}) - {""}

    @property
    def code(self) -> str:
        """Number and notation, empty when they cannot be read."""
        return code_of(self.package) if isinstance(self.package, DocumentPackage) else ""

    @property
    def targets(self) -> frozenset[str]:
        """The DocumentIds that a recall, update or replacement acts on."""
        return targets_of(self.package) if isinstance(self.package, DocumentPackage) else frozenset()


@dataclass(frozen=True, slots=True)
class Ordered:
    """A document that the candidate's clerk was to send: event and arguments of the command `send`.

    Attributes:
        event: event of the command.
        arguments: as given, the attachments' content by digest.
        document_id: as the candidate named it, empty when it did not.
        refused: whether the candidate refused.
    """

    event: Event
    arguments: Mapping[str, Any]
    document_id: str
    refused: bool

    @property
    def code(self) -> str:
        """Number and notation."""
        return f"{self.arguments.get('code_number')}/{self.arguments.get('code_notation')}"

    @property
    def confidential(self) -> bool:
        """Whether it is marked as a state secret."""
        return bool(self.arguments.get("classification"))

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of each attachment, sorted."""
        entries = self.arguments.get("attachments") or ()
        return tuple(sorted((str(one.get("name")), str(one.get("sha256"))) for one in entries))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run, read for its duties.

    Attributes:
        read_blob: returns the bytes of a blob by its name.
    """

    evidence: Evidence
    profile: Profile
    read_blob: Callable[[str], bytes]
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> RunStarted:
        """What the start of the run says.

        Raises:
            LookupError: there is none, as where single calls are looked at outside of a run.
        """
        start = self.evidence.start
        if start is None:
            raise LookupError("run.started")
        return start

    def header(self, blob: str | None) -> Package | None:
        """Return what the package in a blob says, attachments left out; None when it cannot be read."""
        if blob is None:
            return None
        key = f"header/{blob}"
        if key not in self._cache:
            self._cache[key] = self._header(self.read_blob(blob))
        package: Package | None = self._cache[key]
        return package

    def _header(self, content: bytes) -> Package | None:
        try:
            return read_header(content, self.profile.parameters.limits)
        except PackageUnreadable:
            return None

    def delivered(self) -> Sequence[Delivered]:
        """Return the documents put into the candidate's mailbox, in order; a mere re-delivery is none of its own."""
        if "delivered" not in self._cache:
            self._cache["delivered"] = tuple(self._delivered())
        listed: Sequence[Delivered] = self._cache["delivered"]
        return listed

    def _delivered(self) -> Iterator[Delivered]:
        for event in self.evidence.events_of(Stimulus):
            given = event.what
            package = self.header(given.blob)
            if given.blob is None or isinstance(package, StatusPackage):
                continue
            files = None if given.files is None else tuple((one.name, one.size, one.sha256) for one in given.files)
            yield Delivered(event, given.document_id, package, given.good, files)

    def good(self) -> Sequence[Delivered]:
        """Return the good documents whose DocumentId was never used for a bad one, each once."""
        spoilt = {one.id for one in self.delivered() if not one.good}
        found: dict[str, Delivered] = {}
        for one in self.delivered():
            if one.good and one.id not in spoilt:
                found.setdefault(one.id, one)
        return tuple(found.values())

    def orders(self) -> Sequence[Ordered]:
        """Return the orders to send, in order."""
        if "orders" not in self._cache:
            self._cache["orders"] = tuple(self._orders())
        listed: Sequence[Ordered] = self._cache["orders"]
        return listed

    def _orders(self) -> Iterator[Ordered]:
        calls: tuple[Event[DriverCommand], ...] = (
            *self.evidence.events_of(DriverCalled),
            *self.evidence.events_of(DriverUnsupported),
        )
        for event in calls:
            call = event.what
            if call.command != "send":
                continue
            named = (call.result or {}).get("document_id")
            refused = call.error_kind == "refused"
            yield Ordered(event, call.arguments, named if isinstance(named, str) else "", refused)

    def order_of(self, package: DocumentPackage) -> Ordered | None:
        """Return the order that a sent package carries out: by the DocumentId that was named, else by its code."""
        identity = package.document_id.strip()
        by_id = next((one for one in self.orders() if one.document_id and one.document_id == identity), None)
        return by_id or next((one for one in self.orders() if one.code == code_of(package)), None)

    def commanded(self, command: str) -> Iterator[Mapping[str, Any]]:
        """Yield the arguments of every call of a driver command."""
        return (one.what.arguments for one in self.evidence.calls_of(command))

    def decided(self, action: str) -> frozenset[str]:
        """Return the documents about which the clerk was to take a step."""
        return frozenset(str(one.get("document_id")) for one in self.commanded("decide") if one.get("action") == action)

    def acted_on(self) -> frozenset[str]:
        """Return the documents that a recall, take-back, update or replacement was delivered for, from any sender."""
        recalled = {one.what.recalls or "" for one in self.evidence.events_of(Stimulus)}
        return frozenset(recalled | {target for one in self.delivered() for target in one.targets}) - {""}

    def may_be_answered(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the DocumentIds, and the codes, that a status of the candidate may be about: of what came to it."""
        if "answerable" not in self._cache:
            packages = [self.header(one.what.blob) for one in self.evidence.events_of(Stimulus)]
            packages += list(self._served_instead())
            identities = {one.what.document_id for one in self.evidence.events_of(Stimulus)}
            identities |= {name for one in packages if one is not None for name in _named(one)}
            codes = {code for one in packages if one is not None for code in _codes(one)}
            self._cache["answerable"] = (frozenset(identities) - {""}, frozenset(codes) - {"", "/"})
        answerable: tuple[frozenset[str], frozenset[str]] = self._cache["answerable"]
        return answerable

    def _served_instead(self) -> Iterator[Package | None]:
        """Yield the packages that the harness put into answers in the place of others."""
        for exchange in self.evidence.exchanges:
            answer = exchange.answered
            blob = answer.body.blob if answer and answer.altered else None
            if blob is None or exchange.operation not in {HubOperation.GET_EDOC, HubOperation.DOWNLOAD_EDOC}:
                continue
            content = _data_member(self.read_blob(blob))
            yield None if content is None else self._header(content)

    def left_over(self) -> frozenset[str]:
        """Return the documents that the candidate showed before its first order or delivery: another run's."""
        if "left_over" not in self._cache:
            first = next((one.seq for one in self.evidence.events if _begins(one.what)), math.inf)
            looks = (one.what for one in self.evidence.events_of(DriverCalled) if one.seq < first)
            rows = (row for look in looks if look.command in _BOXES for row in look.documents)
            self._cache["left_over"] = frozenset(str(row.get("document_id")) for row in rows)
        found: frozenset[str] = self._cache["left_over"]
        return found

    def foreign(self, exchange: Exchange) -> bool:
        """Tell whether what was sent belongs to another run: about a document that was there before this one began."""
        package = exchange.package
        answered = package.response_for
        named = package.document_id or (answered.document_id if answered else None)
        return named in self.left_over()


def code_of(package: DocumentPackage) -> str:
    """Return number and notation of a package as one text."""
    return f"{package.code.code_number.strip()}/{package.code.code_notation.strip()}"


def targets_of(package: DocumentPackage) -> frozenset[str]:
    """Return the DocumentIds that a recall, update or replacement acts on."""
    business = package.bussiness
    if business is None or business.doc_type.strip() in {"", BusinessOperation.NEW}:
        return frozenset()
    named = [one.document_id for one in package.response_for] + [one.document_id for one in business.replacements]
    return frozenset(name.strip() for name in (*named, business.document_id)) - {""}


def _named(package: Package) -> Iterator[str]:
    if isinstance(package, StatusPackage):
        yield package.response_for.document_id.strip()
        return
    yield package.document_id.strip()
    yield from (one.document_id.strip() for one in package.response_for)
    yield from targets_of(package)


def _codes(package: Package) -> Iterator[str]:
    answered = (package.response_for,) if isinstance(package, StatusPackage) else package.response_for
    if isinstance(package, DocumentPackage):
        yield code_of(package)
    yield from (_SLASHED.sub("/", one.code.strip()) for one in answered)


def _begins(what: Fact) -> bool:
    """Tell whether this run itself put something into the candidate's mailbox, or ordered something of it."""
    return isinstance(what, Stimulus) or (isinstance(what, DriverCalled) and what.command == "send")


def _data_member(answer: bytes) -> bytes | None:
    """Return the package in the body of a getEdoc answer, None when there is none to be read."""
    try:
        members = msgspec.json.decode(answer)
        return base64.b64decode(members["data"], validate=True)
    except (msgspec.DecodeError, binascii.Error, KeyError, TypeError, ValueError):
        return None
