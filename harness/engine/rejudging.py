"""Judging a recorded run again, and telling what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Verdict
from harness.engine.publishing import Certification, judged, read
from harness.journal import Record
from harness.judge.judgement import Judgement, encoded
from harness.report.laboratory import configured_laboratory
from harness.report.manifest import SIGNATURE_FILE
from harness.report.resealing import broken_seal
from harness.report.sealing import seal


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement whose verdict is another than before; `why` names the codes that tell the difference."""

    requirement: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying about a record; `key` names its sentence."""

    key: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """A record judged again; `changes` is None when there was no earlier report to compare with."""

    certification: Certification
    changes: tuple[Change, ...] | None
    notes: tuple[Note, ...]


def judge_again(directory: Path, profile_name: str | None, language: Language) -> Again:
    """Judge a recorded run again, by its own profile or another, and tell what changed.

    Raises:
        ConfigurationError: the folder is no run, its record is broken, or the profile is wrong.
    """
    record = read(directory)
    recorded = run_file(directory)
    profile = load_profile(profile_name or str(recorded["profile"]["source"]))
    judgement = judged(profile, record)
    notes = _notes(record, recorded, profile)
    before = _earlier(directory)
    if before is None:
        (directory / "report.json").write_bytes(encoded(judgement))
        notes += (Note("no-report"),)
    else:
        where, told = _where(directory)
        notes += told
        (where / f"report-{profile.id}.json").write_bytes(encoded(judgement))
        notes += (Note("written", {"path": str(where / f"report-{profile.id}.json")}),)
        if where == directory:
            laboratory = configured_laboratory()
            seal(directory, laboratory.key if laboratory else None)
    changes = None if before is None else tuple(_changes(before, judgement))
    return Again(Certification(judgement, directory), changes, notes)


def _where(directory: Path) -> tuple[Path, tuple[Note, ...]]:
    """Return where a later judgement goes: into the run, which is sealed again, or beside it.

    Beside it when nobody here can seal it again, and when its seal is broken: no new seal may hide that.
    """
    broken = broken_seal(directory)
    laboratory = configured_laboratory()
    sealable = not (directory / SIGNATURE_FILE).is_file() or (laboratory is not None and laboratory.key is not None)
    if broken is None and sealable:
        return directory, ()
    beside = directory.with_name(f"{directory.name}-judged")
    beside.mkdir(exist_ok=True)
    return beside, (Note("seal-broken", {"code": str(broken)}),) if broken is not None else ()


def run_file(directory: Path) -> dict[str, Any]:
    """Return what run.json says of a run.

    Raises:
        ConfigurationError: it is missing or is not what a run writes.
    """
    path = directory / "run.json"
    try:
        content: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        str(content["profile"]["source"])
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise ConfigurationError("run.broken", path=path, detail=f"{type(error).__name__} {error}") from error
    return content


def _notes(record: Record, recorded: Mapping[str, Any], profile: Profile) -> tuple[Note, ...]:
    notes: list[Note] = []
    if record.cut:
        notes.append(Note("cut"))
    then = recorded["profile"]
    if then["id"] == profile.id and then["sha256"] != profile.sha256:
        shown = {"id": profile.id, "before": then["sha256"][:12], "after": profile.sha256[:12]}
        notes.append(Note("profile-changed", shown))
    return tuple(notes)


def _earlier(directory: Path) -> Judgement | None:
    path = directory / "report.json"
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Judgement)
    except msgspec.DecodeError as error:
        raise ConfigurationError("run.broken", path=path, detail=error) from error


def _changes(before: Judgement, after: Judgement) -> list[Change]:
    old = {entry.id: entry.verdict for entry in before.requirements}
    codes_before, codes_after = _codes(before), _codes(after)
    changes = []
    for entry in after.requirements:
        was = old.get(entry.id, Verdict.NOT_RUN)
        if was is not entry.verdict:
            told = codes_before.get(entry.id, set()) ^ codes_after.get(entry.id, set())
            why = ", ".join(sorted(told)) or f"{before.profile.id} {before.profile.version} → {after.profile.id}"
            changes.append(Change(entry.id, was, entry.verdict, why))
    return changes


def _codes(judgement: Judgement) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = {}
    for scenario in judgement.scenarios:
        for found in scenario.findings:
            codes.setdefault(found.requirement, set()).add(f"{found.code}={found.severity}")
    return codes
