"""The doctor as the console calls it: in a separate process, its answer stored with the declaration it is about."""

import json
import logging
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from harness.console.console_state import ConsoleState
from harness.console.data.audit_log import note_change
from harness.console.data.options import options
from harness.console.data.tables import ExaminationRow, SystemRow
from harness.console.runs.presets import PEOPLE
from harness.console.subjects.system_registry import check_reachable, driver_kind, prepared, state_of

_LONGEST = 180.0
_AT_ONCE = 2
_VALID = 24 * 3600.0
_LONGEST_COMPLAINT = 2000
_logger = logging.getLogger(__name__)


class ExaminationRunner:
    """Examines systems, a few at once."""

    def __init__(self, state: ConsoleState) -> None:
        self._state = state
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="doctor")
        self._closing = threading.Event()
        with state.database.writing() as db:
            # Examinations that an earlier console had begun when it ended.
            db.execute(update(ExaminationRow).where(ExaminationRow.state == "running").values(state="broken"))

    def begin(self, db: Session, system: SystemRow, actor: str) -> int:
        """Have a system examined.

        Args:
            db: a writing transaction; the examination begins once `go_on` is called with what this returns.
            system: to be examined.
            actor: who wants it.

        Raises:
            ConfigurationError: nothing may be reached where the system is.
        """
        check_reachable(system, options(db, self._state.allowed_by_default).allowed)
        row = ExaminationRow(system_id=system.id, digest=state_of(system), state="running", created=time.time())
        db.add(row)
        db.flush()
        note_change(db, actor, "doctor", system.product.name, system=system.id)
        return row.id

    def go_on(self, number: int) -> None:
        """Carry out an examination that was kept."""
        self._pool.submit(self._examine, number)

    def close(self) -> None:
        """Take no more; what goes on is left to its limit of time."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _examine(self, number: int) -> None:
        try:
            content, ended = self._said(number)
        except Exception:  # an exception in a thread of the pool would be lost
            _logger.exception("examination %s", number)
            content, ended = "", False
        with self._state.database.writing() as db:
            row = db.get(ExaminationRow, number)
            if row is not None:
                system = db.get_one(SystemRow, row.system_id)
                row.content = content
                row.state = "ended" if ended else "broken"
                row.ready = ended and _nothing_in_the_way(json.loads(content), driver_kind(system))

    def _said(self, number: int) -> tuple[str, bool]:
        """Return the doctor's answer, and whether it is valid."""
        with tempfile.TemporaryDirectory(prefix="lienthong-doctor-") as folder:
            with self._state.database.reading() as db:
                system = db.get_one(SystemRow, db.get_one(ExaminationRow, number).system_id)
                candidate, environment = prepared(system, self._state.vault, Path(folder))
                host = options(db, self._state.allowed_by_default).hub_host
            words = [*self._state.program, "doctor", candidate, "--format", "json", "--listen", f"{host}:0"]
            done = _asked(words, {**self._state.environment, **environment})
        if done is None:
            return "", False
        try:
            return json.dumps(json.loads(done.stdout), ensure_ascii=False), True
        except ValueError:
            return done.stderr[-_LONGEST_COMPLAINT:].replace("\0", "").strip(), False


def latest_for(db: Session, system: SystemRow) -> ExaminationRow | None:
    """Return the last examination of a system as it is declared now, None where it was not examined since."""
    wanted = select(ExaminationRow).where(
        ExaminationRow.system_id == system.id,
        ExaminationRow.digest == state_of(system),
        ExaminationRow.created > time.time() - _VALID,
    )
    return db.scalars(wanted.order_by(ExaminationRow.id.desc()).limit(1)).first()


def checks_of(row: ExaminationRow | None) -> list[dict[str, Any]]:
    """Return what the doctor looked at, nothing where there is no answer."""
    if row is None or row.state != "ended":
        return []
    checks: list[dict[str, Any]] = json.loads(row.content)["checks"]
    return checks


def _nothing_in_the_way(content: dict[str, Any], kind: str) -> bool:
    """Tell whether a run may begin: all is green, or all that can be seen before a person operates the product."""
    if content["ready"]:
        return True
    states: Sequence[str] = [check["state"] for check in content["checks"]]
    return kind in PEOPLE and "problem" not in states


def _asked(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(  # noqa: S603 - our own program
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
