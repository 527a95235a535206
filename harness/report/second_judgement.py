"""The record of a run under examination, judged once more: whether its report is what judging gives."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile, profile_names
from harness.journal.bodies import BLOB_FOLDER
from harness.journal.recorder import JOURNAL_FILE
from harness.report.agreement import MISSHAPEN, Agreement, compare, judged, read
from harness.seal.bundle import Bundle, open_bundle
from harness.seal.run_files import REPORT_FILE, RUN_FILE, read_report

_BLOB = re.compile(re.escape(BLOB_FOLDER) + r"/[0-9a-f]{64}(\.gz)?")
_NEEDED = frozenset({REPORT_FILE, RUN_FILE, JOURNAL_FILE})
_LARGEST_EVIDENCE = 4 * 1024**3
_BLOCK = 1 << 20


class Second(StrEnum):
    """The result of judging once more: the same report, another one, or why it is not known."""

    SAME = "same"
    DIFFERS = "differs"
    CHANGED_RULES = "changed-rules"
    NO_PROFILE = "no-profile"
    TOO_LARGE = "too-large"
    UNJUDGEABLE = "unjudgeable"


@dataclass(frozen=True, slots=True)
class SecondJudgement:
    """The result of judging once more, and where the reports differ or what prevented it."""

    outcome: Second
    details: tuple[str, ...] = ()


def judge_once_more(path: Path, profile_name: str | None) -> SecondJudgement:
    """Judge the record of a run and compare its report with the result.

    The profile is one that this version ships, or one that is named here: a path that a run under examination names
    is never followed.

    Args:
        path: the run directory, or an archive of it, whose seal holds.
        profile_name: name or path of the run's profile, where it is not one of those shipped.
    """
    try:
        with _directory(path) as directory:
            report = read_report(directory)
            profile = _profile(report.profile.id, profile_name)
            if profile is None:
                return SecondJudgement(Second.NO_PROFILE, (report.profile.id[:200],))
            comparison = compare((directory / REPORT_FILE).read_bytes(), judged(profile, read(directory)))
    except _TooLarge:
        return SecondJudgement(Second.TOO_LARGE, (str(_LARGEST_EVIDENCE),))
    except MISSHAPEN as error:
        return SecondJudgement(Second.UNJUDGEABLE, (type(error).__name__,))
    except ConfigurationError as error:
        return SecondJudgement(Second.UNJUDGEABLE, (f"{error.code} {error.parameters.get('detail', '')}".strip(),))
    outcome = {Agreement.SAME: Second.SAME, Agreement.DIFFERS: Second.DIFFERS}.get(
        comparison.agreement, Second.CHANGED_RULES
    )
    return SecondJudgement(outcome, comparison.differences)


class _TooLarge(Exception):
    """The evidence would fill the disk."""


@contextmanager
def _directory(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield path
        return
    with open_bundle(path) as bundle, tempfile.TemporaryDirectory(prefix="lienthong-verify-") as folder:
        _unpack(bundle, Path(folder))
        yield Path(folder)


def _unpack(bundle: Bundle, folder: Path) -> None:
    """Unpack what judging reads, and only under the names known beforehand."""
    (folder / BLOB_FOLDER).mkdir()
    left = _LARGEST_EVIDENCE
    for name, opener in bundle.files.items():
        if name not in _NEEDED and not _BLOB.fullmatch(name):
            continue
        with opener() as source, (folder / name).open("wb") as target:
            while block := source.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise _TooLarge
                target.write(block)


def _profile(id_: str, profile_name: str | None) -> Profile | None:
    if profile_name is not None:
        return load_profile(profile_name)
    return load_profile(id_) if id_ in profile_names() else None
