"""The folder of what is kept for this user between calls: the user's cache, wherever the system has it."""

import os
from pathlib import Path


def user_cache() -> Path:
    """Return the folder; it need not be there yet."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(base) / "lienthong"
