"""One run at a time per candidate: two would order, deliver and count in the same mailboxes."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from harness.catalogue.errors import ConfigurationError


@contextlib.contextmanager
def claimed(candidate: str | None, directory: Path, cache: Path | None) -> Iterator[None]:
    """Keep every other run of this user on this machine away from a candidate.

    The claim ends with the process that holds it, however that ends.

    Args:
        candidate: what distinguishes it from all others; None where no other run can reach it.
        directory: of the run; the message to a second run names it.
        cache: folder of what is kept for this user; None: no claim is made.

    Raises:
        ConfigurationError: another run has it.
    """
    if candidate is None or cache is None:
        yield
        return
    lock = _taken(candidate, directory, cache / "candidates")
    try:
        yield
    finally:
        lock.release()


def _taken(candidate: str, directory: Path, folder: Path) -> FileLock:
    """Return the lock of a candidate, held; not held where the user's cache cannot be written: the run goes on."""
    place = folder / hashlib.sha256(candidate.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    holder, lock = place.with_suffix(".run"), FileLock(place.with_suffix(".lock"), timeout=0)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        holder.write_text(str(directory.resolve()), encoding="utf-8")
    except Timeout as error:
        raise ConfigurationError("candidate.busy", candidate=candidate, run=_holder_of(holder)) from error
    except OSError:
        return lock
    return lock


def _holder_of(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "?"  # the other run has only just begun
