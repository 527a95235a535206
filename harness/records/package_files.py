"""Packages to compare with, out of files, folders and archives."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from harness.catalogue.parameters import Limits
from harness.records.exchanged import Exchanged
from harness.validation.sources import units_of
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit


def add_files(exchanged: Exchanged, paths: Iterable[str], standard_input: BinaryIO, limits: Limits) -> None:
    """Take in the packages of files, folders and archives; what cannot be read is noted.

    Args:
        exchanged: what they are added to.
        paths: as `validate` takes them.
        standard_input: read where a path is `-`.
        limits: of packages that are read.
    """
    for unit in units_of(paths, standard_input, limits):
        if isinstance(unit, BytesUnit):
            exchanged.add(unit.data, unit.label, limits)
        elif isinstance(unit, FileUnit):
            try:
                with Path(unit.path).open("rb") as stream:
                    data = stream.read(limits.package_bytes + 1)
            except OSError:
                exchanged.unreadable.append(unit.label)
            else:
                exchanged.add(data, unit.label, limits)
        elif isinstance(unit, ProblemUnit):
            exchanged.unreadable.append(unit.label)
