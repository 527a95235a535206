"""What the console does for a runner that is let in: hands it a run, hears its signs of life, takes its run in."""

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.console.console_state import ConsoleState
from harness.console.data.options import options
from harness.console.data.runner_tables import LeaseRow, RunnerRow
from harness.console.data.tables import RunRow, SystemRow
from harness.console.runners.leases import LeaseOutcome, grant, lease_of, note_beat, taken_by
from harness.console.runners.shapes import BeatAnswer, HandedRun, RunEnd, RunEndAnswer
from harness.console.runs.claims import claim, waiting_for_runners
from harness.console.runs.process import COMPLAINED_FILE
from harness.console.runs.run_queue import RUN_FOLDER, RunQueue
from harness.console.sentences import sentence_of
from harness.console.subjects.declarations import SECRET_VARIABLE, kept, written
from harness.console.subjects.system_registry import REFERENCE, candidate_word, check_reachable
from harness.journal.recorder import JOURNAL_FILE
from harness.judge.open_requirements import not_passed
from harness.seal.manifest import MANIFEST_FILE
from harness.seal.run_files import read_report
from harness.seal.tampering import Tampering
from harness.seal.verification import verify

REFUSED_FOLDER = "refused"
"""Where a run is kept that did not arrive as it should: beside its place, so that nothing shows it as evidence."""
_LONGEST_COMPLAINT = 4000


class RunnerIntake:
    """Serves runners; they are known by then, and their requests have the right form."""

    def __init__(self, state: ConsoleState, queue: RunQueue) -> None:
        self._state = state
        self._queue = queue

    def folder(self, run: str) -> Path:
        """Return where the run of a runner is kept."""
        return self._state.runs / run / RUN_FOLDER

    def lease(self) -> float:
        """Return after how many seconds without a sign of life a run ends."""
        with self._state.database.reading() as db:
            return float(options(db, self._state.allowed_by_default).lease)

    def take(self, runner: int, held: list[str]) -> HandedRun | None:
        """Hand a run to a runner: one whose answer did not reach it before, else the oldest that is free.

        Raises:
            ConfigurationError: a secret cannot be read.
        """
        again = self._again(runner, held)
        if again is not None:
            return again
        with self._state.database.reading() as db:
            row = db.get_one(RunnerRow, runner)
            if row.draining or row.refused or self._queue.held(db):
                return None
            waiting = waiting_for_runners(db)
        handed = (self._claimed(runner, key) for key in waiting)
        return next((one for one in handed if one is not None), None)

    def beat(self, runner: int, held: list[str]) -> BeatAnswer:
        """Hear a sign of life."""
        with self._state.database.writing() as db:
            row = db.get_one(RunnerRow, runner)
            stops, over = note_beat(db, row, held)
            return BeatAnswer(stops, over, row.draining)

    def check_own(self, runner: int, run: str, *, ended: bool = False) -> None:
        """Check that a runner has a run.

        Raises:
            ConfigurationError: it does not, or no more; with `ended` a run that arrived whole is its own still.
        """
        with self._state.database.reading() as db:
            lease = lease_of(db, run)
            own = lease is not None and lease.runner_id == runner
            if lease is None or not own or not (lease.ended is None or (ended and _arrived(lease))):
                raise ConfigurationError("runner.not-yours", run=run[:24])

    def end(self, run: str, said: RunEnd) -> RunEndAnswer:
        """Take a run in: all that it left is there and is what the runner has, and its seal holds."""
        folder = self.folder(run)
        with self._state.database.reading() as db:
            lease = lease_of(db, run)
            if lease is not None and lease.ended is not None:
                return RunEndAnswer([], lease.outcome != LeaseOutcome.REFUSED)  # the answer was lost on its way
        try:
            missing = self._queue.arrivals.missing(folder, said.files)
            if missing:
                return RunEndAnswer(missing)
            if MANIFEST_FILE in said.files:
                check_arrived(folder, self._state.laboratory)
        except ConfigurationError as error:
            self._refuse(run, sentence_of(error, self._language(run)))
            return RunEndAnswer([], accepted=False)
        _note(folder.parent, said.complained)
        whole = MANIFEST_FILE in said.files or JOURNAL_FILE not in said.files
        self._queue.release(run, LeaseOutcome.WHOLE if whole else LeaseOutcome.CUT)
        return RunEndAnswer([])

    def _again(self, runner: int, held: list[str]) -> HandedRun | None:
        """Return a run that the runner took without knowing it; one that it knew and lost is lost."""
        with self._state.database.reading() as db:
            unknown = [one.run_id for one in taken_by(db, db.get_one(RunnerRow, runner)) if one.run_id not in held]
        for key in unknown:
            if not (self.folder(key) / JOURNAL_FILE).exists():
                with self._state.database.writing() as db:
                    lease = lease_of(db, key)
                    if lease is not None and lease.ended is None:
                        lease.beat = time.time()
                        return self._handed(db.get_one(RunRow, key))
            self._queue.release(key, LeaseOutcome.LOST)
        return None

    def _claimed(self, runner: int, key: str) -> HandedRun | None:
        with self._state.database.writing() as db:
            row = claim(db, key)
            if row is None:
                return None
            grant(db, db.get_one(RunnerRow, runner), row)
            try:
                check_reachable(
                    db.get_one(SystemRow, row.system_id), options(db, self._state.allowed_by_default).allowed
                )
                return self._handed(row)
            except ConfigurationError as error:
                problem = error
        _note(self.folder(key).parent, sentence_of(problem, self._language(key)))
        self._queue.release(key, LeaseOutcome.WHOLE)
        return None

    def _handed(self, row: RunRow) -> HandedRun:
        system = row.system
        only = row.only.split() if row.only else []
        if row.earlier:
            only += not_passed(read_report(self.folder(row.earlier)))
            if not only:
                raise ConfigurationError("console.nothing-failed")
        if system.kind == REFERENCE:
            word, declaration, secret = candidate_word(system), "", None
        else:
            variable = None if system.secret is None else SECRET_VARIABLE
            word, declaration = "", written(kept(system.declaration), secret_variable=variable, evidence=None)
            secret = None if system.secret is None else self._state.vault.opened(system.secret)
        title = f"{system.product.name} {system.product.version}".strip()
        return HandedRun(row.id, title, word, declaration, secret, only, row.language)

    def _language(self, run: str) -> Language:
        with self._state.database.reading() as db:
            return "en" if db.get_one(RunRow, run).language == "en" else "vi"

    def _refuse(self, run: str, why: str) -> None:
        folder = self.folder(run)
        self._queue.arrivals.over(folder)
        if folder.exists():
            folder.rename(folder.with_name(REFUSED_FOLDER))
        _note(folder.parent, why)
        self._queue.release(run, LeaseOutcome.REFUSED)


def check_arrived(folder: Path, laboratory: ec.EllipticCurvePublicKey | None) -> None:
    """Check the seal of a run that another machine made.

    Args:
        folder: of the run.
        laboratory: whose seal it has to have; None where any will do, or none.

    Raises:
        ConfigurationError: the seal does not hold.
    """
    problems = [
        one
        for one in verify(folder, laboratory).problems
        if laboratory is not None or one.code is not Tampering.UNSIGNED
    ]
    if problems:
        listed = ", ".join(f"{one.code} {one.path}" for one in problems[:5])
        raise ConfigurationError("runner.seal", problems=listed)


def _arrived(lease: LeaseRow) -> bool:
    return lease.outcome in {LeaseOutcome.WHOLE, LeaseOutcome.CUT, LeaseOutcome.REFUSED}


def _note(place: Path, complained: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / COMPLAINED_FILE).write_text(complained[-_LONGEST_COMPLAINT:], encoding="utf-8")
