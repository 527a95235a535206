"""Whole runs against a real agency system operated by a person who only follows the prompts."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from harness.catalogue.candidate import Candidate, DeclaredAgency, ManualDriverDeclaration, Product, Times
from harness.catalogue.profiles import load_profile
from harness.drivers.manual.driver import ManualDriver as Manual
from harness.drivers.protocol import Driver
from harness.drivers.reference import ReferenceDriver
from harness.drivers.views import Workplace
from harness.engine.plan import make_plan
from harness.engine.run import RunSettings, run
from harness.journal import Journal, Record, read_record
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement, RequirementEntry
from tests.engine.manual_person import Person

SECRET = "made-by-the-harness-0123456789"
TIMES = Times(poll_interval=0.2, reaction=0.5, give_up=2.0)


class Seat:
    """A run whose candidate is operated by a person."""

    def __init__(self, directory: Path, only: list[str], pause: float = 0.0, **declines: str) -> None:
        self.directory = directory
        self.only = only
        self.system = ReferenceDriver(None, TIMES.give_up)
        self.person = Person(self.system, declines, pause)

    def settings(self, open_driver: Callable[[Workplace], Awaitable[Driver]]) -> RunSettings:
        profile = load_profile()
        candidate = Candidate(
            schema="lienthong.candidate/1",
            candidate=Product("QLVB không có bộ chuyển"),
            agency=DeclaredAgency("000.00.00.H41", "UBND tỉnh Nghệ An"),
            driver=ManualDriverDeclaration(),
            capabilities=("register", "recall", "take_back", "update", "replace", "handling", "restart"),
        )
        return RunSettings(
            directory=self.directory,
            run_id="manual",
            profile=profile,
            plan=make_plan(profile, self.only),
            candidate=candidate,
            times=TIMES,
            secret=SECRET,
            system_id="vxp.manual",
            driver="manual",
            open_driver=open_driver,
            secret_made=True,
            seed=7,
        )

    def judged(self) -> tuple[Judgement, Record]:
        async def opened(workplace: Workplace) -> Driver:
            return Manual(workplace, self.person)

        async def played() -> None:
            journal = Journal(self.directory, secrets=(SECRET,))
            try:
                await run(self.settings(opened), journal)
            finally:
                journal.close()
                await self.system.close()

        anyio.run(played)
        record = read_record(self.directory)
        return judge(load_profile(), record), record


def entry(judgement: Judgement, requirement: str) -> RequirementEntry:
    return next(one for one in judgement.requirements if one.id == requirement)


def test_a_vendor_without_an_adapter_passes(tmp_path: Path) -> None:
    only = ["SND-01", "SND-02", "SND-07", "RCV-02", "RCV-05", "STS-02", "STS-06", "OPS-01", "OPS-02"]
    seat = Seat(tmp_path, only)
    judgement, record = seat.judged()
    shown = {one.id: (one.verdict, [found.code for found in one.findings], one.detail) for one in judgement.scenarios}
    assert {one: entry(judgement, one).verdict for one in only} == dict.fromkeys(only, "pass"), shown
    looks = [about for about in seat.person.asked if about[0] in {"inbox", "outbox"}]
    assert len(looks) <= 3 * len({document for _, document in looks})
    assert SECRET not in (tmp_path / "journal.jsonl").read_text(encoding="utf-8")
    assert sum(SECRET in lines for lines in seat.person.screen) == 1
    assert not [event for event in record.events if event.kind == "harness.error"]


@pytest.mark.parametrize(("word", "answer"), [("không làm được", "cannot"), ("skip", "skip")])
def test_what_a_person_cannot_or_will_not_do_is_inconclusive(tmp_path: Path, word: str, answer: str) -> None:
    judgement, record = Seat(tmp_path, ["SND-01", "SND-07", "RCV-02"], send=word, inbox=word).judged()
    for requirement in ("SND-01", "SND-07", "RCV-02"):
        found = entry(judgement, requirement)
        assert (found.verdict, found.cause) == ("inconclusive", "operator"), requirement
    assert judgement.verdict == "inconclusive"
    unseen = [event.members["answer"] for event in record.events if event.kind == "driver.unseen"]
    assert set(unseen) == {answer}


def test_a_person_who_connects_nothing_ends_the_run(tmp_path: Path) -> None:
    judgement, record = Seat(tmp_path, ["SND-01", "RCV-02"], configure="không làm được").judged()
    assert record.events[-1].members["reason"] == "operator"
    assert {(one.verdict, one.cause) for one in judgement.requirements if one.required} == {
        ("inconclusive", "operator")
    }


def test_a_person_who_sees_no_document_fails_the_candidate(tmp_path: Path) -> None:
    judgement, _ = Seat(tmp_path, ["RCV-02"], inbox="0").judged()
    assert entry(judgement, "RCV-02").verdict == "fail"
    assert [found.code for one in judgement.scenarios for found in one.findings] == ["RCV-02.not-stored"]


def test_a_document_seen_twice_fails_the_candidate(tmp_path: Path) -> None:
    judgement, _ = Seat(tmp_path, ["RCV-02"], inbox="1 1").judged()
    assert [found.code for one in judgement.scenarios for found in one.findings] == ["RCV-02.stored-twice"]


@pytest.mark.slow
def test_a_person_slower_than_any_window_is_no_failure(tmp_path: Path) -> None:
    patience = 2 * TIMES.poll_interval + TIMES.reaction + load_profile().parameters.timing.margin
    judgement, _ = Seat(tmp_path, ["RCV-02", "RCV-05", "STS-01"], pause=patience + 0.5).judged()
    assert {one.verdict for one in judgement.requirements if one.required} == {"pass"}
