"""Runs as separate processes, which go on when the console ends."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PID_FILE, SAID_FILE, COMPLAINED_FILE = "pid", "said", "complained"
_LONGEST_COMPLAINT = 4000
# Writes its process id down before it becomes the program, so that it is known even if the console ends right now.
_BEGIN = 'echo $$ > "$0.new" && mv "$0.new" "$0" && exec "$@"'


def begin(
    program: Sequence[str], folder: Path, environment: Mapping[str, str], answers: Path | None = None
) -> subprocess.Popen[bytes]:
    """Begin a program that lives on when this process ends.

    Args:
        program: with its arguments.
        folder: where it writes down its process id, and its standard output and error output.
        environment: variables that it has.
        answers: named pipe from which it reads, None for nothing.

    Raises:
        OSError: it cannot be begun.
    """
    # Opened for both, so that the pipe never ends while the program lives, even if no writer has it open.
    source = os.open(answers, os.O_RDWR) if answers is not None else os.open(os.devnull, os.O_RDONLY)
    try:
        with (folder / SAID_FILE).open("wb") as said, (folder / COMPLAINED_FILE).open("wb") as complained:
            return subprocess.Popen(  # noqa: S603 - our own program
                ["/bin/sh", "-c", _BEGIN, str(folder / PID_FILE), *program],
                stdin=source,
                stdout=said,
                stderr=complained,
                env=dict(environment),
                start_new_session=True,
                restore_signals=True,
            )
    finally:
        os.close(source)


def noted_pid(folder: Path) -> int | None:
    """Return the process id that a program wrote down, None where it did not yet."""
    try:
        return int((folder / PID_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def birth_of(pid: int) -> str:
    """Return what distinguishes a process from others with the same number; empty where there is none."""
    try:
        content = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _birth_by_ps(pid)
    # The name, in brackets, may hold anything; after it come state, and as the 20th the moment of the start.
    state, *rest = content.rpartition(")")[2].split()
    return "" if state in "ZX" else f"{_boot()}:{rest[18]}"


def alive(pid: int | None, birth: str) -> bool:
    """Tell whether the process that began then is still there."""
    return pid is not None and bool(birth) and birth_of(pid) == birth


def interrupt(pid: int, how: signal.Signals = signal.SIGINT) -> None:
    """Send a signal to a program and all that it began; nothing happens where it is gone."""
    try:
        os.killpg(pid, how)
    except (ProcessLookupError, PermissionError):
        return


def complaint(folder: Path) -> str:
    """Return the end of a program's error output."""
    try:
        content = (folder / COMPLAINED_FILE).read_bytes()[-_LONGEST_COMPLAINT:]
    except OSError:
        return ""
    return content.decode("utf-8", "replace").replace("\0", "").strip()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _birth_by_ps(pid: int) -> str:
    """Ask `ps`, where there is no /proc."""
    if Path("/proc/self/stat").exists():
        return ""
    asked = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, began = asked.stdout.strip().partition(" ")
    return "" if asked.returncode or state.startswith("Z") else began.strip()
