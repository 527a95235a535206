"""A run directory or a packed one as an argument, read for the packages that were exchanged in it."""

import re
import tempfile
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.cli.run_folder import RunFolder
from harness.records.exchanged import Exchanged
from harness.records.run_directory import exchanged_in
from harness.report.agreement import read
from harness.seal.bundle import Bundle, open_bundle

_JOURNAL = "journal.jsonl"
_NEEDED = re.compile(r"journal\.jsonl|blobs/[0-9a-f]{64}(\.gz)?")
_STEP = 1024 * 1024


def exchanged_of_run(run: Path, profile: Profile) -> Exchanged:
    """Return the packages exchanged in a run.

    Args:
        run: its folder, or a zip or tar archive of it.
        profile: its limits hold.

    Raises:
        ConfigurationError: there is no such run, it is damaged, or larger than a run may be.
    """
    limits = profile.parameters.limits
    if run.is_dir():
        return exchanged_in(read(RunFolder().convert(run, None, None)), limits)
    with tempfile.TemporaryDirectory(prefix="lienthong-") as place, open_bundle(run) as bundle:
        _unpack(bundle, Path(place), 2 * profile.parameters.hub.evidence_bytes, run)
        return exchanged_in(read(Path(place)), limits)


def _unpack(bundle: Bundle, place: Path, most: int, run: Path) -> None:
    """Write the journal and the blobs, whose names are known beforehand, and nothing else."""
    (place / "blobs").mkdir()
    left = most
    journals = [name for name in bundle.files if name.rpartition("/")[2] == _JOURNAL]
    root = min(journals, key=len, default=_JOURNAL).removesuffix(_JOURNAL)  # a run that was not sealed has no manifest
    for whole, opener in bundle.files.items():
        name = whole.removeprefix(root)
        if not whole.startswith(root) or not _NEEDED.fullmatch(name):
            continue
        with opener() as source, (place / name).open("wb") as target:
            while piece := source.read(_STEP):
                left -= len(piece)
                if left < 0:
                    raise ConfigurationError("records.run-too-large", path=run, limit=most)
                target.write(piece)
