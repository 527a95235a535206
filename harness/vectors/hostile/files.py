"""Attachments that are zip bombs (SEC-03), and attachments whose names are paths (SEC-04)."""

from collections.abc import Callable
from pathlib import PurePath

from harness.edxml.model import Attachment
from harness.vectors.hostile import zips
from harness.vectors.hostile.vector import CanaryTargets, Corrupt, HostileVector, Twist, unchanged

_ZIP, _PDF = "application/zip", "application/pdf"
_ID = "cid:1"
_UP = 24  # more levels than the folder of any store
_PLACEHOLDER = "\ue000"

Named = Callable[[PurePath], str]


def climbing(trap: PurePath, file: str) -> str:
    """Return a relative path that leads from any folder to a file in the watched folder."""
    return "../" * _UP + (trap / file).as_posix().lstrip("/")


def _bomb(make: Callable[[], bytes]) -> Corrupt:
    return lambda targets, name, content: Attachment(_ID, name, _ZIP, make())


def _entry(named: Named) -> Corrupt:
    return lambda targets, name, content: Attachment(
        _ID, name, _ZIP, zips.written((zips.stored(named(targets.trap), content),))
    )


def _named(name: str, named: Named, twist: Twist = unchanged) -> HostileVector:
    """Return a vector whose last attachment, a PDF, has another name."""

    def corrupt(targets: CanaryTargets, _: str, content: bytes) -> Attachment:
        return Attachment(_ID, named(targets.trap), _PDF, content)

    return HostileVector("SEC-04", name, twist, corrupt, kind="pdf")


def _with_nul(data: bytes, targets: CanaryTargets) -> bytes:
    return data.replace(_PLACEHOLDER.encode(), b"&#0;")


BOMBS = (
    HostileVector("SEC-03", "ratio", attachment=_bomb(zips.ratio_bomb)),
    HostileVector("SEC-03", "lying-size", attachment=_bomb(zips.lying_bomb)),
    HostileVector("SEC-03", "nested", attachment=_bomb(zips.nested_bomb)),
    HostileVector("SEC-03", "overlapping", attachment=_bomb(zips.overlapping_bomb)),
)

ENTRIES = (
    HostileVector("SEC-04", "entry-climbs", attachment=_entry(lambda trap: climbing(trap, "entry-climbs.txt"))),
    HostileVector("SEC-04", "entry-absolute", attachment=_entry(lambda trap: (trap / "entry-absolute.txt").as_posix())),
    HostileVector("SEC-04", "entry-backslash", attachment=_entry(lambda trap: "..\\..\\..\\lienthong-entry.txt")),
    HostileVector("SEC-04", "entry-drive", attachment=_entry(lambda trap: "C:\\lienthong-entry.txt")),
    HostileVector("SEC-04", "entry-device", attachment=_entry(lambda trap: "NUL.txt"), passed_over=True),
    HostileVector("SEC-04", "entry-nul", attachment=_entry(lambda trap: "phu-luc.txt\0.exe")),
)

NAMES = (
    _named("name-climbs", lambda trap: climbing(trap, "name-climbs.pdf")),
    _named("name-absolute", lambda trap: (trap / "name-absolute.pdf").as_posix()),
    _named("name-backslash", lambda trap: "..\\..\\..\\lienthong-name.pdf"),
    _named("name-drive", lambda trap: "C:\\lienthong-name.pdf"),
    _named("name-device", lambda trap: "CON.pdf"),
    _named("name-bidi", lambda trap: "cong-van-\u202egpj.pdf"),
    _named("name-line-break", lambda trap: "cong-van\r\n.pdf"),
    _named("name-nul", lambda trap: f"cong-van{_PLACEHOLDER}.pdf", _with_nul),
)
