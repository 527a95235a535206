"""Static rules applied to the packages in a record."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Severity
from harness.crypto.chains.trust import Trust
from harness.edxml.attachments import Allowance, AttachmentBroken, unpack
from harness.edxml.model import Attachment, DocumentPackage, StatusPackage
from harness.edxml.packages import PackageUnreadable, read_package
from harness.expectations.evidence import Exchange
from harness.rules.check import PackageReport
from harness.rules.confinement import examine

_KEPT_WHOLE = 16


class PackageInspector:
    """Applies a profile's rules to what was sent; equal bytes are examined once, as of when they first came."""

    def __init__(self, profile: Profile, read_blob: Callable[[str], bytes], trust: Trust) -> None:
        """Examine by `profile`; `trust` is what the run's own signatures rest on, besides the profile's anchors."""
        self._profile = profile
        self._read_blob = read_blob
        self._trust = trust
        self._reports: dict[str, PackageReport] = {}
        self._files: dict[str, Mapping[str, str]] = {}
        self._package = lru_cache(maxsize=_KEPT_WHOLE)(self._read)

    def report(self, exchange: Exchange) -> PackageReport | None:
        """Return the rules' report on the package that `exchange` carried, None when it carried none."""
        blob = exchange.package.blob
        if blob is None:
            return None
        if blob not in self._reports:
            at = datetime.fromisoformat(exchange.request.at)
            self._reports[blob] = examine(self._read_blob(blob), self._profile, at, self._trust)
        return self._reports[blob]

    def failures(self, exchange: Exchange) -> tuple[str, ...]:
        """Return the codes of the findings that fail the package in `exchange`."""
        report = self.report(exchange)
        if report is None:
            return ()
        fails = (one.code for one in report.findings if self._profile.severity(one) is Severity.FAIL)
        return tuple(sorted(set(fails)))

    def package(self, exchange: Exchange) -> DocumentPackage | StatusPackage | None:
        """Return the package that `exchange` carried, None when it carried none that can be read."""
        blob = exchange.package.blob
        return None if blob is None else self._package(blob)

    def files(self, exchange: Exchange) -> Mapping[str, str]:
        """Return the files carried in `exchange`, unpacked: name to SHA-256 in hex, or to what is wrong with it."""
        blob = exchange.package.blob
        if blob is None:
            return {}
        if blob not in self._files:
            package = self._package(blob)
            attachments = package.attachments if isinstance(package, DocumentPackage) else ()
            allowance = Allowance(self._profile.parameters.limits.expansion_bytes)
            self._files[blob] = {attachment.name: self._digest(attachment, allowance) for attachment in attachments}
        return self._files[blob]

    def _digest(self, attachment: Attachment, allowance: Allowance) -> str:
        try:
            return hashlib.sha256(unpack(attachment, self._profile.parameters.limits, allowance)).hexdigest()
        except AttachmentBroken as error:
            return error.code

    def _read(self, blob: str) -> DocumentPackage | StatusPackage | None:
        try:
            return read_package(self._read_blob(blob), self._profile.parameters.limits)
        except PackageUnreadable:
            return None  # the rules report why it cannot be read
