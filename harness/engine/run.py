"""One run from beginning to end: hub up, candidate configured, scenarios played, everything recorded."""

import contextlib
import platform
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec

from harness import __version__
from harness.catalogue.candidate import Candidate, Times
from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.crypto.chains.trust import trust_of
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.doctor.declaration import PEER_SYSTEM
from harness.doctor.driver import check_clock, check_commands
from harness.doctor.target import OpenDriver
from harness.drivers.operator import Operator, Unattended
from harness.drivers.protocol import DriverError, DriverLost, OperatorError
from harness.drivers.recorded import RecordedDriver
from harness.drivers.views import Workplace
from harness.engine.clock import clock_state
from harness.engine.event_waits import EventWaits
from harness.engine.hub_address import reachable
from harness.engine.kept_exports import ask_for_exports
from harness.engine.plan import Plan
from harness.engine.run_boundaries import opened, settled_in, settled_out
from harness.engine.scenario_runner import play
from harness.engine.silence import SilenceWatch
from harness.engine.view_poller import look
from harness.expectations.evidence import Evidence
from harness.hub.call_recorder import CallRecorder
from harness.hub.canary import Canary
from harness.hub.faults import Faults
from harness.hub.server import HubServer
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.journal import Event, Journal
from harness.journal.bodies import BLOB_FOLDER, read_body
from harness.journal.events import (
    OperatorAwaited,
    PeerForm,
    PlannedScenario,
    PreflightChecked,
    RunFinished,
    RunStarted,
)
from harness.journal.recorder import VIETNAM
from harness.judge.package_inspector import PackageInspector
from harness.report.selftest_summary import program_digest, stated_summary
from harness.scenarios.registry import Scenario, all_scenarios
from harness.scenarios.run_context import RunContext
from harness.scenarios.successions import successions_of
from harness.scenarios.testdata import Peer, SeededData, peers_of

_HELLO_LIMIT = 10.0

# People do best with little at a time, but the waits of a few scenarios may overlap.
_JOBS_OF_A_PERSON = 3
# Seconds within which a product without a driver must call: while a person may be connecting it, and otherwise.
_CONNECTING = 900.0
_CALLING = 60.0
_POLLS = 3
# Whole-run duties that take a look at the end; a run that is not narrowed has them all.
_EVERYWHERE = ("RCV-11",)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run is made with.

    Attributes:
        directory: an empty folder for the record.
        profile: what is judged by; here only its parameters are used.
        plan: which scenarios play.
        candidate: the declaration.
        times: the times that hold, in seconds.
        secret: the candidate's, known to hub and candidate alone.
        system_id: of the candidate's system.
        driver: `kind` of the driver, for the record.
        open_driver: connects to the candidate.
        secret_made: True when the harness made the secret, so that the operator must be given it.
        language: of the operator.
        operator: who operates the candidate or connects it, where that is a person.
        environment: the variables that an adapter program inherits.
        listen: host and port of the hub; port 0 for any.
        seed: of the blind data.
        numbering: of their numbers alone.
        jobs: scenarios at a time, None for all.
        budget: seconds for all scenarios, None for as long as it takes.
        trust_anchors: files of anchors and intermediates besides the profile's.
        quiet: whether the standard error of an adapter program is kept from the operator.
    """

    directory: Path
    run_id: str
    profile: Profile
    plan: Plan
    candidate: Candidate
    times: Times
    secret: str
    system_id: str
    driver: str
    open_driver: OpenDriver
    listen: tuple[str, int] = ("127.0.0.1", 0)
    seed: int = 0
    numbering: int = 0
    jobs: int | None = None
    budget: float | None = None
    trust_anchors: tuple[Path, ...] = ()
    secret_made: bool = False
    language: Language = "vi"
    operator: Operator = field(default_factory=Unattended)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    quiet: bool = False


async def run(settings: RunSettings, journal: Journal, earlier: Sequence[Event[Any]] = ()) -> None:
    """Play the plan against the candidate and leave the record in `journal`.

    A candidate that does not answer at all ends the run early; the record says so. Cancelling ends it at once,
    and the record says that too.

    Args:
        settings: what is played, and against whom.
        journal: takes the record.
        earlier: events that are in the journal already.

    Raises:
        OSError: the hub cannot listen at the address.
    """
    reason = "failed"
    try:
        reason = await _recorded_run(settings, journal, earlier)
    except anyio.get_cancelled_exc_class():
        reason = "interrupted"
        raise
    finally:
        journal.record(RunFinished(reason=reason, clock=clock_state()))


async def _recorded_run(settings: RunSettings, journal: Journal, earlier: Sequence[Event[Any]]) -> str:
    async with _opened(settings, journal, earlier) as run_context:
        _record_start(settings, run_context)
        trouble = await _configured(settings, run_context)
        if trouble:
            return trouble
        opening = await opened(run_context)
        trouble = await _called_at_last(settings, run_context)
        if trouble:
            return trouble
        if not await settled_in(run_context, opening):
            return "unsettled"
        with anyio.move_on_after(settings.budget) as scope:
            await _played(settings, run_context)
        return "budget" if scope.cancelled_caught else "complete"


@asynccontextmanager
async def _opened(settings: RunSettings, journal: Journal, earlier: Sequence[Event[Any]]) -> AsyncIterator[RunContext]:
    """Bring up PKI, hub, evidence and driver; take them down in the opposite order."""
    host, port = settings.listen
    hub_settings = HubSettings.of(settings.profile, host=host, port=port, described=False)
    with Responder() as responder:
        pki = Pki(datetime.now(VIETNAM), responder.url)
        responder.serve(pki)
        trust = pki.trust(pki.made).adding(trust_of(settings.profile, settings.trust_anchors))
        evidence = Evidence(inspector=PackageInspector(settings.profile, _reader(settings.directory), trust))
        for event in earlier:
            evidence.add(event)
        waits = EventWaits(evidence)
        journal.subscribe(waits.add)
        async with HubServer(hub_settings, CallRecorder(journal)) as server, Canary(journal, host) as canary:
            faults = Faults()
            server.hub.interceptor = faults
            driver = RecordedDriver(await settings.open_driver(_workplace(settings, journal)), journal)
            try:
                yield RunContext(
                    hub=server.hub,
                    server=server,
                    faults=faults,
                    endpoint=reachable(server.endpoint, settings.candidate),
                    canary=canary,
                    driver=driver,
                    journal=journal,
                    evidence=evidence,
                    waits=waits,
                    profile=settings.profile,
                    times=settings.times,
                    pki=pki,
                    trust=trust,
                    testdata=SeededData(
                        settings.seed,
                        pki,
                        settings.candidate.agency.organ_name,
                        lanes=tuple(all_scenarios()),
                        numbering=settings.numbering,
                        others=tuple(_peers(settings).values()),
                    ),
                    peers=_peers(settings),
                    agency=_populate(server.hub, settings),
                    capabilities=frozenset(settings.candidate.capabilities),
                    concurrency=settings.plan.concurrency,
                    configuration=_configuration(settings, server.endpoint, pki),
                )
            finally:
                with anyio.CancelScope(shield=True):
                    await driver.close()


def _workplace(settings: RunSettings, journal: Journal) -> Workplace:
    return Workplace(
        settings.directory,
        journal,
        settings.language,
        settings.times,
        settings.operator,
        settings.environment,
        settings.secret_made,
        settings.quiet,
    )


def _configuration(settings: RunSettings, endpoint: str, pki: Pki) -> dict[str, Any]:
    """Return the arguments of `configure`."""
    anchors = pki.anchors_pem().decode("ascii")
    declared = settings.candidate.agency
    return {
        "endpoint": endpoint,
        "system_id": settings.system_id,
        "secret": settings.secret,
        "organ_id": declared.organ_id,
        "organ_name": declared.organ_name,
        "poll_interval": settings.times.poll_interval,
        "hub_trust_anchors_pem": anchors,
        "signer_trust_anchors_pem": anchors,
    }


def _reader(directory: Path) -> Callable[[str], bytes]:
    return partial(read_body, directory / BLOB_FOLDER)


def _peers(settings: RunSettings) -> Mapping[str, Peer]:
    return peers_of(settings.profile.parameters.identifiers, settings.candidate.agency.organ_id)


def _closing(settings: RunSettings) -> tuple[Peer, ...]:
    """Return the agencies whose codes end in the course of a run."""
    pairs = successions_of(settings.profile.parameters.identifiers, settings.candidate.agency.organ_id)
    return tuple(pair.closed for pair in pairs.values())


def _populate(hub: Hub, settings: RunSettings) -> Peer:
    """Register systems and agencies at the hub: the peers that the harness plays, and the candidate."""
    hub.add_system(PEER_SYSTEM, secrets.token_urlsafe(24))
    for peer in (*_peers(settings).values(), *_closing(settings)):
        hub.add_agency(peer.organ_id, peer.organ_name, PEER_SYSTEM, parent=peer.parent, code102=peer.code102)
    declared = settings.candidate.agency
    hub.add_system(settings.system_id, settings.secret)
    hub.add_agency(declared.organ_id, declared.organ_name, settings.system_id)
    return Peer(declared.organ_id, declared.organ_name)


def _record_start(settings: RunSettings, run_context: RunContext) -> None:
    profile, candidate = settings.profile, settings.candidate
    started = RunStarted(
        run_id=settings.run_id,
        seed=settings.seed,
        numbering=settings.numbering,
        harness={
            "name": "lienthong-harness",
            "version": __version__,
            "python": platform.python_version(),
            "program": program_digest(),
            "selftest": stated_summary(),
        },
        profile={"id": profile.id, "version": profile.version, "sha256": profile.sha256},
        candidate=candidate.public(),
        driver=settings.driver,
        capabilities=tuple(sorted(candidate.capabilities)),
        organs=(candidate.agency.organ_id,),
        only=settings.plan.only,
        scenarios=tuple(PlannedScenario(one.id, one.requirements) for one in settings.plan.scenarios),
        times=msgspec.to_builtins(settings.times),
        endpoint=run_context.endpoint,
        peers=tuple(PeerForm(one.organ_id, one.code102) for one in (*run_context.peers.values(), *_closing(settings))),
        trust=run_context.trust.as_data(),
        clock=clock_state(),
    )
    run_context.journal.record(started)


async def _configured(settings: RunSettings, run_context: RunContext) -> str | None:
    """Say hello to the candidate and configure it; return why the run ends here, None if it goes on."""
    limit = settings.times.give_up + _HELLO_LIMIT
    try:
        with contextlib.suppress(DriverError):  # a driver without `hello` may still work
            _record_preflight(settings, run_context, await run_context.driver.call("hello", {}, _HELLO_LIMIT))
        await run_context.driver.call("configure", run_context.configuration, limit)
    except OperatorError as error:
        return None if error.answer == "skip" else "operator"  # an operator skips it who has configured it before
    except DriverError as error:
        known = not settings.secret_made and settings.listen[1] != 0
        # A product without `configure` must have been configured by hand before the run.
        return "refused" if error.kind != "unsupported" else None if known else "untold"
    except DriverLost:
        return "driver"
    return None


async def _called_at_last(settings: RunSettings, run_context: RunContext) -> str | None:
    """Wait until the candidate calls the hub: without any call no scenario can be played."""
    limit = _POLLS * settings.times.poll_interval + settings.times.give_up
    if settings.driver == "passive":  # a person may have to connect it first
        by_hand = settings.operator.attended and (settings.secret_made or settings.listen[1] == 0)
        limit = max(limit, _CONNECTING if by_hand else _CALLING)
    elif run_context.driver.attended is not None:  # the person who just connected it may have to restart it
        limit = max(limit, _CALLING)
    waiting = run_context.journal.record(OperatorAwaited(seconds=limit))
    if await run_context.waits.life(waiting, limit):
        return None
    return "unserved" if run_context.evidence.ever_called() else "silent"


def _record_preflight(settings: RunSettings, run_context: RunContext, hello: dict[str, Any]) -> None:
    """Record what `doctor` would say of this driver; the run goes on."""
    checks = (check_commands(hello, settings.candidate, settings.driver), check_clock(run_context.driver))
    run_context.journal.record(PreflightChecked(checks=tuple(check.recorded() for check in checks)))


async def _played(settings: RunSettings, run_context: RunContext) -> None:
    usual = len(settings.plan.scenarios) if run_context.driver.attended is None else _JOBS_OF_A_PERSON
    limiter = anyio.CapacityLimiter(settings.jobs or max(usual, 1))
    silence = SilenceWatch(run_context.evidence, run_context.journal, run_context.faults, settings.times)

    async def limited(scenario: Scenario) -> None:
        async with limiter:
            await play(scenario, run_context, silence)

    async with anyio.create_task_group() as watching:
        watching.start_soon(look, run_context.driver, run_context.waits, settings.times.poll_interval)
        watching.start_soon(run_context.waits.keep_time, run_context.journal)
        watching.start_soon(silence.watch)
        for phase in settings.plan.phases:
            async with anyio.create_task_group() as playing:
                for scenario in phase:
                    playing.start_soon(limited, scenario)
        for scenario in settings.plan.exclusive:
            await play(scenario, run_context, silence)
        played = {key for one in settings.plan.scenarios for key in one.requirements}
        await settled_out(run_context, frozenset({*played, *(settings.plan.only or _EVERYWHERE)}))
        watching.cancel_scope.cancel()
    await ask_for_exports(run_context, settings.candidate.driver, settings.plan.only)
