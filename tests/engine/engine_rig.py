"""Runs against candidates made for a test: the reference agency with its driver interfered with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio

from harness.catalogue.candidate import BuiltInDriverDeclaration, Candidate, DeclaredAgency, Product, Times
from harness.catalogue.profiles import load_profile
from harness.drivers.operator import Unattended
from harness.drivers.protocol import Driver
from harness.drivers.reference import ReferenceDriver
from harness.drivers.views import Workplace
from harness.engine.certification import CertificationOrder, Observer, run_order
from harness.engine.plan import make_plan
from harness.engine.publication import PublishedRun
from harness.engine.run import RunSettings, run
from harness.journal import Journal, read_record
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement
from harness.seal.laboratory import Laboratory

SECRET = "a-secret-nobody-knows-0123456789"
TIMES = Times(poll_interval=0.1, reaction=0.5, give_up=1.0)
BASIC = ("SND-01", "RCV-01", "RCV-02", "RCV-05", "STS-01")


def certified(order: CertificationOrder, *observers: Observer, laboratory: Laboratory | None = None) -> PublishedRun:
    """Carry out an order of which no person needs to be asked anything."""
    return anyio.run(run_order, order, Unattended(), laboratory, observers)


class Meddling(ReferenceDriver):
    """The reference agency behind a driver that can be made to deviate from its commands."""

    def __init__(self) -> None:
        super().__init__(None, TIMES.give_up)

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        return await super().call(command, await self.meddled(command, dict(arguments)), limit)

    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return arguments


def settings(directory: Path, driver: type[Meddling] = Meddling, only: tuple[str, ...] = BASIC) -> RunSettings:
    profile = load_profile()

    async def opened(_: Workplace) -> Driver:
        return driver()

    return RunSettings(
        directory=directory,
        run_id="test",
        profile=profile,
        plan=make_plan(profile, only),
        candidate=Candidate(
            schema="lienthong.candidate/1",
            candidate=Product(name="Meddled"),
            agency=DeclaredAgency(organ_id="000.00.00.H41", organ_name="UBND tỉnh Nghệ An"),
            driver=BuiltInDriverDeclaration(),
        ),
        times=TIMES,
        secret=SECRET,
        system_id="vxp.test",
        driver="reference",
        open_driver=opened,
        seed=7,
    )


def judged_run(directory: Path, driver: type[Meddling] = Meddling, only: tuple[str, ...] = BASIC) -> Judgement:
    """Run, and judge what was recorded."""
    journal = Journal(directory, secrets=(SECRET,))
    anyio.run(run, settings(directory, driver, only), journal)
    journal.close()
    return judge(load_profile(), read_record(directory))


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {entry.id: str(entry.verdict) for entry in judgement.requirements if entry.required}


def causes(judgement: Judgement) -> set[str | None]:
    return {entry.cause for entry in judgement.requirements if entry.required and entry.verdict == "inconclusive"}
