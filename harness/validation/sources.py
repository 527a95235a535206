"""From the arguments of a call to units of work: files, folders, archives, standard input.

Nothing is ever written: an archive's entries are read into memory one at a time, so that their names do no harm.
In folders and archives only files that are called `.edxml` or `.xml` are taken for packages; a file that is named
by the caller is always taken for one, or for an archive if it begins like one.
"""

import io
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Limits
from harness.validation.archive_marks import looks_like_archive
from harness.validation.file_names import is_archive, is_body, is_package
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit, SkippedUnit, Unit

STANDARD_INPUT = "-"
_LABEL = 1000


def units_of(arguments: Iterable[str], standard_input: BinaryIO, limits: Limits) -> Iterator[Unit]:
    """Yield the units of work in a fixed order: as given, folders sorted by name.

    Args:
        arguments: paths, or `-` for standard input.
        standard_input: read when `-` is among them.
        limits: the profile's; no more than `package_bytes` of one package are read.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield from _stream(standard_input, limits)
            continue
        if Path(argument).is_dir():
            yield from _folder(argument, limits)
        else:
            yield from _file(argument, limits, named=True)


def count_of(arguments: Iterable[str]) -> int | None:
    """Return how many packages there are; None where it would take opening archives or standard input to tell."""
    count = 0
    for argument in arguments:
        path = Path(argument)
        if argument == STANDARD_INPUT or is_archive(path.name):
            return None
        if not path.is_dir():
            count += 1
            continue
        for _, _, names in os.walk(path):
            if any(map(is_archive, names)):
                return None
            count += sum(map(is_package, names))
    return count


def shown(name: str) -> str:
    """Return a path as the outcome shows it; a name may be hostile, and need not be text."""
    return name if len(name) <= _LABEL and name.isprintable() else clipped(name, _LABEL)


def _stream(stream: BinaryIO, limits: Limits) -> Iterator[Unit]:
    data = stream.read(limits.package_bytes + 1)
    if looks_like_archive(data):
        from harness.validation.archives import entries

        whole = io.BytesIO(data)
        yield from entries(whole, STANDARD_INPUT, "", limits)
    else:
        yield BytesUnit(STANDARD_INPUT, data, "")


def _folder(folder: str, limits: Limits) -> Iterator[Unit]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield from _file(os.path.join(place, name), limits, named=False)  # noqa: PTH118 - twice as fast


def _file(path: str, limits: Limits, *, named: bool) -> Iterator[Unit]:
    label = shown(path)
    if named and (packed := gzipped_body(path)) is not None:
        yield from _out_of(packed, label, limits)
        return
    if not named and not is_package(path) and not is_archive(path):
        yield SkippedUnit(label)
        return
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
        regular = stat.S_ISREG(status.st_mode)
        archive = regular and (named or is_archive(path)) and _begins_like_archive(path)
    except OSError as error:
        yield ProblemUnit(label, "PKG-01.file-unreadable", error.strerror or type(error).__name__)
        return
    identity = f"{os.path.abspath(path)}|{status.st_size}|{status.st_mtime_ns}"  # noqa: PTH100 - as above
    if not regular:
        yield ProblemUnit(label, "PKG-01.file-unreadable", stat.filemode(status.st_mode))
    elif archive:
        yield from _archive(path, label, identity, limits)
    else:
        yield FileUnit(label, path, identity)


def gzipped_body(path: str) -> Path | None:
    """Return where a body of a run lies gzipped that is named by its digest alone, as reports name it; None if not."""
    packed = Path(f"{path}.gz")
    return packed if is_body(path) and not Path(path).exists() and packed.is_file() else None


def _out_of(packed: Path, label: str, limits: Limits) -> Iterator[Unit]:
    from harness.validation.expansion import ExpandsTooFar, Gunzipped

    try:
        with packed.open("rb") as stream:
            yield BytesUnit(label, Gunzipped(stream, limits).read(limits.package_bytes + 1), "")
    except ExpandsTooFar as error:
        yield ProblemUnit(label, "PKG-10.archive", error.detail)
    except (OSError, EOFError, zlib.error) as error:
        yield ProblemUnit(label, "PKG-01.archive-damaged", clipped(str(error)))


def _begins_like_archive(path: str) -> bool:
    with Path(path).open("rb") as stream:
        return looks_like_archive(stream.read(512))


def _archive(path: str, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    from harness.validation.archives import entries  # brings readers of archives along, which most calls do not need

    try:
        with Path(path).open("rb") as stream:
            yield from entries(stream, label, identity, limits)
    except OSError as error:
        yield ProblemUnit(label, "PKG-01.file-unreadable", error.strerror or type(error).__name__)
