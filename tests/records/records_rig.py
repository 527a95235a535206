"""Exports on disk, and what the rules say of them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.verdicts import Severity
from harness.journal.recorder import VIETNAM
from harness.records.check import KeepingReport, check_export
from harness.records.exchanged import Exchanged
from harness.vectors.kept.registry import MadeExport

PROFILE = load_profile()
AT = datetime(2026, 11, 28, 20, tzinfo=VIETNAM)
FOLDER = "uuid-5e1d4d35-9d0a-4a52-a9a4-0d2f4f4b8f10"
"""The OBJID of the packages that vectors make."""


def laid_out(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def exchanged_of(packages: Mapping[str, bytes]) -> Exchanged:
    """Return packages as what was exchanged."""
    exchanged = Exchanged()
    for name, content in packages.items():
        exchanged.add(content, name, PROFILE.parameters.limits)
    assert exchanged.unreadable == []
    return exchanged


def report_of(made: MadeExport, tmp_path: Path, profile: Profile = PROFILE) -> KeepingReport:
    """Return what the rules say of a vector that was made."""
    path = laid_out(made.export, tmp_path / FOLDER)
    return check_export(path, profile, AT, exchanged_of(made.packages) if made.packages else None)


def codes(report: KeepingReport) -> list[str]:
    """Return the codes that a report gives, each once."""
    reported = (*(one.code for one in report.findings), *(one.finding.code for one in report.undecided))
    return sorted(set(reported))


def failing(report: KeepingReport, profile: Profile = PROFILE) -> list[str]:
    """Return the codes that fail an export."""
    return sorted({one.code for one in report.findings if profile.severity(one) is Severity.FAIL})
