"""Judging a recorded run again, and saying what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Verdict
from harness.engine.publication import FORMATS_OF_A_RUN, PublishedRun, publish
from harness.journal import Record
from harness.journal.whole_file import write_whole
from harness.judge.report_schema import Judgement, decoded, encoded
from harness.report.agreement import judged, read, recorded_profile, report_is_judged, run_file
from harness.report.provenance import Origin, Provenance, provenance_of
from harness.report.rerendering import beside
from harness.report.seal_run import list_unsigned, seal
from harness.seal.laboratory import Laboratory
from harness.seal.run_files import REPORT_FILE, RunFile
from harness.seal.timestamp import NotStamped


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A requirement whose verdict is not what it was; `why` names the codes that explain it."""

    requirement: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class RejudgeNote:
    """Something worth saying about a record; `key` names its sentence."""

    key: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A record judged again; `changes` is None when there was no earlier report to compare with."""

    certification: PublishedRun
    changes: tuple[VerdictChange, ...] | None
    notes: tuple[RejudgeNote, ...]


def judge_again(
    directory: Path, profile_name: str | None, language: Language, laboratory: Laboratory | None = None
) -> Rejudged:
    """Judge a recorded run again, by its own profile or another, and say what changed.

    A run that this laboratory recorded, and that was stopped before its reports were sealed, gets them now.

    Args:
        directory: of the run.
        profile_name: name or path of the profile to judge by; None for the run's own.
        language: shown first in reports that are written now.
        laboratory: who judges; None where no laboratory is configured.

    Raises:
        ConfigurationError: the folder is no run, its record is broken, or the profile is wrong.
    """
    record = read(directory)
    recorded = run_file(directory)
    key = laboratory.key if laboratory else None
    provenance = provenance_of(directory, key)
    own = recorded_profile(directory)
    if provenance.origin is Origin.UNJUDGED:
        publish(own, directory, language, FORMATS_OF_A_RUN, laboratory)
        provenance = provenance_of(directory, key)
    profile = load_profile(profile_name) if profile_name else own
    judgement = judged(profile, record)
    notes = _notes(record, recorded, profile)
    before = _earlier(directory)
    unstamped: NotStamped | None = None
    if provenance.origin is Origin.OWN and laboratory is not None:
        first = judgement if profile_name is None else judged(own, record)
        again, unstamped = _resealed(directory, laboratory, first, judgement)
        notes += again
    elif provenance.origin is Origin.UNSIGNED:
        notes += _listed(directory, judgement, fresh=before is None)
    else:
        notes += (_unsealed(provenance), _written(beside(directory, "judged"), judgement))
    changes = None if before is None else tuple(verdict_changes(before, judgement))
    return Rejudged(PublishedRun(judgement, directory, unstamped=unstamped), changes, notes)


def _resealed(
    directory: Path, laboratory: Laboratory, first: Judgement, judgement: Judgement
) -> tuple[tuple[RejudgeNote, ...], NotStamped | None]:
    """Add a later judgement to a run of this laboratory and seal it again, if its report is what its record gives."""
    if laboratory.key is None or not report_is_judged(directory, first):
        return (RejudgeNote("differs"), _written(beside(directory, "judged"), judgement)), None
    written = _written(directory, judgement)
    return (written,), seal(directory, laboratory.key, first, tsa=laboratory.tsa).unstamped


def _listed(directory: Path, judgement: Judgement, *, fresh: bool) -> tuple[RejudgeNote, ...]:
    """Add a later judgement to an unsigned run; a run without a report gets it as its report."""
    if fresh:
        write_whole(directory / REPORT_FILE, encoded(judgement))
        return (RejudgeNote("no-report"),)
    written = _written(directory, judgement)
    list_unsigned(directory)
    return (written,)


def _written(folder: Path, judgement: Judgement) -> RejudgeNote:
    path = write_whole(folder / f"report-{judgement.profile.id}.json", encoded(judgement))
    return RejudgeNote("written", {"path": str(path)})


def _unsealed(provenance: Provenance) -> RejudgeNote:
    """Say why a later judgement is put beside the run: a new seal would hide the reason, or claim a run of others."""
    if provenance.broken is not None:
        return RejudgeNote("seal-broken", {"code": str(provenance.broken)})
    return RejudgeNote(str(provenance.origin))


def _notes(record: Record, recorded: RunFile, profile: Profile) -> tuple[RejudgeNote, ...]:
    notes: list[RejudgeNote] = []
    if record.cut:
        notes.append(RejudgeNote("cut"))
    then = recorded.profile
    if then.id == profile.id and then.sha256 != profile.sha256:
        shown = {"id": profile.id, "before": then.sha256[:12], "after": profile.sha256[:12]}
        notes.append(RejudgeNote("profile-changed", shown))
    return tuple(notes)


def _earlier(directory: Path) -> Judgement | None:
    path = directory / REPORT_FILE
    if not path.is_file():
        return None
    try:
        return decoded(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError("run.broken", path=path, detail=error) from error


def verdict_changes(before: Judgement, after: Judgement) -> list[VerdictChange]:
    """Return the requirements whose verdict is not what it was, with the codes that explain it."""
    old = {entry.id: entry.verdict for entry in before.requirements}
    codes_before, codes_after = _codes(before), _codes(after)
    changes = []
    for entry in after.requirements:
        was = old.get(entry.id, Verdict.NOT_RUN)
        if was is not entry.verdict:
            differing = codes_before.get(entry.id, set()) ^ codes_after.get(entry.id, set())
            why = ", ".join(sorted(differing)) or f"{before.profile.id} {before.profile.version} → {after.profile.id}"
            changes.append(VerdictChange(entry.id, was, entry.verdict, why))
    return changes


def _codes(judgement: Judgement) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = {}
    for scenario in judgement.scenarios:
        for found in scenario.findings:
            codes.setdefault(found.requirement, set()).add(f"{found.code}={found.severity}")
    return codes
