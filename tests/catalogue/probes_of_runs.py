"""What the values of a profile change in what is played, waited for, kept, judged and reported in a run."""

import asyncio
import contextlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

import anyio
import msgspec

from harness.agency.composer import Composer
from harness.catalogue.candidate import Times, load_candidate, times_of
from harness.catalogue.codes import RefusalReason
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.cli.profile_view import as_lines
from harness.engine import certification
from harness.engine.run_boundaries import settled_out
from harness.expectations import Acked
from harness.guide.profilepieces import document_types
from harness.hub.call_results import Refusal
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.journal import Journal, Record
from harness.journal.events import RunStarted
from harness.judge.judge import judge
from harness.judge.verdicts import assembled
from harness.judge.watches.sts import watch_order
from harness.judge.watches.vxp import watch_wire
from harness.records.working_days import due, next_working_day
from harness.scenarios import rcv
from harness.scenarios.broken_packages import broken
from harness.scenarios.context import ScenarioContext
from harness.scenarios.registry import all_scenarios
from harness.scenarios.run_context import PreconditionFailed, Unplayable
from harness.vxp.failures import VxpFailure
from harness.vxp.timestamps import timestamp
from tests.catalogue.profile_leaves import GONE, SHIPPED, Leaf, Probe, to
from tests.hub.hub_rig import Rig, document, with_rig
from tests.journal.told_events import told_of
from tests.judge.recorded_run import RecordedRun
from tests.judge.timed_evidence import GOT, TimedEvidence

_TIMES = Times(poll_interval=1.0, reaction=2.0, give_up=3.0)
_ADDRESS = re.compile(r" (?:id=|at )'?(?:0x)?[0-9a-f]+'?")
_NOW = datetime(2026, 11, 23, 10)


# -- what is played


def _context(profile: Profile) -> Any:
    context = MagicMock(spec=ScenarioContext)
    context.profile, context.times, context.margin, context.patience = profile, _TIMES, 1.0, 5.0
    context.now, context.patience_added, context.canary_token, context.chance = 0, 0.0, "token", MagicMock()
    context.run.concurrency = {}
    context.note.side_effect = [SimpleNamespace(seq=number, elapsed=30.0 * number) for number in range(9)]
    context.agency.organ_id = "000.00.00.H41"
    return context


def played(name: str, profile: Profile) -> object:
    """Return all that a scenario asks of its context, in order: faults, documents, waits and expectations."""
    context = _context(profile)
    try:
        asyncio.run(all_scenarios()[name].play(context))  # type: ignore[arg-type]
    except (PreconditionFailed, Unplayable) as ended:
        return ended.args
    return [_ADDRESS.sub("", str(call)) for call in context.mock_calls]


def scenario(*names: str) -> Any:
    return lambda profile, _: [played(name, profile) for name in names]


def answers_to_bad_packages(profile: Profile, _: Leaf) -> object:
    refused = AsyncMock()
    with patch.multiple(rcv, broken=MagicMock(), whole=MagicMock(), mixture=MagicMock(return_value=[]),
                        operations=MagicMock(return_value=[]), refused_among_good=refused):  # fmt: skip
        played("RCV-06", profile)
    return refused.await_args.kwargs["answers"] if refused.await_args else None


def ways_to_break(profile: Profile, _: Leaf) -> object:
    return [vector.key for vector in broken(_context(profile), only=["HDR-09"])]


def patience(profile: Profile, _: Leaf) -> object:
    testdata: Any = SimpleNamespace(choice=lambda _: None)
    run: Any = SimpleNamespace(testdata=testdata, profile=profile, times=_TIMES, waits=SimpleNamespace(pace=1.0))
    return ScenarioContext("RTY-01", "RTY-01", run).patience


def watch_over_the_final(profile: Profile, _: Leaf) -> object:
    """Return for how long a run is held open after a refusal for good."""
    evidence = TimedEvidence()
    evidence.send(code="10")
    waits = SimpleNamespace(pause=AsyncMock(), pace=1.0)
    attended: Any = SimpleNamespace(attended=object())
    run: Any = SimpleNamespace(profile=profile, evidence=evidence, waits=waits, driver=attended, times=_TIMES)
    asyncio.run(settled_out(run, frozenset({"RTY-07"})))
    return waits.pause.await_args_list


_DECLARED = """\
schema: lienthong.candidate/1
candidate: {{name: A}}
agency: {{organ_id: 000.00.00.H41, organ_name: B}}
driver: {{kind: passive}}
timing: {{{timing}}}
"""


@cache
def _declaration(timing: str) -> Path:
    path = Path(tempfile.mkdtemp()) / "candidate.yaml"
    path.write_text(_DECLARED.format(timing=timing), encoding="utf-8")
    return path


def declared_time(profile: Profile, leaf: Leaf) -> object:
    """Return the times of a run whose candidate declares just the bound, or nothing where the default is asked for."""
    bound = leaf.path[-1] != "default"
    candidate, located = load_candidate(_declaration(f"{leaf.path[-2]}: {leaf.value}" if bound else ""))
    try:
        return times_of(candidate, located, profile.parameters.timing)
    except ConfigurationError as error:
        return error.code


# -- what the hub does


def refusals(profile: Profile) -> object:
    hub = Hub(HubSettings.of(profile))
    outcomes = {reason: hub.refused(None, Refusal(reason)) for reason in RefusalReason}
    return {reason: (one.error_code, one.error_desc) for reason, one in outcomes.items()}


def said_in_refusals(profile: Profile, _: Leaf) -> object:
    return refusals(profile), played("RTY-07", profile), played("RTY-08", profile)


def on_the_wire(profile: Profile, _: Leaf) -> object:
    """Send a document, fetch it, and send something as nobody, to a hub by this profile."""

    async def play(rig: Rig) -> object:
        try:
            await rig.ministry.send_edoc(document(), "edoc")
            (item,) = (await rig.province.get_received_edoc_list("edoc")).items
            served: object = await rig.province.get_edoc(item.doc_id)
        except VxpFailure as failure:
            served = type(failure)
        rig.hub.set_secret("sys.ministry", "another")
        with contextlib.suppress(VxpFailure):
            await rig.ministry.send_edoc(document(), "edoc")
        return served, [request["body"]["size"] for request in rig.notes.of("request")]

    return with_rig(play, profile=profile)


def kept_as_evidence(profile: Profile, _: Leaf) -> object:
    """Return whether a run keeps a body of 1,000 bytes."""
    kept: list[str | None] = []
    settings: Any = SimpleNamespace(directory=Path(tempfile.mkdtemp()), secret="a secret of the run", profile=profile)

    async def kept_at_once(_: object, journal: Journal, __: object) -> None:
        kept.append(journal.keep(bytes(1000)))

    with patch.object(certification, "run", kept_at_once):
        anyio.run(certification._record, settings, (), None)
    return kept


# -- what is judged


def _exchanged(off: timedelta) -> TimedEvidence:
    evidence = TimedEvidence()
    event = evidence.note(
        "request", method="POST", target="/vxp/countReceiveEdoc", operation="countReceiveEdoc",
        parameters={"systemid": "sys", "timestamp": timestamp(_NOW + off)}, package=None,
        framing={"content_type": "application/json", "content_length": "2"},
        signature={"expected_hash_header": "ab", "given_hash_header": "ab"},
    )  # fmt: skip
    evidence.answer(event)
    return evidence


def by_the_clock(profile: Profile, _: Leaf) -> object:
    """Judge a call whose time is 30 hours off."""
    return watch_wire(_exchanged(timedelta(hours=30)), profile, frozenset({"000.00.00.H41"}))["VXP-05"]


@cache
def _jumped() -> Record:
    """Return a run in which a document was never acknowledged, and the clock set by 10 s meanwhile."""
    run = RecordedRun(Path(tempfile.mkdtemp()) / "run")
    run.expect(Acked(document=GOT))
    run.poll()
    run.own("window.closed", {})
    run.poll()
    run.finish()
    record = run.read()
    *before, finished, ended = record.events
    late = [msgspec.structs.replace(one, at=_later(one.at)) for one in (finished, ended)]
    return replace(record, events=(*before, *late))


def _later(at: str) -> str:
    return (datetime.fromisoformat(at) + timedelta(seconds=10)).isoformat(timespec="milliseconds")


def certified(profile: Profile, leaf: Leaf) -> object:
    """Look at what a report says of a requirement, and at what weighs against it."""
    requirement, record = str(leaf.path[1]), _jumped()
    judgement = assembled(profile, record, told_of(RunStarted, record.events[0]), {})
    reported = [one for one in judgement.requirements if one.id == requirement]
    return reported, judgement.verdict, profile.severity(Finding(f"{requirement}.any"))


def clock_set(profile: Profile, _: Leaf) -> object:
    return [(one.id, one.verdict, one.detail) for one in judge(profile, _jumped()).scenarios]


def order_of(profile: Profile, *codes: str) -> object:
    """Judge the statuses that one receiver sends about a document."""
    evidence = TimedEvidence()
    evidence.note("stimulus", document_id=GOT, receiver="A", good=True)
    for number, code in enumerate(codes):
        package = {"kind": "status", "status_code": code, "sha256": str(number), "response_for": {"document_id": GOT}}
        evidence.answer(evidence.call("sendEdoc", package=package), {"accepted": {"receivers": ["A"]}})
    found = watch_order(evidence, profile)
    return [(one.code, one.received) for one in found or () if one.code != "STS-04.status-unasked"]


def _way_to(code: str) -> tuple[str, ...]:
    """Return the shortest legal walk that ends with a code."""
    machine = SHIPPED.parameters.statuses
    walks: list[tuple[str, ...]] = [(first,) for first in machine.start]
    for walk in walks:
        if walk[-1] == code:
            return walk
        walks.extend((*walk, after) for after in machine.next[walk[-1]] if after not in walk)
    raise LookupError(code)


def first_status(profile: Profile, leaf: Leaf) -> object:
    return order_of(profile, leaf.value)


def next_status(profile: Profile, leaf: Leaf) -> object:
    return order_of(profile, *_way_to(str(leaf.path[3])), leaf.value or "03")


def status_twice(profile: Profile, leaf: Leaf) -> object:
    return order_of(profile, *_way_to(leaf.value), leaf.value)


def status_any_time(profile: Profile, leaf: Leaf) -> object:
    return order_of(profile, "01", leaf.value, "03")


# -- what is reported


def shown(profile: Profile, _: Leaf) -> object:
    same = msgspec.structs.replace(profile, sha256="")  # it tells any change, whatever it is of
    return [*as_lines(same, "vi"), *as_lines(same, "en")]


def types_told(profile: Profile, leaf: Leaf) -> object:
    """Look at the number under which the reference agency sends a document, and at the guide's table."""
    core: Any = SimpleNamespace(profile=profile)
    draft: Any = SimpleNamespace(type_name=leaf.value)
    made = Composer.document_type(SimpleNamespace(core=core), draft)  # type: ignore[arg-type]
    return made, document_types(profile.parameters, str)


def working_days(profile: Profile, _: Leaf) -> object:
    """Return until when what came on each day of two years must be registered, in words."""
    calendar = profile.parameters.calendar
    days = (date(2025, 1, 1) + timedelta(days=number) for number in range(730))
    return [due(day, next_working_day(day, calendar), calendar) for day in days]


PROBES: Mapping[str, Probe] = MappingProxyType({
    r"version|title\..*|raised\..*": Probe(to("Khác"), shown),
    r"requirements\..*\.level": Probe(lambda level: "R" if level != "R" else "M", certified),
    r"requirements\..*\.basis": Probe(lambda basis: "law" if basis != "law" else "practice", certified),
    r"parameters\.code_lists\.type_names\.\d+": Probe(to("Khác"), types_told),
    r"parameters\.hub\.mode": Probe(to("rebuild"), on_the_wire),
    r"parameters\.hub\.(body_bytes|unsigned_bytes)": Probe(to(100), on_the_wire),
    r"parameters\.hub\.headers": Probe(to(3), on_the_wire),
    r"parameters\.hub\.evidence_bytes": Probe(to(100), kept_as_evidence),
    r"parameters\.hub\.timestamp_skew": Probe(to(3600), by_the_clock),
    r"parameters\.hub\.error_codes\.\d+\.kind": Probe(
        lambda kind: "transient" if kind == "final" else "final", scenario("RTY-07", "RTY-08")
    ),
    r"parameters\.hub\.error_codes\.\d+\.text": Probe(to("Khac"), said_in_refusals),
    r"parameters\.hub\.closed_receivers": Probe(to("successor"), scenario("SND-08/closed-receiver")),
    r"parameters\.hub\.codes\..*": Probe(
        lambda code: "21" if code != "21" else "22", lambda profile, _: refusals(profile)
    ),
    r"parameters\.timing\.\w+\.lowest": Probe(lambda seconds: seconds * 2, declared_time),
    r"parameters\.timing\.\w+\.(highest|default)": Probe(lambda seconds: seconds / 2, declared_time),
    r"parameters\.timing\.margin": Probe(to(7), patience),
    r"parameters\.timing\.urgent": Probe(to(7), scenario("SND-06")),
    r"parameters\.timing\.clock_jump": Probe(to(60), clock_set),
    r"parameters\.statuses\.start\.\d+": Probe(to(GONE), first_status),
    r"parameters\.statuses\.next\.\d+\.\d+": Probe(to(GONE), next_status),
    r"parameters\.statuses\.next\.\d+": Probe(to(["03"]), next_status),
    r"parameters\.statuses\.repeatable\.\d+": Probe(to(GONE), status_twice),
    r"parameters\.statuses\.(sender_only|answers)\.\d+": Probe(to(GONE), status_any_time),
    r"parameters\.choices\.bad_package": Probe(to("02"), answers_to_bad_packages),
    r"parameters\.choices\.(replaced\.\d+)": Probe(to(GONE), scenario("OPS-05/received")),
    r"parameters\.choices\.replaced_silence": Probe(to(False), scenario("OPS-05/received")),
    r"parameters\.choices\.unknown_target\.\d+": Probe(to(GONE), scenario("OPS-06")),
    r"parameters\.volumes\.directory_rows": Probe(to(7), scenario("VXP-11")),
    r"parameters\.volumes\.communes": Probe(to(7), scenario("VXP-11/renewed")),
    r"parameters\.volumes\.waiting_documents": Probe(to(7), scenario("RCV-09")),
    r"parameters\.volumes\.broken_ways": Probe(to(1), ways_to_break),
    r"parameters\.volumes\.attachment_bytes\.\d+": Probe(to(7), scenario("SND-05/sizes")),
    r"parameters\.volumes\.attachment_types\.\d+": Probe(to(GONE), scenario("SND-05/types")),
    r"parameters\.calendar\.days_off\.[\w-]+\.name": Probe(to("Khác"), working_days),
    r"parameters\.calendar\.days_off\.[\w-]+\.first": Probe(to("2099-01-01"), working_days),
    r"parameters\.calendar\.days_off\.[\w-]+\.last": Probe(to("2000-01-01"), working_days),
    r"parameters\.calendar\.working_days\.[\w-]+": Probe(to("2026-12-26"), working_days),
    r"parameters\.retries\.resets_in_row": Probe(to(7), scenario("RTY-02/before", "RTY-02/after")),
    r"parameters\.retries\.final_repeats": Probe(to(7), scenario("RTY-07")),
    r"parameters\.retries\.transient_repeats": Probe(to(7), scenario("RTY-08")),
    r"parameters\.retries\.(outage_per_minute|outage_grace|growth)": Probe(to(7), scenario("RTY-05")),
    r"parameters\.retries\.final_watch": Probe(to(7), watch_over_the_final),
})  # fmt: skip
