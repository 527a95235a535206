"""Attachments that are bombs (SEC-03), and attachments whose names lead elsewhere (SEC-04)."""

from collections.abc import Callable
from pathlib import PurePath

from harness.edxml.model import Attachment
from harness.scenarios.filekinds import plain_pdf
from harness.scenarios.hostile import zips
from harness.scenarios.hostile.piece import Bait, Piece

_ZIP, _PDF = "application/zip", "application/pdf"
_ID = "cid:1"
_NAME = "phu-luc.txt"
_TEXT = b"Phu luc.\r\n"
_UP = 24  # more levels than any store lies deep
_PLACEHOLDER = "\ue000"
_CONTENT = plain_pdf(b"Cong van.")

Named = Callable[[PurePath], str]


def climbing(trap: PurePath, file: str) -> str:
    """Return a relative path that leads from wherever it is taken to a file in the trap."""
    return "../" * _UP + (trap / file).as_posix().lstrip("/")


def _bomb(make: Callable[[], bytes]) -> Callable[[Bait], Attachment]:
    return lambda bait: Attachment(_ID, _NAME, _ZIP, make())


def _entry(name: Named) -> Callable[[Bait], Attachment]:
    return lambda bait: Attachment(_ID, _NAME, _ZIP, zips.written((zips.stored(name(bait.trap), _TEXT),)))


def _named(name: Named) -> Callable[[Bait], Attachment]:
    return lambda bait: Attachment(_ID, name(bait.trap), _PDF, _CONTENT)


def _with_nul(data: bytes, bait: Bait) -> bytes:
    return data.replace(_PLACEHOLDER.encode(), b"&#0;")


BOMBS = (
    Piece("SEC-03", "ratio", attachment=_bomb(zips.ratio_bomb)),
    Piece("SEC-03", "lying-size", attachment=_bomb(zips.lying_bomb)),
    Piece("SEC-03", "nested", attachment=_bomb(zips.nested_bomb)),
    Piece("SEC-03", "overlapping", attachment=_bomb(zips.overlapping_bomb)),
)

ENTRIES = (
    Piece("SEC-04", "entry-climbs", attachment=_entry(lambda trap: climbing(trap, "entry-climbs.txt"))),
    Piece("SEC-04", "entry-absolute", attachment=_entry(lambda trap: (trap / "entry-absolute.txt").as_posix())),
    Piece("SEC-04", "entry-backslash", attachment=_entry(lambda trap: "..\\..\\..\\lienthong-entry.txt")),
    Piece("SEC-04", "entry-drive", attachment=_entry(lambda trap: "C:\\lienthong-entry.txt")),
    Piece("SEC-04", "entry-device", attachment=_entry(lambda trap: "NUL.txt"), passed_over=True),
    Piece("SEC-04", "entry-nul", attachment=_entry(lambda trap: "phu-luc.txt\0.exe")),
)

NAMES = (
    Piece("SEC-04", "name-climbs", attachment=_named(lambda trap: climbing(trap, "name-climbs.pdf"))),
    Piece("SEC-04", "name-absolute", attachment=_named(lambda trap: (trap / "name-absolute.pdf").as_posix())),
    Piece("SEC-04", "name-backslash", attachment=_named(lambda trap: "..\\..\\..\\lienthong-name.pdf")),
    Piece("SEC-04", "name-drive", attachment=_named(lambda trap: "C:\\lienthong-name.pdf")),
    Piece("SEC-04", "name-device", attachment=_named(lambda trap: "CON.pdf")),
    Piece("SEC-04", "name-bidi", attachment=_named(lambda trap: "cong-van-\u202egpj.pdf")),
    Piece("SEC-04", "name-line-break", attachment=_named(lambda trap: "cong-van\r\n.pdf")),
    Piece("SEC-04", "name-nul", _with_nul, _named(lambda trap: f"cong-van{_PLACEHOLDER}.pdf")),
)
