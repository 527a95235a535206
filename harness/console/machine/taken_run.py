"""A run on the runner's disk: its folder, its process, what is known of it when the runner is started again."""

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from harness.catalogue.texts import Language
from harness.console.runners.shapes import HandedRun
from harness.console.runs.process import COMPLAINED_FILE, alive, begin, birth_of, complaint, interrupt, noted_pid
from harness.console.subjects.declarations import FILE_NAME, SECRET_VARIABLE

RUN_FOLDER, ORDER_FILE = "run", "order.json"
# Seconds after a stop was asked for at which a signal is sent.
_ESCALATION = ((0.0, signal.SIGINT), (60.0, signal.SIGTERM), (150.0, signal.SIGKILL))


class KeptOrder(msgspec.Struct):
    """What is kept of a run beside its folder; never its secret.

    Attributes:
        run: its id.
        title: of the product.
        language: of its reports, and of what is said of it.
        birth: of its process, empty before it was noted.
    """

    run: str
    title: str
    language: Language
    birth: str = ""


@dataclass(slots=True)
class TakenRun:
    """A run of this machine.

    Attributes:
        place: what is kept of it.
        kept: its id and process.
        stopping: when it was asked to stop, None before.
    """

    place: Path
    kept: KeptOrder
    stopping: float | None = None
    _signals: int = 0
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """Folder of the run, as certify writes it."""
        return self.place / RUN_FOLDER

    @property
    def going(self) -> bool:
        """Whether its process is there."""
        if self._child is not None:
            return self._child.poll() is None
        return alive(self.pid, self.kept.birth)

    @property
    def pid(self) -> int | None:
        """Number of its process, also of one that did not write it down yet."""
        return noted_pid(self.place) if self._child is None else self._child.pid

    @property
    def complained(self) -> str:
        """End of what its program said on its error output."""
        return complaint(self.place)

    def begin(self, handed: HandedRun, program: Sequence[str], environment: Mapping[str, str], listen: str) -> None:
        """Begin it, in a process that outlives this one.

        Args:
            handed: the run, with its secret, which only the environment of the process holds.
            program: beginning of a command line that calls this project.
            environment: variables that the process has besides.
            listen: host and port of its hub.

        Raises:
            OSError: it cannot be begun.
        """
        candidate, variables = handed.candidate, dict(environment)
        if not candidate:
            path = self.place / FILE_NAME
            path.write_text(handed.declaration, encoding="utf-8")
            candidate = str(path)
        if handed.secret is not None:
            variables[SECRET_VARIABLE] = handed.secret
        words = [
            *program,
            "certify",
            candidate,
            "--out",
            str(self.folder),
            "--lang",
            handed.language,
            "--listen",
            listen,
        ]
        if handed.only:
            words += ["--only", ",".join(handed.only)]
        self._child = begin(words, self.place, variables)
        self.note_birth(self._child.pid)

    def refuse(self, why: str) -> None:
        """Note why it could not be begun; it ends like one that came to nothing."""
        (self.place / COMPLAINED_FILE).write_text(why, encoding="utf-8")

    def note_birth(self, pid: int) -> None:
        """Keep what tells the process from others with its number."""
        self.kept.birth = birth_of(pid) or "gone"
        _write(self.place, self.kept)

    def urge(self) -> None:
        """End the process: gently first, then ever less so."""
        now = time.monotonic()
        self.stopping = self.stopping if self.stopping is not None else now
        pid = self.pid
        while self._signals < len(_ESCALATION) and now - self.stopping >= _ESCALATION[self._signals][0]:
            if pid is not None and self.going:
                interrupt(pid, _ESCALATION[self._signals][1])
            self._signals += 1

    def delete(self) -> None:
        """Remove it from this machine: the console has it."""
        shutil.rmtree(self.place, ignore_errors=True)

    def put_aside(self) -> Path:
        """Keep it on this machine under another name, where the console does not want it, and return the place."""
        aside = self.place.with_name(f"{self.place.name}.kept")
        self.place.rename(aside)
        return aside


def new_run(runs: Path, handed: HandedRun) -> TakenRun:
    """Make the place of a run.

    Raises:
        OSError: it cannot be made, or is there already.
    """
    place = runs / handed.run
    place.mkdir(parents=True)
    kept = KeptOrder(handed.run, handed.title, "en" if handed.language == "en" else "vi")
    _write(place, kept)
    return TakenRun(place, kept)


def earlier_runs(runs: Path) -> list[TakenRun]:
    """Return the runs that an earlier runner with this folder had when it ended."""
    found = []
    for path in sorted(runs.glob(f"*/{ORDER_FILE}")):
        if path.parent.name.endswith(".kept"):
            continue
        try:
            run = TakenRun(path.parent, msgspec.json.decode(path.read_bytes(), type=KeptOrder))
        except (OSError, msgspec.MsgspecError):
            continue
        pid = noted_pid(run.place)
        if not run.kept.birth and pid is not None:
            run.note_birth(pid)
        found.append(run)
    return found


def _write(place: Path, kept: KeptOrder) -> None:
    new = place / f"{ORDER_FILE}.new"
    new.write_bytes(msgspec.json.encode(kept))
    new.replace(place / ORDER_FILE)
