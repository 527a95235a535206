"""Which runs this user recorded on this machine."""

import contextlib
import hashlib
from pathlib import Path

from harness.seal.run_files import RUN_FILE


def remember(directory: Path, cache: Path) -> None:
    """Note that this user recorded a run; where nothing can be written, `replay` will ask for the candidate.

    Args:
        directory: of the run.
        cache: folder of what is kept for this user.
    """
    content = (directory / RUN_FILE).read_bytes()
    with contextlib.suppress(OSError):
        place = _place(content, cache)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def is_remembered(directory: Path, cache: Path) -> bool:
    """Return whether this user recorded a run, and its run.json is what it was then."""
    try:
        return _place((directory / RUN_FILE).read_bytes(), cache).is_file()
    except OSError:
        return False


def _place(content: bytes, cache: Path) -> Path:
    return cache / "runs" / hashlib.sha256(content).hexdigest()[:32]
