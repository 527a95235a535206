"""Examines packages from the hub: whether one is whole and keeps the standard, and what is in it."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.texts import complaint, words
from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Limits
from harness.catalogue.verdicts import Cause, Severity
from harness.crypto.chains.trust import Trust, profile_trust
from harness.crypto.revocation_fetcher import RevocationFetcher
from harness.crypto.signers_of import signers_of
from harness.edxml.attachments import AttachmentBroken, unpack
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.edxml.packages import read_header, read_package
from harness.edxml.reader import PackageUnreadable
from harness.rules.check import PackageReport, check_package

Nature = Literal["package", "cut", "foreign"]

_LARGE = 256 * 1024
_HEAD = 4096
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_ROOT_NAME = b"edxml"
# A package that seems broken is fetched again before it is refused: the same bytes need not be examined twice.
_REMEMBERED = 128  # reports
_FRESH = timedelta(minutes=1)


def _in_base64(word: bytes) -> tuple[bytes, ...]:
    """Return a word in base64, for each of the three offsets at which it may begin."""
    shifted = (base64.b64encode(b"\0" * shift + word)[: (shift + len(word)) * 8 // 6] for shift in range(3))
    return tuple(text[start:] for text, start in zip(shifted, (0, 2, 3), strict=True))


_SIGNS = (b"Signature", *_in_base64(b"/ByteRange"))


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An attachment as the sender's clerk attached it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about the bytes of an item.

    Attributes:
        nature: a package; a package that was cut off; something that is no package at all.
        package: None when it cannot be read.
        complaints: what breaks the standard so that the package cannot be accepted, in words.
        codes: codes of the findings behind the complaints.
        unknown: codes of what could not be found out; the package can still be accepted.
        attachments: unpacked; empty when one of them cannot be.
        fingerprint: equal for packages of equal content, whatever hops were added on the way.
        revocation_unknown: whether revocation data was missing that the network may have.
    """

    nature: Nature
    package: DocumentPackage | StatusPackage | None
    complaints: tuple[str, ...]
    codes: tuple[str, ...]
    attachments: tuple[Unpacked, ...]
    fingerprint: str
    unknown: tuple[str, ...] = ()
    revocation_unknown: bool = False

    @property
    def acceptable(self) -> bool:
        """Whether the package can be read and nothing in it breaks the standard."""
        return self.package is not None and not self.complaints


class Acceptance(Component):
    """Examines packages by their bytes, the settings, the profile, and revocation data of certificates."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._revocation = Trust()
        self._reports: dict[bytes, tuple[datetime, Trust, PackageReport]] = {}

    async def examine(self, data: bytes) -> Examined:
        """Examine the bytes of an item; a large or signed package is examined in a thread."""
        examined = await self._examined(data, self.core.now())
        if examined.revocation_unknown:
            fetched = await asyncio.to_thread(self.revocation, data)
            # Other tasks may have fetched in the meantime; only this thread, the loop's, adds to what is known.
            self._revocation = self._revocation.adding(fetched)
            # The answers fetched just now may be newer than the time at which this began.
            examined = await self._examined(data, self.core.now())
        return examined

    async def _examined(self, data: bytes, now: datetime) -> Examined:
        if is_laborious(data):
            return await asyncio.to_thread(self.examined, data, now)
        return self.examined(data, now)

    def examined(self, data: bytes, now: datetime) -> Examined:
        """Examine the bytes of an item as of `now`."""
        package, unreadable = self.read(data)
        report = self.report(data, now)
        findings = self.weighty(report.findings)
        complaints = tuple(dict.fromkeys(complaint(finding) for finding in findings))
        if unreadable and not complaints:
            complaints = (unreadable,)
        attachments: tuple[Unpacked, ...] = ()
        if isinstance(package, DocumentPackage):
            try:
                attachments = self.unpacked(package)
            except AttachmentBroken as error:
                complaints = complaints or (words("attachment.broken", code=error.code),)
        return Examined(
            nature="package" if package is not None else nature_of(data),
            package=package,
            complaints=complaints,
            codes=tuple(dict.fromkeys(finding.code for finding in findings)),
            attachments=attachments,
            fingerprint=fingerprint(package, data),
            unknown=tuple(dict.fromkeys(one.detail for one in report.undecided)),
            revocation_unknown=any(one.cause is Cause.NETWORK for one in report.undecided),
        )

    def report(self, data: bytes, now: datetime) -> PackageReport:
        """Return the report of the rules on a package; for bytes checked a moment ago the same report again."""
        digest, revocation = hashlib.sha256(data).digest(), self._revocation
        known = self._reports.get(digest)
        if known is not None and now - known[0] < _FRESH and known[1] is revocation:
            return known[2]
        report = check_package(data, self.core.profile, now, trust=self.core.trust.adding(revocation))
        if len(self._reports) >= _REMEMBERED:
            self._reports.clear()
        self._reports[digest] = (now, revocation, report)
        return report

    def revocation(self, data: bytes) -> Trust:
        """Fetch the revocation data of the signers of a package, as far as it is available, and return it.

        Only addresses in certificates of a trusted issuer are asked: others could name any address.
        """
        parameters = self.core.profile.parameters
        trust = profile_trust(self.core.profile).adding(self.core.trust)
        signers = [(signer, ()) for signer, _ in signers_of(data, parameters.signatures, parameters.limits)]
        with RevocationFetcher(timeout=self.settings.timing.give_up) as fetcher:
            fetched = fetcher.fetch(signers, trust)
        for failure in fetched.failures:
            self.log.info("revocation of a signer: %s %s", failure.problem, failure.url)
        return Trust(crls=fetched.trust.crls, ocsps=fetched.trust.ocsps)

    def read(self, data: bytes) -> tuple[DocumentPackage | StatusPackage | None, str]:
        """Return the package, or as much of it as can be read (None: nothing), and why not all of it."""
        try:
            return read_package(data, self.limits()), ""
        except PackageUnreadable as error:
            why = words("package.unreadable", code=error.code, line=error.line or "?", detail=error.detail)
        try:
            return read_header(data, self.limits()), why
        except PackageUnreadable:
            return None, why

    def limits(self) -> Limits:
        """Return the limits of packages that are read."""
        return self.core.profile.parameters.limits

    def weighty(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Return the findings for which a package is not accepted."""
        return [finding for finding in findings if self.core.profile.severity(finding) is Severity.FAIL]

    def unpacked(self, package: DocumentPackage) -> tuple[Unpacked, ...]:
        """Return the attachments unpacked.

        Raises:
            AttachmentBroken: one of them cannot be.
        """
        limits = self.limits()
        return tuple(Unpacked(one.name, unpack(one, limits)) for one in package.attachments)


def is_laborious(data: bytes) -> bool:
    """Say whether a package takes long to examine: a large one, or one that holds a signature, in a PDF perhaps."""
    return len(data) > _LARGE or any(sign in data for sign in _SIGNS)


def nature_of(data: bytes) -> Nature:
    """Say what bytes that cannot be read as a package are, by their root element and whether it is closed."""
    # UTF-16, which is not allowed, becomes readable as ASCII when its zero bytes are removed.
    head, tail = data[:_HEAD].replace(b"\0", b""), data[-_HEAD:].replace(b"\0", b"")
    root = _ROOT.search(head)
    if root is None:
        return "foreign" if data.strip() else "cut"
    name = root[2].lower()
    if not name.startswith(_ROOT_NAME):
        return "foreign"
    closed = re.search(rb"</([A-Za-z_][\w.-]*:)?" + re.escape(name) + rb"\s*>", tail.lower())
    return "package" if closed else "cut"


def fingerprint(package: DocumentPackage | StatusPackage | None, data: bytes) -> str:
    """Return a digest of the content of a package; hops that were added on the way do not count."""
    if not isinstance(package, DocumentPackage):
        return hashlib.sha256(data).hexdigest()
    contents = [hashlib.sha256(one.content).hexdigest() for one in package.attachments]
    bare = replace(
        package, trace_headers=(), attachments=tuple(replace(one, content=b"") for one in package.attachments)
    )
    said = json.dumps([astuple(bare), contents], ensure_ascii=True, default=lambda _: "")
    return hashlib.sha256(said.encode("ascii")).hexdigest()
