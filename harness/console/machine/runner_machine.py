"""The runner: takes runs of its console as long as it has room, and sees each of them to its end."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.console.machine.console_link import ConsoleAway, ConsoleDeclined, ConsoleLink
from harness.console.machine.delivery import RunDelivery
from harness.console.machine.taken_run import TakenRun, earlier_runs, new_run
from harness.console.runners.shapes import HandedRun, Introduction, RunRequest
from harness.console.runs.hub_ports import free_port
from harness.console.sentences import sentence_of
from harness.console.subjects.default_profile import profile_digests

RUNS, INSTANCE_FILE, LOCK_FILE = "runs", "instance", "runner.lock"
_BEAT = 2.0  # seconds between two signs of life
_TICK = 0.4
_AGAIN = 3.0  # seconds after which a console that was away is asked again
_WAIT = 20.0  # seconds for which the console keeps a question for a run open
_SAID_AGAIN = 60.0
# Reasons for which the console does not let a machine in, which nothing but a person changes.
_FINAL = frozenset({"runner.version", "runner.profiles", "runner.laboratory", "runner.no-token", "runner.elsewhere"})
_UNINTRODUCED = "runner.unintroduced"
_NOT_YOURS = "runner.not-yours"

# Reasons that have nothing to do with what a run left.
_NOT_ITS_FAULT = _FINAL | {_NOT_YOURS, _UNINTRODUCED}

Told = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """How a machine carries out runs.

    Attributes:
        data: folder of the runner.
        capacity: how many runs at once.
        host: address at which the hubs of runs listen.
        ports: of the hubs; 0 for any free one.
        program: beginning of a command line that calls this project.
        environment: variables that its runs have.
        laboratory: fingerprint of the key that seals its runs, empty for none.
    """

    data: Path
    capacity: int
    host: str
    ports: range
    program: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    laboratory: str = ""


def instance_of(data: Path) -> str:
    """Return the word that tells the runner of this folder from others with its token; it is drawn once.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    path = data / INSTANCE_FILE
    try:
        (data / RUNS).mkdir(parents=True, exist_ok=True)
        if not path.exists():
            new = path.with_name(f"{INSTANCE_FILE}.new")
            new.write_text(secrets.token_hex(16), encoding="ascii")
            new.replace(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigurationError("console.data", path=data, detail=error.strerror or error) from error


class RunnerMachine:
    """Carries out runs for one console; what it knows of them is on its disk, so that it may end at any moment."""

    def __init__(self, settings: RunnerSettings, link: ConsoleLink, tell: Told) -> None:
        """Prepare.

        Args:
            settings: of this machine.
            link: to the console.
            tell: is told what happens, as a stable word and values, for the operator of the machine.
        """
        self._settings = settings
        self._link = link
        self._tell = tell
        self._runs: dict[str, TakenRun] = {}
        self._ports: dict[str, int] = {}
        self._over: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._failure: Exception | None = None
        self._away_since: float | None = None

    def serve(self) -> None:
        """Serve until the console does not want this machine, or until interrupted; runs go on when it ends.

        Raises:
            ConfigurationError: another runner has this folder.
            ConsoleDeclined: the console does not let this machine in.
        """
        instance_of(self._settings.data)
        with _claimed(self._settings.data):
            for run in earlier_runs(self._settings.data / RUNS):
                self._follow(run)
            taker = threading.Thread(target=self._guarded, args=(self._take_on,), name="taker", daemon=True)
            try:
                self._introduce()
                taker.start()
                self._guarded(self._beat_on)
            finally:
                self._closing.set()
            if self._failure is not None:
                raise self._failure

    def close(self) -> None:
        """Have `serve` end; runs go on."""
        self._closing.set()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do something until this machine ends; what the console declines for good ends the machine."""
        while not self._closing.is_set():
            try:
                work()
                self._back()
            except ConsoleAway as error:
                self._away(error)
                self._closing.wait(_AGAIN)
            except ConsoleDeclined as error:
                self._declined(error)
                self._closing.wait(_TICK)

    def _declined(self, error: ConsoleDeclined) -> None:
        if error.code in _FINAL:
            self._failure = error
            self._closing.set()
        elif error.code == _UNINTRODUCED:
            self._introduce()
        else:
            self._tell("declined", error.message)
            self._closing.wait(_AGAIN)

    def _introduce(self) -> None:
        """Say who this machine is, as often as it takes until the console hears it."""
        said = Introduction(
            __version__, profile_digests(), self._settings.capacity, self._settings.laboratory,
            instance_of(self._settings.data),
        )  # fmt: skip
        while not self._closing.is_set():
            try:
                admitted = self._link.hello(said)
                self._back()
                self._tell("admitted", {"name": admitted.name, "lease": f"{admitted.lease:.0f}"})
                return
            except ConsoleAway as error:
                self._away(error)
                self._closing.wait(_AGAIN)

    def _take_on(self) -> None:
        with self._lock:
            held = list(self._runs)
        if len(held) >= self._settings.capacity:
            self._closing.wait(_TICK)
            return
        handed = self._link.take(RunRequest(held, _WAIT))
        if handed is not None and handed.run not in held:
            self._begin(handed)

    def _begin(self, handed: HandedRun) -> None:
        try:
            run = new_run(self._settings.data / RUNS, handed)
        except OSError as error:
            self._tell("unwritable", {"run": handed.run, "detail": error.strerror or str(error)})
            return
        self._tell("taken", {"run": handed.run, "title": handed.title})
        try:
            run.begin(handed, self._settings.program, self._settings.environment, self._listen(handed.run))
        except OSError as error:
            run.refuse(error.strerror or str(error))
        except ConfigurationError as error:
            run.refuse(sentence_of(error, run.kept.language))
        self._follow(run)

    def _listen(self, run: str) -> str:
        """Return where the hub of a run listens.

        Raises:
            ConfigurationError: every port is taken.
        """
        with self._lock:
            given = {port for key, port in self._ports.items() if key in self._runs}
            port = free_port(self._settings.host, self._settings.ports, given)
            self._ports[run] = port
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"{host}:{port}"

    def _follow(self, run: TakenRun) -> None:
        with self._lock:
            self._runs[run.kept.run] = run
        threading.Thread(target=self._see_through, args=(run,), name=run.kept.run, daemon=True).start()

    def _see_through(self, run: TakenRun) -> None:
        """Send what a run leaves until the console has it all, or wants no more of it."""
        delivery = RunDelivery(self._link, run)
        while not self._closing.is_set():
            if run.stopping is not None:
                run.urge()
            try:
                if self._step(run, delivery):
                    return
                self._closing.wait(_TICK)
            except ConsoleAway as error:
                self._away(error)
                self._closing.wait(_AGAIN)
            except OSError as error:
                self._tell("unwritable", {"run": run.kept.run, "detail": error.strerror or str(error)})
                self._closing.wait(_AGAIN)
            except ConsoleDeclined as error:
                self._over.update({run.kept.run} if error.code == _NOT_YOURS else ())
                if error.code not in {_NOT_YOURS, _UNINTRODUCED}:
                    self._tell("declined", error.message)
                self._closing.wait(_AGAIN)

    def _step(self, run: TakenRun, delivery: RunDelivery) -> bool:
        """Send what there is to send, and return whether there is nothing left to do for a run."""
        going = run.going  # asked first: what a process leaves is there when it is gone
        if run.kept.run in self._over:
            if going:
                run.urge()
                return False
            self._unwanted(run, delivery)
            return True
        if going:
            delivery.send_news()
            return False
        try:
            answer = delivery.finish()
        except (ConfigurationError, ConsoleDeclined) as error:
            if isinstance(error, ConsoleDeclined) and error.code in _NOT_ITS_FAULT:
                raise
            # It would be declined tomorrow too.
            delivery.give_up(_said(error, run.kept.language))
            self._put_aside(run)
            return True
        if answer.missing:
            return False
        if answer.accepted:
            self._done(run)
        else:
            self._put_aside(run)
        return True

    def _unwanted(self, run: TakenRun, delivery: RunDelivery) -> None:
        """Put a run aside that the console ended without it, unless it only did not hear that it arrived."""
        if delivery.is_settled():
            self._done(run)
            return
        self._put_aside(run)

    def _put_aside(self, run: TakenRun) -> None:
        with self._lock:
            self._runs.pop(run.kept.run, None)
        self._tell("over", {"run": run.kept.run, "place": str(run.put_aside())})

    def _done(self, run: TakenRun) -> None:
        run.delete()
        with self._lock:
            self._runs.pop(run.kept.run, None)
        self._tell("done", {"run": run.kept.run})

    def _beat_on(self) -> None:
        with self._lock:
            runs = dict(self._runs)
        answer = self._link.beat(list(runs))
        for key, reason in answer.stops.items():
            run = runs.get(key)
            if run is not None and run.stopping is None:
                self._tell("stopped", {"run": key, "reason": reason})
                run.stopping = time.monotonic()
        self._over.update(answer.over)
        self._closing.wait(_BEAT)

    def _away(self, error: ConsoleAway) -> None:
        now = time.monotonic()
        if self._away_since is None or now - self._away_since > _SAID_AGAIN:
            self._away_since = now
            self._tell("away", {"detail": str(error)})

    def _back(self) -> None:
        if self._away_since is not None:
            self._away_since = None
            self._tell("back", {})


def _said(error: ConfigurationError | ConsoleDeclined, language: Language) -> str:
    if isinstance(error, ConfigurationError):
        return sentence_of(error, language)
    return error.message.get(language) or error.code


def _claimed(data: Path) -> Any:
    """Keep other runners from the folder."""
    lock = FileLock(data / LOCK_FILE, timeout=0)
    try:
        return lock.acquire()
    except Timeout as error:
        raise ConfigurationError("runner.busy", path=data) from error
