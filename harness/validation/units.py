"""Units of work: one package each, or one reason why there is none."""

from typing import Literal, get_args

import msgspec

from harness.catalogue.findings import Finding


class FileUnit(msgspec.Struct, frozen=True, tag=True):
    """A package in a file of its own; it is read by the process that checks it.

    Attributes:
        label: what the file is called in the outcome.
        path: where it is.
        identity: identifies this file in this state, for resuming.
    """

    label: str
    path: str
    identity: str

    @property
    def size(self) -> int:
        """Bytes that the unit carries along: none."""
        return 0


class BytesUnit(msgspec.Struct, frozen=True, tag=True):
    """A package taken out of an archive or read from standard input.

    Attributes:
        label: what it is called in the outcome.
        data: the package.
        identity: as of a file; empty where it cannot come again.
        aside: findings about its name.
    """

    label: str
    data: bytes
    identity: str
    aside: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that the unit carries along."""
        return len(self.data)


ProblemCode = Literal[
    "PKG-01.archive-damaged", "PKG-01.entry-path", "PKG-01.entry-special", "PKG-01.file-unreadable",
    "PKG-10.archive", "PKG-10.member",
]  # fmt: skip
PROBLEMS: tuple[ProblemCode, ...] = get_args(ProblemCode)
"""Codes of the findings about files and archives that cannot be read as packages."""


class ProblemUnit(msgspec.Struct, frozen=True, tag=True):
    """Something that cannot be read: the code of the finding, and what was met."""

    label: str
    code: ProblemCode
    detail: str
    identity: str = ""

    @property
    def size(self) -> int:
        """Bytes that the unit carries along: none."""
        return 0


class SkippedUnit(msgspec.Struct, frozen=True, tag=True):
    """A file in a folder or archive that is not meant as a package: counted, and named if it is an archive in one."""

    label: str
    identity: str = ""
    archive: bool = False

    @property
    def size(self) -> int:
        """Bytes that the unit carries along: none."""
        return 0


Unit = FileUnit | BytesUnit | ProblemUnit | SkippedUnit
