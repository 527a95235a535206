"""The bodies of a run on disk, by their SHA-256: as they are, or gzipped where that makes them much smaller.

`blobs/<sha256>` is a body itself, `blobs/<sha256>.gz` the same gzipped; either way the name is the digest of the body.
"""

import hashlib
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

BLOB_FOLDER = "blobs"
GZIPPED = ".gz"
# Bytes that a gzipped body may expand to: more than the largest answer that a hub may give or take.
LARGEST_BODY = 512 * 1024**2

# A file takes up whole blocks of the disk, so that there is nothing to gain below one.
_WORTH_IT = 512
_LARGE = 1024**2
_SAMPLE = 128 * 1024
# Of what it was, at most: a large body must shrink by more than base64 does of itself, which costs seconds.
_SHRUNK, _LARGE_SHRUNK = 0.9, 0.6
_THOROUGH, _FAST = 6, 1
_GZIP = 31  # wbits of zlib
_STEP = 1024**2


def write_body(folder: Path, content: bytes) -> str:
    """Keep a body in a folder and return its name, its SHA-256 in hex; one that is there already is left alone.

    Raises:
        OSError: it cannot be written.
    """
    name = hashlib.sha256(content).hexdigest()
    if is_kept(folder, name):
        return name
    packed = _packed(content)
    path = folder / (name if packed is None else name + GZIPPED)
    part = path.with_name(f"{name}.{threading.get_ident()}.part")
    part.write_bytes(content if packed is None else packed)
    part.replace(path)
    return name


def is_kept(folder: Path, name: str) -> bool:
    """Return whether a folder has the body of this name, its SHA-256 in hex."""
    return (folder / name).exists() or (folder / (name + GZIPPED)).exists()


def read_body(folder: Path, name: str) -> bytes:
    """Return a body as its peer sent it; whether it is what its name says is for the caller to check.

    Args:
        folder: of the bodies.
        name: SHA-256 in hex.

    Raises:
        OSError: it is not there.
        ValueError: what is there is not gzipped, is cut, or expands beyond `LARGEST_BODY`.
    """
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        with (folder / (name + GZIPPED)).open("rb") as stream:
            return _unpacked(iter(lambda: stream.read(_STEP), b""))


def _packed(content: bytes) -> bytes | None:
    """Return a body gzipped; None where that gains too little for what it costs."""
    if len(content) < _WORTH_IT:
        return None
    if len(content) > _LARGE and not _shrinks(content):
        return None
    packed = _gzipped(content)
    return packed if len(packed) <= _SHRUNK * len(content) else None


def _shrinks(content: bytes) -> bool:
    """Tell from a piece of its middle whether a large body shrinks by much."""
    start = (len(content) - _SAMPLE) // 2
    return len(_gzipped(content[start : start + _SAMPLE])) <= _LARGE_SHRUNK * _SAMPLE


def _gzipped(content: bytes) -> bytes:
    # The time stays out of it, so that equal bodies make equal files.
    packer = zlib.compressobj(_THOROUGH if len(content) <= _LARGE else _FAST, wbits=_GZIP)
    return packer.compress(content) + packer.flush()


def _unpacked(steps: Iterator[bytes]) -> bytes:
    unpacker, found = zlib.decompressobj(_GZIP), bytearray()
    try:
        for step in steps:
            found += unpacker.decompress(step, LARGEST_BODY + 1 - len(found))
            if len(found) > LARGEST_BODY:
                raise ValueError(f"more than {LARGEST_BODY} bytes")
            if unpacker.eof:
                break
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError("cut")
    return bytes(found)
