"""The answer of `lienthong console retention`: what is past its period; where that is wanted, its deletion."""

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from harness.cli.exits import Exit
from harness.cli.language import language, say
from harness.journal.recorder import VIETNAM

if TYPE_CHECKING:
    from harness.console.console_state import ConsoleState
    from harness.console.safekeeping.deletion import DeletionOrder

_AREA = "retention"


def told_retention(state: "ConsoleState", order: "DeletionOrder | None") -> int:
    """Say what is past its period, and delete it where there is an order; return the exit status.

    Args:
        state: of the console.
        order: who deletes, and why; None to delete nothing.

    Raises:
        ConfigurationError: the order names no person or no reason, or a backup is going on.
    """
    from harness.console.safekeeping.deletion import delete_due
    from harness.console.safekeeping.due_records import survey
    from harness.console.safekeeping.tombstones import period_text, title_of

    now = time.time()
    with state.database.reading() as db:
        found = survey(db, state, now)
    for one in found.due if order is None else ():
        name = title_of(one.kind, one.subject, one.title, language())
        click.echo(say(_AREA, "cli.due", name=name, period=period_text(one.period, language()), end=_day(one.due)))
    for spared in found.spared:
        name = title_of(spared.record.kind, spared.record.subject, spared.record.title, language())
        click.echo(say(_AREA, "cli.spared", name=name, why=say(_AREA, f"spared.{spared.why}", detail=spared.detail)))
    if order is None:
        click.echo(say(_AREA, "cli.sum", due=len(found.due), spared=len(found.spared)))
        return Exit.PASS
    deleted = delete_due(state, order, now)
    for row in deleted:
        name = title_of(row.kind, row.subject, json.loads(row.title), language())
        click.echo(say(_AREA, "cli.deleted", name=name, digest=row.digest, size=row.size))
    click.echo(say(_AREA, "cli.sum-applied", due=len(deleted), spared=len(found.spared)))
    return Exit.PASS


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, VIETNAM):%d/%m/%Y}"
