"""Who recorded a run directory, as far as this can be known before it is sealed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.report.renderers import FILES
from harness.seal.laboratory import LaboratoryKey
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE, digests_of, is_rendering
from harness.seal.record_seal import RECORD_FILE, own_record
from harness.seal.tampering import Tampering
from harness.seal.verification import SealVerification, verify


class Origin(StrEnum):
    """Who recorded a run.

    OWN: this laboratory recorded it, and its seal holds. UNJUDGED: it recorded it, and was stopped before it sealed
    the reports. UNSIGNED: it is not signed, and there is no key here. SIGNED: it is signed, and there is no key here.
    FOREIGN: there is a key here, and what it would seal was recorded elsewhere. BROKEN: the seal does not hold.
    """

    OWN = "own"
    UNJUDGED = "unjudged"
    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FOREIGN = "foreign"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who recorded a run, and why its seal does not hold, where it does not."""

    origin: Origin
    broken: Tampering | None = None


def provenance_of(directory: Path, key: LaboratoryKey | None) -> Provenance:
    """Find out who recorded a run directory.

    Args:
        directory: the run.
        key: of the laboratory here, None when there is none.

    Raises:
        ConfigurationError: the directory holds something that is not a plain file.
    """
    verification = verify(directory) if (directory / MANIFEST_FILE).exists() else None
    broken = _broken(verification)
    if broken is not None:
        return Provenance(Origin.BROKEN, broken)
    if key is None:
        signed = any((directory / name).exists() for name in (SIGNATURE_FILE, RECORD_FILE))
        return Provenance(Origin.SIGNED if signed else Origin.UNSIGNED)
    if not own_record(directory, key):
        return Provenance(Origin.FOREIGN)
    if verification is None:
        return Provenance(Origin.UNJUDGED if _only_usual(directory) else Origin.FOREIGN)
    sealed = not verification.problems and verification.key == key.public.sha256
    return Provenance(Origin.OWN if sealed else Origin.FOREIGN)


def _broken(verification: SealVerification | None) -> Tampering | None:
    codes = (problem.code for problem in verification.problems) if verification else ()
    return next((code for code in codes if code is not Tampering.UNSIGNED), None)


def _only_usual(directory: Path) -> bool:
    """Return whether there are only renderings that a run writes itself, and so will overwrite."""
    return all(path in FILES.values() for path in digests_of(directory) if is_rendering(path))
