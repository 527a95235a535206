"""An order for a run of a system, from a page or a program: checked, and put into the queue."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.console.data.tables import RunRow, SystemRow
from harness.console.runs.examinations import latest_for
from harness.console.runs.presets import PEOPLE, Preset, chosen_ids
from harness.console.runs.run_queue import queue_run
from harness.console.subjects.system_registry import check_reachable, driver_kind


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A run that is wanted.

    Attributes:
        preset: word of `Preset`.
        group: of which all is played, with preset `group`.
        ids: requirements separated by blanks or commas, with preset `chosen`.
        earlier: run whose failures are played again, with preset `failed`.
        reason: why it is run although the doctor was not green; empty where it was.
        language: of its reports.
    """

    preset: str
    group: str = ""
    ids: str = ""
    earlier: str = ""
    reason: str = ""
    language: Language = "vi"


def take_order(db: Session, system: SystemRow, order: RunOrder, actor: str, allowed: str) -> RunRow:
    """Put a run of a system into the queue.

    Args:
        db: a writing transaction.
        system: that is tested.
        order: what is wanted.
        actor: who wants it.
        allowed: addresses to which runs may go.

    Raises:
        ConfigurationError: it may not go there, names nothing that can be played, or the doctor is not green and
            there is no reason.
    """
    check_reachable(system, allowed)
    if driver_kind(system) in PEOPLE and system.secret is None:
        raise ConfigurationError("console.secret-needed")
    earlier = _earlier(db, system, order.earlier) if order.preset == Preset.FAILED else ""
    only = chosen_ids(order.preset, order.group, order.ids)
    latest = latest_for(db, system)
    ready = latest is not None and latest.ready
    if not ready and not order.reason:
        raise ConfigurationError("console.not-ready")
    return queue_run(db, system, order.preset, actor, only=only, earlier=earlier,
                     why_unready="" if ready else order.reason, language=order.language)  # fmt: skip


def _earlier(db: Session, system: SystemRow, wanted: str) -> str:
    """Return the run whose failures are to be played again.

    Raises:
        ConfigurationError: it is none of this system's, or nothing failed in it.
    """
    found = db.get(RunRow, wanted)
    if found is None or found.system_id != system.id or found.verdict not in {"fail", "inconclusive"}:
        raise ConfigurationError("console.nothing-failed")
    return found.id
