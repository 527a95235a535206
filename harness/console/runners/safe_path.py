"""Names of files that a runner sends: only what is plainly below the folder of its run."""

import re
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.journal.bodies import BLOB_FOLDER, GZIPPED
from harness.journal.recorder import JOURNAL_FILE

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_BLOB = re.compile(rf"([0-9a-f]{{64}})(?:{re.escape(GZIPPED)})?")
_DEEPEST = 4


def safe_path(folder: Path, name: str) -> Path:
    """Return where a file of a run goes.

    Args:
        folder: of the run.
        name: of the file within it, with `/`.

    Raises:
        ConfigurationError: the name leads elsewhere, is that of the journal, or no run has such a file.
    """
    parts = name.split("/")
    fit = 1 <= len(parts) <= _DEEPEST and all(_PART.fullmatch(part) for part in parts)
    if not fit or name == JOURNAL_FILE or (parts[0] == BLOB_FOLDER and not is_blob(name)):
        raise ConfigurationError("runner.path", name=clipped(name))
    path = folder.joinpath(*parts)
    if any(one.is_symlink() for one in (path, *path.parents[: len(parts)])):
        raise ConfigurationError("runner.path", name=clipped(name))
    return path


def is_blob(name: str) -> bool:
    """Return whether a path within a run is that of a body."""
    folder, _, last = name.partition("/")
    return folder == BLOB_FOLDER and _BLOB.fullmatch(last) is not None


def digest_in(name: str) -> str | None:
    """Return the SHA-256 of the body that a path within a run names, None where it is no body's."""
    found = _BLOB.fullmatch(name.rpartition("/")[2])
    return found[1] if found and is_blob(name) else None
