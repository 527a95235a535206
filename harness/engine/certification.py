"""Certification: from an order to a run directory with record, judgement and reports; and judging a record again."""

import contextlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import msgspec

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Verdict
from harness.engine.plan import make_plan
from harness.engine.run import RunSettings, run
from harness.engine.subject import Subject, open_subject
from harness.hub.server import AddressUnavailable
from harness.journal import Event, Journal, JournalBroken, Record, read_record
from harness.journal.concealing import SHORTEST_SECRET
from harness.journal.recording import VIETNAM
from harness.judge.judgement import Judgement, encoded
from harness.judge.judging import NothingToJudge, judge
from harness.report import write_reports

_FORMATS = ("html", "junit")

Follow = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line, or by a program.

    Attributes:
        candidate: path of a declaration, `reference`, or `reference:<defect>`.
        profile: name or path.
        only: requirement ids or groups, None for all.
        directory: for the result; None for a new one below `runs`.
        listen: host and port of the hub.
        seed: of the blind data.
    """

    candidate: str
    profile: str
    only: list[str] | None
    directory: Path | None
    language: Language
    seed: int
    jobs: int | None = None
    budget: float | None = None
    listen: tuple[str, int] = ("127.0.0.1", 0)
    trust_anchors: Path | None = None


@dataclass(frozen=True, slots=True)
class Certification:
    """A judged run and where it stands."""

    judgement: Judgement
    directory: Path


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


def certify(order: Order, follow: Follow) -> Certification:
    """Carry out an order; an interrupted run is judged and reported like any other.

    Raises:
        ConfigurationError: something in the order, the profile or the declaration is wrong.
    """
    profile = load_profile(order.profile)
    plan = make_plan(profile, order.only)
    subject = open_subject(order.candidate, profile)
    if len(subject.secret) < SHORTEST_SECRET:
        raise ConfigurationError("candidate.secret-too-short", shortest=SHORTEST_SECRET)
    now = datetime.now(VIETNAM)
    run_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    directory = _prepared(order.directory or Path("runs") / run_id)
    _write_run_file(directory, run_id, now, order, profile, subject)
    settings = RunSettings(
        directory=directory,
        run_id=run_id,
        profile=profile,
        plan=plan,
        candidate=subject.candidate,
        times=subject.times,
        secret=subject.secret,
        system_id=subject.system_id,
        driver=subject.driver,
        open_driver=subject.open_driver,
        secret_made=subject.secret_made,
        language=order.language,
        listen=order.listen,
        seed=order.seed,
        jobs=order.jobs,
        budget=order.budget,
        trust_anchors=() if order.trust_anchors is None else (order.trust_anchors,),
    )
    _record(settings, follow)
    return _report(profile, directory, order.language)


def judge_again(directory: Path, profile_name: str | None, language: Language) -> Again:
    """Judge a recorded run again, by its own profile or another, and tell what changed.

    Raises:
        ConfigurationError: the folder is no run, its record is broken, or the profile is wrong.
    """
    record = _read(directory)
    recorded = _run_file(directory)
    profile = load_profile(profile_name or str(recorded["profile"]["source"]))
    judgement = _judged(profile, record)
    notes = _notes(record, recorded, profile)
    before = _earlier(directory)
    if before is None:
        (directory / "report.json").write_bytes(encoded(judgement))
        notes += (Note("no-report"),)
    else:
        (directory / f"report-{profile.id}.json").write_bytes(encoded(judgement))
    changes = None if before is None else tuple(_changes(before, judgement))
    return Again(Certification(judgement, directory), changes, notes)


def _prepared(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigurationError("out.not-empty", path=directory)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=directory, detail=error.strerror or error) from error
    return directory


def _write_run_file(
    directory: Path, run_id: str, now: datetime, order: Order, profile: Profile, subject: Subject
) -> None:
    content = {
        "schema": "lienthong.run/1",
        "run_id": run_id,
        "started": now.isoformat(timespec="seconds"),
        "language": order.language,
        "seed": order.seed,
        "harness": {"name": "lienthong-harness", "version": __version__},
        "profile": {
            "id": profile.id,
            "version": profile.version,
            "sha256": profile.sha256,
            "source": order.profile if order.profile == profile.id else str(Path(order.profile).resolve()),
        },
        "candidate": subject.candidate.public(),
        "driver": subject.driver,
    }
    (directory / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def _record(settings: RunSettings, follow: Follow) -> None:
    journal = Journal(settings.directory, secrets=(settings.secret,))
    journal.subscribe(follow)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            anyio.run(run, settings, journal)
    except AddressUnavailable as error:
        address = f"{error.host}:{error.port}"
        raise ConfigurationError("hub.cannot-listen", address=address, detail=error.detail) from error
    finally:
        journal.close()


def _report(profile: Profile, directory: Path, language: Language) -> Certification:
    judgement = _judged(profile, _read(directory))
    (directory / "report.json").write_bytes(encoded(judgement))
    write_reports(directory, msgspec.to_builtins(judgement), lang=language, formats=_FORMATS)
    return Certification(judgement, directory)


def _read(directory: Path) -> Record:
    try:
        return read_record(directory)
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=directory, detail=error) from error


def _judged(profile: Profile, record: Record) -> Judgement:
    try:
        return judge(profile, record)
    except NothingToJudge as error:
        raise ConfigurationError("run.nothing", path=record.directory) from error
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=record.directory, detail=error) from error


def _run_file(directory: Path) -> dict[str, Any]:
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
        shown = {"id": profile.id, "before": then["sha256"][:12], "now": profile.sha256[:12]}
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
