"""Certification: from an order to a run directory with record, judgement and reports."""

import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import Language
from harness.doctor.network import check_address
from harness.doctor.target import REFERENCE, Target, open_target
from harness.drivers.operator import Operator
from harness.engine.candidate_lock import claimed
from harness.engine.known_runs import remember
from harness.engine.plan import Plan, make_plan
from harness.engine.publication import FORMATS_OF_A_RUN, PublishedRun, publish
from harness.engine.run import RunSettings, run
from harness.hub.server import AddressUnavailable
from harness.journal import Event, Journal
from harness.journal.recorder import VIETNAM
from harness.judge.report_schema import Judgement
from harness.report.deviations import load_deviations, recorded
from harness.rules.confinement import prepare
from harness.seal.laboratory import Laboratory
from harness.seal.record_seal import begin, seal_record
from harness.selfcheck.profile import check_by_lint

Observer = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class CertificationOrder:
    """What is certified, and how.

    Attributes:
        candidate: path of a declaration, `reference`, or `reference:<defect>`.
        profile: name or path.
        only: requirement ids or groups, None for all.
        directory: for the result; None for a new one below `runs`.
        language: of the operator, and shown first in reports.
        jobs: scenarios at a time, None for all.
        budget: seconds for all scenarios, None for as long as it takes.
        listen: host and port of the hub.
        seed: of the blind data.
        numbering: of their numbers alone, which a candidate may not take twice.
        trust_anchors: file of anchors and intermediates besides the profile's.
        formats: of the reports besides report.json.
        scenario: the one scenario to play, None for all that are needed.
        deviations: file of known deviations.
        quiet: whether the standard error of an adapter program is kept from the operator.
        environment: the variables that a declaration may name (`secret_env`), and that an adapter program inherits.
        cache: folder of what is kept for this user between runs: which candidates are in use, and which runs are the
            user's own; None where nothing is kept.
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
    formats: tuple[str, ...] = FORMATS_OF_A_RUN
    scenario: str | None = None
    deviations: Path | None = None
    numbering: int = 0
    quiet: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    cache: Path | None = None


async def run_order(
    order: CertificationOrder,
    operator: Operator,
    laboratory: Laboratory | None,
    observers: Sequence[Observer] = (),
    announce: Callable[[Judgement], None] | None = None,
) -> PublishedRun:
    """Carry out an order: the one way to a certification for every caller.

    A run that is cancelled is judged and reported like any other: the cancellation ends the run, not the order.

    Args:
        order: what is certified, and how.
        operator: the person who operates the candidate or connects it, where that is a person.
        laboratory: who tests; None where no laboratory is configured.
        observers: each is called for every event of the record, as it happens.
        announce: is called with the judgement before the reports are written, in another thread.

    Raises:
        ConfigurationError: something in the order, the profile or the declaration is wrong.
    """
    profile = load_profile(order.profile)
    check_by_lint(order.profile)
    plan = make_plan(profile, order.only, order.scenario)
    extras = _extras(order, laboratory)
    target = open_target(order.candidate, profile, order.environment)
    check_address(*order.listen)
    prepare()
    now = datetime.now(VIETNAM)
    run_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    directory = directory_of(order, run_id)
    with claimed(target.place, directory, order.cache):
        _prepare(directory)
        _write_run_file(directory, run_id, now, order, profile, target, extras)
        if order.cache is not None:
            remember(directory, order.cache)
        settings = _settings(directory, run_id, order, profile, plan, target, operator)
        await _record(settings, observers, laboratory)
    with anyio.CancelScope(shield=True):
        published = await anyio.to_thread.run_sync(
            publish, profile, directory, order.language, order.formats, laboratory, announce
        )
    return published  # noqa: RET504 - for all that mypy knows, a scope may swallow an exception


def directory_of(order: CertificationOrder, run_id: str) -> Path:
    """Return where the run with this id, which carries out an order, is recorded."""
    return order.directory or Path("runs") / run_id


def _settings(
    directory: Path,
    run_id: str,
    order: CertificationOrder,
    profile: Profile,
    plan: Plan,
    target: Target,
    operator: Operator,
) -> RunSettings:
    return RunSettings(
        directory=directory,
        run_id=run_id,
        profile=profile,
        plan=plan,
        candidate=target.candidate,
        times=target.times,
        secret=target.secret,
        system_id=target.system_id,
        driver=target.driver,
        open_driver=target.open_driver,
        secret_made=target.secret_made,
        language=order.language,
        operator=operator,
        environment=order.environment,
        quiet=order.quiet,
        listen=order.listen,
        seed=order.seed,
        numbering=order.numbering,
        jobs=order.jobs,
        budget=order.budget,
        trust_anchors=() if order.trust_anchors is None else (order.trust_anchors,),
    )


def _prepare(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigurationError("out.not-empty", path=directory)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=directory, detail=error.strerror or error) from error


def _extras(order: CertificationOrder, laboratory: Laboratory | None) -> dict[str, Any]:
    """Return what run.json says of laboratory and known deviations, where there are any."""
    extras: dict[str, Any] = {} if laboratory is None else {"laboratory": laboratory.identity.public()}
    return extras if order.deviations is None else extras | {"deviations": recorded(load_deviations(order.deviations))}


def _write_run_file(
    directory: Path,
    run_id: str,
    now: datetime,
    order: CertificationOrder,
    profile: Profile,
    target: Target,
    extras: dict[str, Any],
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
        "candidate": target.candidate.public(),
        "source": order.candidate
        if order.candidate.partition(":")[0] == REFERENCE
        else str(Path(order.candidate).resolve()),
        "driver": target.driver,
        **extras,
    }
    (directory / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


async def _record(settings: RunSettings, observers: Sequence[Observer], laboratory: Laboratory | None) -> None:
    """Make the record of a run. A laboratory's key seals it the moment it is closed: it can never be sealed later."""
    journal = Journal(
        settings.directory, secrets=(settings.secret,), most=settings.profile.parameters.hub.evidence_bytes
    )
    birth = begin(journal, settings.run_id, laboratory.key) if laboratory and laboratory.key else None
    for observer in observers:
        journal.subscribe(observer)
    try:
        with contextlib.suppress(anyio.get_cancelled_exc_class(), KeyboardInterrupt):
            await run(settings, journal, () if birth is None else (birth.event,))
    except AddressUnavailable as error:
        address = f"{error.host}:{error.port}"
        raise ConfigurationError("hub.cannot-listen", address=address, detail=error.detail) from error
    except Exception as error:
        # Where the journal cannot be written, that is the cause to report, not the errors that follow from it.
        raise journal.failure or error from error
    finally:
        journal.close()
    if birth is not None:
        seal_record(birth, journal, settings.directory)
