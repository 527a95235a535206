"""Runs against a product that acts by itself: its messages are judged, the rest is left to the operator."""

import io
import re
from pathlib import Path

import anyio
import pytest

from harness.catalogue.candidate import Candidate, DeclaredAgency, PassiveDriverDeclaration, Product, Times
from harness.catalogue.profiles import load_profile
from harness.cli.terminal import Terminal
from harness.drivers.passive import PassiveDriver as Passive
from harness.drivers.protocol import Driver
from harness.drivers.reference import ReferenceDriver
from harness.drivers.views import Workplace
from harness.engine.plan import make_plan
from harness.engine.run import RunSettings, run
from harness.journal import Journal, Record, read_record
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement

SECRET = "made-by-the-harness-0123456789"
TIMES = Times(poll_interval=0.2, reaction=0.5, give_up=1.0)
LIMIT = 30.0


async def act_by_itself(product: ReferenceDriver, screen: io.StringIO) -> None:
    """Connect the product as soon as its operator reads how, and leave it alone."""
    while "Secret" not in screen.getvalue():  # noqa: ASYNC110 - a person reads a screen by looking at it
        await anyio.sleep(0.01)
    fields = dict(re.findall(r"^  ([^:\n]+): (.*)$", screen.getvalue(), re.M))
    arguments = {
        "endpoint": fields["Hub endpoint"],
        "system_id": fields["System id"],
        "secret": fields["Secret"],
        "organ_id": fields["OrganId"],
        "organ_name": fields["Name of the agency"],
        "poll_interval": float(fields["Polling interval (seconds)"]),
    }
    await product.call("configure", arguments, LIMIT)


def passive_run(directory: Path, only: list[str], *, connected: bool = True) -> tuple[Judgement, Record]:
    screen = io.StringIO()
    product = ReferenceDriver(None, TIMES.give_up)

    async def opened(workplace: Workplace) -> Driver:
        return Passive(workplace, Terminal(workplace.language, screen=screen))

    async def played() -> None:
        profile = load_profile()
        settings = RunSettings(
            directory=directory,
            run_id="passive",
            profile=profile,
            plan=make_plan(profile, only),
            candidate=Candidate(
                schema="lienthong.candidate/1",
                candidate=Product("Product"),
                agency=DeclaredAgency("000.00.00.H41", "UBND tỉnh Nghệ An"),
                driver=PassiveDriverDeclaration(),
            ),
            times=TIMES,
            secret=SECRET,
            system_id="vxp.passive",
            driver="passive",
            open_driver=opened,
            secret_made=True,
            language="en",
        )
        journal = Journal(directory, secrets=(SECRET,))
        async with anyio.create_task_group() as group:
            if connected:
                group.start_soon(act_by_itself, product, screen)
            await run(settings, journal)
        journal.close()
        await product.close()

    anyio.run(played)
    record = read_record(directory)
    return judge(load_profile(), record), record


def test_what_is_on_the_wire_is_judged_and_the_rest_is_open(tmp_path: Path) -> None:
    wire = ["RCV-01", "STS-01", "STS-05", "VXP-01", "VXP-02", "VXP-03", "VXP-04", "VXP-05", "STP-02", "STP-03"]
    rest = ["RCV-02", "SND-01", "SND-07", "STS-02", "HDR-01"]
    judgement, _ = passive_run(tmp_path, wire + rest)
    found = {entry.id: (entry.verdict, entry.cause) for entry in judgement.requirements if entry.required}
    assert {one: found[one] for one in wire} == dict.fromkeys(wire, ("pass", None))
    assert {one: found[one] for one in rest} == dict.fromkeys(rest, ("inconclusive", "operator"))
    assert judgement.verdict == "inconclusive"


def test_a_product_that_nobody_connects_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.engine.run._CALLING", 0.5)
    judgement, record = passive_run(tmp_path, ["RCV-02", "VXP-03"], connected=False)
    assert record.events[-1].members["reason"] == "silent"
    assert {(one.verdict, one.cause) for one in judgement.requirements if one.required} == {("inconclusive", "network")}
