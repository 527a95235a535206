"""The digest of a file in the `hash-file` header: SHA-256, written in two ways.

The operator's own client prints each byte in hex without zero padding, so that 0x09 becomes `9`; both that
and the correct form are met on the wire. A digest without a byte below 0x10 looks the same in both.
"""

import hashlib
from typing import Literal

CRLF = b"\r\n"
_TWO_DIGITS = 0x10
Form = Literal["padded", "unpadded", "both"]


def hash_file(content: bytes, padded: bool = True) -> str:
    """Return the SHA-256 of a file in lower-case hex.

    Args:
        content: the file, without the CRLF that `sendEdoc` adds.
        padded: False for the form of the operator's client, 64 characters or fewer.
    """
    digest = hashlib.sha256(content).digest()
    return digest.hex() if padded else "".join(f"{byte:x}" for byte in digest)


def hash_file_form(content: bytes, given: str) -> Form | None:
    """Return the form in which `given` is the digest of `content`, or None when it is not its digest."""
    return digest_form(hashlib.sha256(content).digest(), given)


def digest_form(digest: bytes, given: str) -> Form | None:
    """Return the form in which `given` is written as this digest, or None when it is another."""
    wanted = given.lower()
    if digest.hex() == wanted:
        return "both" if min(digest) >= _TWO_DIGITS else "padded"
    return "unpadded" if "".join(f"{byte:x}" for byte in digest) == wanted else None


def with_trailer(file: bytes) -> bytes:
    """Return the body of a `sendEdoc` call: the file and the CRLF that belongs to no file."""
    return file + CRLF


def without_trailer(body: bytes) -> tuple[bytes, bool]:
    """Return the file in a `sendEdoc` body, and whether the CRLF was behind it."""
    return (body[: -len(CRLF)], True) if body.endswith(CRLF) else (body, False)
