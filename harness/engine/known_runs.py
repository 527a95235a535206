"""Which runs this user recorded on this machine."""

import contextlib
import hashlib
from pathlib import Path

from harness.resources import kept
from harness.seal.run_files import RUN_FILE


def remember(directory: Path) -> None:
    """Keep that this user recorded a run; where nothing can be kept, `replay` will ask for the candidate."""
    content = (directory / RUN_FILE).read_bytes()
    with contextlib.suppress(OSError):
        place = _place(content)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()


def is_remembered(directory: Path) -> bool:
    """Tell whether this user recorded a run, and what it says of itself is what it said then."""
    try:
        return _place((directory / RUN_FILE).read_bytes()).is_file()
    except OSError:
        return False


def _place(content: bytes) -> Path:
    return kept("runs") / hashlib.sha256(content).hexdigest()[:32]
