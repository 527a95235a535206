"""Stimuli that are the same, and packages that break another requirement than the one they name."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path, PurePosixPath

from harness.catalogue.lint import LintProblem
from harness.catalogue.profiles import Profile
from harness.catalogue.yaml_reader import read
from harness.journal.recorder import VIETNAM
from harness.resources import folder
from harness.rules.check import check_package
from harness.vectors.hostile.files import BOMBS, ENTRIES, NAMES
from harness.vectors.hostile.markup import EXHAUSTING, FETCHING
from harness.vectors.hostile.vector import CanaryTargets, HostileVector
from harness.vectors.packages import base
from harness.vectors.registry import Vector, all_vectors

_IDENTITY = base.DocumentIdentity()
_TARGETS = CanaryTargets(lambda label: f"http://127.0.0.1/{label}", PurePosixPath("/trap"))
HOSTILE = (*FETCHING, *EXHAUSTING, *BOMBS, *ENTRIES, *NAMES)
_SIGNED = frozenset({"SIG", "PDF"})


def lint_stimuli(profile: Profile) -> Iterator[LintProblem]:
    """Yield pairs of stimuli with the same bytes, and packages that give other findings than they say.

    Signatures differ by themselves, from one time to the next; what is signed in a scenario is not looked at here.
    """
    seen: dict[bytes, str] = {}
    for key, content, path in _stimuli():
        first = seen.setdefault(content, key)
        if first != key:
            yield LintProblem("stimuli-same", path, _line(path, key), {"first": first, "second": key})
    for vector in all_vectors().values():
        yield from _otherwise(vector, profile)


def _stimuli() -> Iterator[tuple[str, bytes, Path]]:
    for vector in all_vectors().values():
        yield vector.key, vector.written(_IDENTITY), _notes_of(vector)
    for hostile in HOSTILE:
        yield hostile.key, _built(hostile), folder("fixtures") / "hostile" / "why.yaml"


def _built(vector: HostileVector) -> bytes:
    attachment = vector.example(_TARGETS)
    good = base.with_attachments(_IDENTITY, attachment) if attachment else base.document(_IDENTITY)
    return vector.twist(good.written(), _TARGETS)


def _otherwise(vector: Vector, profile: Profile) -> Iterator[LintProblem]:
    at = datetime.combine(_IDENTITY.day, time(12), VIETNAM)
    groups = {entry.group for entry in profile.requirements.values()} - _SIGNED
    report = check_package(vector.written(_IDENTITY), profile, at, groups=groups)
    codes = {finding.code for finding in report.findings}
    if codes != (set() if vector.code is None else {vector.code}):
        path = _notes_of(vector)
        said = {"key": vector.key, "code": vector.code or "-", "codes": ", ".join(sorted(codes)) or "-"}
        yield LintProblem("breaks-otherwise", path, _line(path, vector.key), said)


def _notes_of(vector: Vector) -> Path:
    return folder("fixtures") / "packages" / f"{vector.requirement.partition('-')[0].lower()}.yaml"


def _line(path: Path, key: str) -> int:
    return read(path).place((key,))[1]
