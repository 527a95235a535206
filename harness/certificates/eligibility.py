"""What may be certified: a whole, sealed, passed run of a released harness, judged again here and now.

There is no way around it: what bars a run is computed from the run alone, and nobody can overrule it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from harness.catalogue.errors import ConfigurationError
from harness.certificates.authority import KnownProfiles
from harness.judge.report_schema import Judgement, candidate_of, decoded, harness_of
from harness.report.second_judgement import Second, judge_once_more
from harness.seal.laboratory import public_part
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.seal.record_seal import RECORD_FILE
from harness.seal.run_files import REPORT_FILE, read_report
from harness.seal.tampering import Tampering
from harness.seal.verification import SealVerification, verify

_SEALED = (MANIFEST_FILE, SIGNATURE_FILE, RECORD_FILE)


class Bar(StrEnum):
    """Why a run may not be certified; `bar.<name>` of the message file is its sentence."""

    NO_RUN = "no-run"
    UNSEALED = "unsealed"
    SEAL_BROKEN = "seal-broken"
    OTHER_LABORATORY = "other-laboratory"
    NOT_BORN = "not-born"
    NARROWED = "narrowed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    INCOMPLETE = "incomplete"
    UNRELEASED = "unreleased"
    PROFILE_UNKNOWN = "profile-unknown"
    PROFILE_CHANGED = "profile-changed"
    OTHER_PRODUCT = "other-product"
    JUDGED_OTHERWISE = "judged-otherwise"
    CHANGED_MEANWHILE = "changed-meanwhile"


@dataclass(frozen=True, slots=True)
class ProductUnderTest:
    """The product that a run has to be of, as its holder declared it."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class RunExamination:
    """A run, looked at for certification.

    Attributes:
        bars: why it may not be certified; empty when it may.
        report: report.json, None where it cannot be read.
        content: bytes of report.json.
        manifest: bytes of manifest.json.
        evidence: digest over its evidence.
        laboratory: how the run names its laboratory.
        key: fingerprint of the key that sealed it.
        details: where judging again differs, or what prevented it.
    """

    bars: tuple[Bar, ...]
    report: Judgement | None = None
    content: bytes = b""
    manifest: bytes = b""
    evidence: str = ""
    laboratory: str = ""
    key: str = ""
    details: tuple[str, ...] = ()

    @property
    def may_be_certified(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.bars and self.report is not None


def plain_bars(folder: Path, product: ProductUnderTest, profiles: KnownProfiles) -> tuple[Bar, ...]:
    """Return what bars a run as its report says, without checking seal and judgement: enough to refuse a proposal."""
    try:
        report = read_report(folder)
    except ConfigurationError:
        return (Bar.NO_RUN,)
    sealed = () if all((folder / name).is_file() for name in _SEALED) else (Bar.UNSEALED,)
    return (*sealed, *_of_report(report, product, profiles))


def examine(
    folder: Path, product: ProductUnderTest, laboratory: ec.EllipticCurvePublicKey, profiles: KnownProfiles
) -> RunExamination:
    """Verify a run and judge it again.

    Args:
        folder: of the run.
        product: that it has to be of.
        laboratory: key of the only laboratory whose runs are certified.
        profiles: by which is certified.

    Raises:
        ConfigurationError: a profile of the authority is wrong.
    """
    try:
        manifest, report = (folder / MANIFEST_FILE).read_bytes(), (folder / REPORT_FILE).read_bytes()
        judgement = decoded(report)
        seal = verify(folder, laboratory)
    except OSError:
        return RunExamination((Bar.UNSEALED if (folder / REPORT_FILE).is_file() else Bar.NO_RUN,))
    except (ValueError, RecursionError, ConfigurationError):
        return RunExamination((Bar.NO_RUN,))
    bars = [*_of_seal(seal), *_of_report(judgement, product, profiles)]
    details: tuple[str, ...] = ()
    if not bars:
        known = profiles.called(judgement.profile.id)
        again = judge_once_more(folder, known[0] if known else None)
        bars = [] if again.outcome is Second.SAME else [Bar.JUDGED_OTHERWISE]
        details = (str(again.outcome), *again.details)
        if not _same_still(folder, manifest, report):
            bars.append(Bar.CHANGED_MEANWHILE)
    if not bars:
        details = ()
    key = public_part(laboratory).sha256
    return RunExamination(tuple(bars), judgement, report, manifest, _evidence(manifest), seal.laboratory, key, details)


def _of_seal(seal: SealVerification) -> Iterator[Bar]:
    codes = {problem.code for problem in seal.problems}
    if codes & {Tampering.UNSIGNED, Tampering.MANIFEST_MISSING}:
        yield Bar.UNSEALED
    if Tampering.WRONG_KEY in codes:
        yield Bar.OTHER_LABORATORY
    if codes - {Tampering.UNSIGNED, Tampering.MANIFEST_MISSING, Tampering.WRONG_KEY}:
        yield Bar.SEAL_BROKEN
    if not codes and not seal.born:
        yield Bar.NOT_BORN


def _of_report(report: Judgement, product: ProductUnderTest, profiles: KnownProfiles) -> Iterator[Bar]:
    if report.narrowed:
        yield Bar.NARROWED
    if report.verdict != "pass":
        yield Bar.FAILED if report.verdict == "fail" else Bar.INCONCLUSIVE
    if not report.complete or not report.required:
        yield Bar.INCOMPLETE
    selftest = harness_of(report).selftest
    if selftest is None or not (selftest.released and selftest.current):
        yield Bar.UNRELEASED
    known = profiles.called(report.profile.id)
    if known is None:
        yield Bar.PROFILE_UNKNOWN
    elif known[1].sha256 != report.profile.sha256:
        yield Bar.PROFILE_CHANGED
    tested = candidate_of(report).candidate
    if (tested.name, tested.version) != (product.name, product.version):
        yield Bar.OTHER_PRODUCT


def _same_still(folder: Path, manifest: bytes, report: bytes) -> bool:
    """Say whether what was verified, what was judged and what will be certified is one and the same."""
    listed = {entry["path"]: entry["sha256"] for entry in json.loads(manifest)["evidence"]["files"]}
    try:
        same = (folder / MANIFEST_FILE).read_bytes() == manifest and (folder / REPORT_FILE).read_bytes() == report
    except OSError:
        return False
    return same and listed.get(REPORT_FILE) == hashlib.sha256(report).hexdigest()


def _evidence(manifest: bytes) -> str:
    try:
        return str(json.loads(manifest)["evidence"]["sha256"])
    except (ValueError, KeyError, TypeError):
        return ""
