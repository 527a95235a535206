"""How long a candidate that polls seldom is kept waiting.

The clock is scaled one to ten: the candidate polls every 3 seconds where one in the field polls every 30. What does not
scale, the work itself and the profile's margin, makes the test stricter than reality. Intervals are counted by the
polls that the hub saw. On a busy machine the work takes longer, so the candidate polls less often there.
"""

import time
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from harness.catalogue.candidate import Times
from harness.catalogue.profiles import load_profile
from harness.engine.plan import make_plan
from harness.engine.run import run
from harness.journal import Journal, read_record
from harness.judge.judge import judge
from harness.resources import folder
from tests.engine.engine_rig import settings

# Eight are wanted; bad packages, a long list and files at the limits play one after the other, and take three each.
_MOST = 26
_BUSIEST = 2.0  # times an idle machine: beyond that the test would take too long
_GROUPS = ("VXP", "SND", "RCV", "STS", "OPS")


def slowness() -> float:
    """Return how many times as long as on an idle machine work takes now."""
    began, worked = time.perf_counter(), time.process_time()
    while time.process_time() - worked < 0.3:
        sum(range(10_000))
    return min((time.perf_counter() - began) / (time.process_time() - worked), _BUSIEST)


@pytest.mark.slow
def test_the_whole_exchange_takes_no_more_polling_intervals_than_is_said(tmp_path: Path) -> None:
    profile = load_profile(str(folder("profiles") / "selftest"))
    wanted = replace(
        settings(tmp_path),
        profile=profile,
        plan=make_plan(profile, _GROUPS),
        times=Times(poll_interval=3.0 * slowness(), reaction=1.0, give_up=2.0),
    )
    journal = Journal(tmp_path)
    anyio.run(run, wanted, journal)
    journal.close()
    events = read_record(tmp_path).events
    begun = next(event.seq for event in events if event.kind == "scenario.started")
    ended = max(event.seq for event in events if event.kind == "scenario.finished")
    polls = [
        event
        for event in events
        if begun < event.seq < ended
        and event.members.get("operation") == "getReceivedEdocList"
        and event.members.get("parameters", {}).get("messagetype") == "edoc"
    ]
    judgement = judge(profile, read_record(tmp_path))
    wrong = [entry.id for entry in judgement.scenarios if entry.verdict not in {"pass", "not_applicable"}]
    assert wrong == []
    assert len(polls) <= _MOST
