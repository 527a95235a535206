"""The queue of runs: started as the machine has room, watched, found again after a restart, and ended."""

import json
import logging
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.console_state import ConsoleState
from harness.console.data.audit_log import note_change
from harness.console.data.options import ConsoleOptions, options
from harness.console.data.runner_tables import LeaseRow
from harness.console.data.tables import FoundRow, RunRow, SystemRow
from harness.console.runners.arrivals import RunArrivals, unjudged
from harness.console.runners.leases import LeaseOutcome, end_lease, lease_of, open_leases, why_ended
from harness.console.runs.answers import answer_pipe
from harness.console.runs.claims import claim, waiting_for_runners
from harness.console.runs.exhibits import clear_away
from harness.console.runs.hub_ports import free_port
from harness.console.runs.presets import PEOPLE
from harness.console.runs.process import alive, begin, birth_of, complaint, interrupt, noted_pid
from harness.console.runs.run_outcome import outcome_of
from harness.console.sentences import sentence_of
from harness.console.subjects.system_registry import check_reachable, driver_kind, prepared
from harness.seal.record_seal import RECORD_FILE

RUN_FOLDER, JUDGE_FOLDER = "run", "judging"
_TICK = 0.4
_AWAY = 5.0  # seconds between two looks after which the console was not there
_PATIENCE = 15.0  # seconds in which a process has to write its number down
# Seconds after a stop was asked for at which a stronger signal is sent.
_ESCALATION = ((60.0, signal.SIGTERM), (150.0, signal.SIGKILL))
_LABORATORY = "LIENTHONG_LABORATORY"
_logger = logging.getLogger(__name__)


class RunQueue:
    """Starts runs and follows them to their end; all of its state is in the database and on the disk.

    Attributes:
        arrivals: what comes from runs of other machines.
    """

    def __init__(self, state: ConsoleState) -> None:
        self._state = state
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}
        self._bell = threading.Event()
        self._closing = False
        self.arrivals = RunArrivals()
        self._looked = 0.0
        self._since = 0.0
        self._thread = threading.Thread(target=self._watch, name="run queue", daemon=True)

    def open(self) -> None:
        """Find the runs of an earlier console again, and begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Watch no more; the runs go on."""
        self._closing = True
        self._bell.set()
        self._thread.join()

    def ring(self) -> None:
        """Have the queue look now: something was added."""
        self._bell.set()

    def folder(self, run: RunRow) -> Path:
        """Return the folder of a run, as certify writes it."""
        return self._state.runs / run.id / RUN_FOLDER

    def _watch(self) -> None:
        while not self._closing:
            try:
                self.look()
            except (OSError, SQLAlchemyError, ConfigurationError):
                _logger.exception("the queue of runs")
            self._bell.wait(_TICK)
            self._bell.clear()

    def look(self) -> None:
        """See to every run that is not over, and begin what can be begun."""
        for child in list(self._children.values()):
            if child.poll() is not None:
                del self._children[child.pid]
        with self._state.database.reading() as db:
            rows = db.scalars(select(RunRow).where(RunRow.state != "ended").order_by(RunRow.created)).all()
            now = options(db, self._state.allowed_by_default)
            away = open_leases(db)
        self._lose_silent(away, now.lease)
        here = [row for row in rows if row.state != "queued" and row.id not in away]
        for row in here:
            self._see_to(row)
        self._begin_next(here, [row for row in rows if row.state == "queued"], now)

    def _lose_silent(self, away: Mapping[str, LeaseRow], patience: float) -> None:
        """Take back runs whose runner gives no sign of life; what arrived of them is judged like a killed run's."""
        moment = time.time()
        # While the console itself was away, no sign of life could reach it.
        if moment - self._looked > _AWAY:
            self._since = moment
        self._looked = moment
        for key, lease in away.items():
            if moment - max(lease.beat, self._since) > patience:
                self.release(key, LeaseOutcome.LOST)

    def release(self, run: str, outcome: LeaseOutcome) -> None:
        """Note that a runner has done with a run; the console sees to what is left to do: judging, and its end."""
        folder = self._state.runs / run / RUN_FOLDER
        self.arrivals.over(folder)
        if outcome in {LeaseOutcome.LOST, LeaseOutcome.CUT}:
            unjudged(folder)
        with self._state.database.writing() as db:
            row, lease = db.get_one(RunRow, run, with_for_update=True), lease_of(db, run)
            if lease is None or lease.ended is not None:
                return
            end_lease(lease, outcome)
            row.state, row.pid, row.birth = "running", None, ""
            note_change(db, "console", f"run.{outcome}", run, runner=lease.runner.name)
        self.ring()

    def _see_to(self, row: RunRow) -> None:
        if row.state == "starting":
            self._find(row)
        elif not alive(row.pid, row.birth):
            self._over(row)
        elif row.state == "stopping" and row.pid is not None:
            waited = time.time() - (row.stopped or 0.0)
            for seconds, how in _ESCALATION:
                if seconds <= waited < seconds + 2 * _TICK:
                    interrupt(row.pid, how)

    def _find(self, row: RunRow) -> None:
        """Note the process of a run that an earlier console started but could not note before it ended."""
        pid = noted_pid(self._state.runs / row.id)
        if pid is not None:
            self._keep(row.id, pid=pid, birth=birth_of(pid) or "gone", state="running")
        elif time.time() - (row.started or row.created) > _PATIENCE:
            self._end(row.id, complained=complaint(self._state.runs / row.id))

    def _over(self, row: RunRow) -> None:
        """End a run whose process is gone; what it left without a judgement is judged first."""
        folder = self.folder(row)
        if outcome_of(folder) is None and (folder / "journal.jsonl").exists() and row.state != "judging":
            self._judge(row, folder)
            return
        place = self._state.runs / row.id
        self._end(row.id, complained=complaint(place / JUDGE_FOLDER if row.state == "judging" else place))

    def _judge(self, row: RunRow, folder: Path) -> None:
        place = self._state.runs / row.id / JUDGE_FOLDER
        place.mkdir(exist_ok=True)
        environment = self._state.environment
        if not (folder / RECORD_FILE).exists():
            # What was not sealed when it was recorded never is: the laboratory would put its judgement beside the run.
            environment = {name: value for name, value in environment.items() if not name.startswith(_LABORATORY)}
        child = begin([*self._state.program, "judge", str(folder), "--lang", row.language], place, environment)
        self._children[child.pid] = child
        self._keep(row.id, pid=child.pid, birth=birth_of(child.pid) or "gone", state="judging")

    def _begin_next(self, active: Sequence[RunRow], waiting: Sequence[RunRow], now: ConsoleOptions) -> None:
        if not waiting or self._held(now):
            return
        going_on = {row.id for row in active}
        self._ports = {run: port for run, port in self._ports.items() if run in going_on}
        room, elsewhere = now.runs_at_once - len(active), frozenset[str]()
        if now.runs_at_once == 0:
            # What no other machine can carry out is begun here even so, one at a time.
            with self._state.database.reading() as db:
                room, elsewhere = 1 - len(active), frozenset(waiting_for_runners(db))
        for row in waiting:
            if room > 0 and row.id not in elsewhere and self._begin(row, now):
                room -= 1

    def held(self, db: Session) -> str:
        """Return why no run begins now: `drain` before an update, `disk` where it is nearly full, empty otherwise."""
        return self._held(options(db, self._state.allowed_by_default))

    def _held(self, now: ConsoleOptions) -> str:
        if now.drain:
            return "drain"
        return "disk" if shutil.disk_usage(self._state.data).free < now.least_free_bytes else ""

    def _begin(self, row: RunRow, now: ConsoleOptions) -> bool:
        """Begin a run, unless it was stopped or taken in between, or has to wait for another of its system."""
        with self._state.database.writing() as db:
            claimed = claim(db, row.id)
            if claimed is None:
                return False
            claimed.state, claimed.started = "starting", time.time()
        self._begin_here(row, now)
        return True

    def _begin_here(self, row: RunRow, now: ConsoleOptions) -> None:
        place = self._state.runs / row.id
        try:
            place.mkdir(parents=True, exist_ok=True)
            with self._state.database.reading() as db:
                system = db.get_one(SystemRow, row.system_id)
                check_reachable(system, now.allowed)
                candidate, environment = prepared(system, self._state.vault, place)
            words = [*self._state.program, "certify", candidate, *self._arguments(row, now)]
            child = begin(
                words,
                place,
                {**self._state.environment, **environment},
                answer_pipe(place) if driver_kind(system) in PEOPLE else None,
            )
        except ConfigurationError as error:
            self._end(row.id, complained=sentence_of(error, "en" if row.language == "en" else "vi"))
            return
        except OSError as error:
            self._end(row.id, complained=str(error))
            return
        self._children[child.pid] = child
        self._keep(row.id, pid=child.pid, birth=birth_of(child.pid) or "gone", state="running")

    def _arguments(self, row: RunRow, now: ConsoleOptions) -> list[str]:
        words = ["--out", str(self.folder(row)), "--lang", row.language]
        # A run that has just begun may not listen yet at the port that it was given.
        port = self._ports[row.id] = free_port(now.hub_host, now.ports, set(self._ports.values()))
        words += ["--listen", f"{now.hub_host}:{port}"]
        if row.only:
            words += ["--only", row.only.replace(" ", ",")]
        if row.earlier:
            words += ["--failed", str(self._state.runs / row.earlier / RUN_FOLDER)]
        return words

    def _keep(self, run: str, **values: object) -> None:
        """Change a run."""
        with self._state.database.writing() as db:
            row = db.get_one(RunRow, run, with_for_update=True)
            if row.state == "stopping" and values.get("state") == "running":
                del values["state"]
            for name, value in values.items():
                setattr(row, name, value)

    def _end(self, run: str, complained: str = "") -> None:
        with self._state.database.writing() as db:
            row = db.get_one(RunRow, run)
            found = outcome_of(self.folder(row))
            row.state, row.ended = "ended", time.time()
            row.verdict = found.verdict if found else "none"
            row.narrowed = found.narrowed if found else False
            row.counts = json.dumps(found.counts) if found else ""
            why = why_ended(lease_of(db, run), row.language)
            row.complaint = "\n".join(part for part in (why, "" if found else complained) if part)
            db.execute(delete(FoundRow).where(FoundRow.run_id == run))
            for number, one in enumerate(found.findings if found else (), 1):
                db.add(FoundRow(run_id=run, number=number, **one))
            note_change(db, "console", "run.ended", run, verdict=row.verdict)
        clear_away(self._state.runs / run)


def queue_run(db: Session, system: SystemRow, preset: str, actor: str, **values: str) -> RunRow:
    """Put a run into the queue.

    Args:
        db: a writing transaction.
        system: to be tested.
        preset: word of `Preset`.
        actor: who starts it.
        values: `only`, `earlier`, `why_unready` and `language` of the row.
    """
    row = RunRow(
        id=secrets.token_hex(6),
        system_id=system.id,
        product_id=system.product_id,
        organisation_id=system.organisation_id,
        preset=preset,
        starter=actor,
        state="queued",
        created=time.time(),
        verdict="",
        narrowed=False,
        **values,
    )
    db.add(row)
    db.flush()
    note_change(db, actor, "run.queued", row.id, system=system.id, preset=preset, **values)
    return row


def stop_run(db: Session, row: RunRow, reason: str, actor: str) -> None:
    """Stop a run, with a reason; what it recorded until then is judged and stays.

    Raises:
        ConfigurationError: there is no reason, or nothing to stop any more.
    """
    if not reason:
        raise ConfigurationError("console.no-reason")
    db.flush()
    db.refresh(row, with_for_update=True)  # another machine may be taking it just now
    if row.state not in {"queued", "running"}:
        raise ConfigurationError("console.not-running")
    row.stop_reason, row.stopped = reason, time.time()
    note_change(db, actor, "run.stopped", row.id, reason=reason)
    if row.state == "queued":
        row.state, row.ended, row.verdict = "ended", time.time(), "none"
        note_change(db, "console", "run.ended", row.id, verdict=row.verdict)
        return
    row.state = "stopping"
    if row.pid is not None and alive(row.pid, row.birth):
        interrupt(row.pid)
