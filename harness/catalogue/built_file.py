"""The catalogue and the shipped profiles as they were read when the package was built, so that no call parses YAML.

They stand for their files only as long as these, and the code that reads them, are byte for byte what they were made
from: after any change the files count again. They lie beside the profiles, where only who may change the profiles
themselves may write.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.resources import folder

T = TypeVar("T")

BUILT_FILE = "built.msgpack"
_SOURCES = ("requirements.yaml", "qcvn*.yaml")


class _Built(msgspec.Struct, frozen=True):
    """What was read, by the file it was read from, and the digest of all these files, in hex."""

    sources: str
    contents: dict[str, msgspec.Raw]


def built(path: Path, kind: type[T]) -> T | None:
    """Return what was read from a file when the package was built; None for another file, or after any change.

    Args:
        path: of the file.
        kind: what is read from it; its paths are relative to the folder of the profiles.
    """
    place = folder("profiles")
    if path.parent != place:
        return None
    try:
        kept = msgspec.msgpack.decode((place / BUILT_FILE).read_bytes(), type=_Built)
        if path.name not in kept.contents or kept.sources != _digest_of_sources(place):
            return None
        return msgspec.msgpack.decode(kept.contents[path.name], type=kind, dec_hook=_placed)
    except (OSError, msgspec.MsgspecError):
        return None


def build(contents: Mapping[str, object]) -> None:
    """Keep what was read from files, by their names.

    Raises:
        OSError: it cannot be written.
    """
    place = folder("profiles")
    encoded = {name: msgspec.Raw(msgspec.msgpack.encode(content, enc_hook=_name)) for name, content in contents.items()}
    (place / BUILT_FILE).write_bytes(msgspec.msgpack.encode(_Built(_digest_of_sources(place), encoded)))


def _digest_of_sources(place: Path) -> str:
    """Digest the files that are read, and the code of this room, which reads them."""
    code = sorted(Path(__file__).parent.glob("*.py"))
    files = [*(path for pattern in _SOURCES for path in sorted(place.glob(pattern))), *code]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _name(path: Any) -> str:
    return str(path.relative_to(folder("profiles")))


def _placed(kind: type, name: Any) -> Any:
    return kind(folder("profiles") / name)
