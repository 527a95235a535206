"""A file as a browser sends it: its name is anybody's text."""

import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_LONGEST_NAME = 120  # bytes in UTF-8: what every file system takes, with a number added
_UNFIT = frozenset('<>:"|?*')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMELESS = "tệp"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file.

    Attributes:
        called: name that the browser gave, whatever it holds.
        content: bytes.
    """

    called: str
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name as it can be kept: no path, nothing invisible, no leading dot, not too long."""
        last = unicodedata.normalize("NFC", self.called).replace("\\", "/").rpartition("/")[2]
        seen = "".join(sign for sign in last if sign not in _UNFIT and unicodedata.category(sign) not in _UNSEEN)
        name = PurePosixPath(" ".join(seen.split()).strip(". ") or _NAMELESS)
        ending = name.suffix if len(name.suffix.encode()) <= _LONGEST_NAME // 4 else ""
        stem = name.name.removesuffix(ending).encode()[: _LONGEST_NAME - len(ending.encode())].decode(errors="ignore")
        return f"{stem.strip('. ') or _NAMELESS}{ending}"
