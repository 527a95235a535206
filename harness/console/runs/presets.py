"""What a run is to play, in a word: a quick look, one group, what failed before, everything."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.console.data.tables import RunRow, SystemRow
from harness.console.runs.person_steps import steps_of
from harness.console.subjects.default_profile import default_profile
from harness.console.subjects.system_registry import capabilities_of
from harness.engine.plan import expanded, make_plan

# The main path of every system: a document sent, one received and acknowledged, its statuses.
QUICK = ("SND-01", "SND-02", "RCV-01", "RCV-02", "RCV-03", "STS-01")
PEOPLE = frozenset({"manual", "passive"})
_SHARED, _ALONE, _BY_HAND = 1.5, 3.0, 60.0
_LEAST = 20.0


class Preset(StrEnum):
    """What a run plays."""

    QUICK = "quick"
    GROUP = "group"
    FAILED = "failed"
    CHOSEN = "chosen"
    FULL = "full"


def groups() -> list[str]:
    """Return the groups of which one can be played."""
    profile = default_profile()
    return [
        group for group in load_catalogue().groups if any(key.startswith(f"{group}-") for key in profile.requirements)
    ]


def chosen_ids(preset: str, group: str, ids: str) -> str:
    """Return the requirement ids or groups that a preset plays, separated by blanks; empty for all.

    Raises:
        ConfigurationError: there is no such preset, group or requirement.
    """
    if preset not in set(Preset):
        raise ConfigurationError("console.preset", preset=preset)
    if preset == Preset.QUICK:
        return " ".join(QUICK)
    if preset in {Preset.GROUP, Preset.CHOSEN}:
        wanted = [group] if preset == Preset.GROUP else ids.replace(",", " ").split()
        if not wanted:
            raise ConfigurationError("only.unknown", id="")
        expanded(default_profile(), wanted)
        return " ".join(one.upper() for one in wanted)
    return ""


def estimate(db: Session, system: SystemRow, preset: str, only: str, kind: str, reaction: float) -> float:
    """Return about how many seconds a run will take: as the last one alike did, else by what it has to wait for.

    Args:
        db: any transaction.
        system: that is tested.
        preset, only: what is played.
        kind: of its driver.
        reaction: seconds that the candidate declares to need.
    """
    alike = select(RunRow).where(
        RunRow.system_id == system.id, RunRow.preset == preset, RunRow.only == only, RunRow.ended.is_not(None),
        RunRow.started.is_not(None), RunRow.verdict.in_(("pass", "fail")),
    )  # fmt: skip
    last = db.scalars(alike.order_by(RunRow.ended.desc()).limit(1)).first()
    if last is not None and last.ended is not None and last.started is not None:
        return last.ended - last.started
    plan = make_plan(default_profile(), only.split() or None)
    side_by_side = sum(len(phase) for phase in plan.phases)
    waits = _LEAST + side_by_side * _SHARED + len(plan.exclusive) * (_ALONE + 2 * reaction) + 3 * reaction
    by_hand = len(steps_of(only, capabilities_of(system)).needing) if kind in PEOPLE else 0
    return waits + by_hand * _BY_HAND
