"""A call's signature taken apart: the sign-header received, the one that its headers imply, and where they differ."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.vxp.headers import (
    HASH_HEADER,
    SIGN_HEADER,
    SIGN_HEADER_KEY,
    RawHeaders,
    header_text,
    parameter_values,
)
from harness.vxp.operations import PREFIX
from harness.vxp.signing import SignHeader, read_sign_header, sign_header

_AROUND = 24

Mistake = Literal[
    "other-text", "upper-case", "base64", "line-break", "spaces", "escaped", "one-byte-letters", "secret-base64",
    "secret-hex", "secret-line-break", "no-key", "secret-before", "sha1", "sha512", "body",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignatureLook:
    """One signature, as a developer needs to see it.

    Attributes:
        received: the sign-header as it came: exactly these bytes are signed.
        rebuilt: the sign-header as the other headers say it, in the order of the key list.
        differs: first byte at which the two differ, from 0; None where they are equal.
        given: hash-header as it came, empty when missing.
        expected: what it had to be; None where that cannot be said.
        mistake: what was done instead, where the given hash tells; None where it does not.
    """

    received: bytes
    rebuilt: bytes
    differs: int | None
    given: str
    expected: str | None
    mistake: Mistake | None

    @property
    def around(self) -> tuple[bytes, bytes, bytes]:
        """What both say before the first difference, and what each says from there; empty where there is none."""
        at = self.differs
        if at is None:
            return b"", b"", b""
        return (
            self.received[max(0, at - _AROUND) : at],
            self.received[at : at + _AROUND],
            self.rebuilt[at : at + _AROUND],
        )


def signature_look(headers: RawHeaders, expected: str | None, secret: str | None, body: bytes = b"") -> SignatureLook:
    """Take the signature of a call apart.

    Args:
        headers: header lines as received.
        expected: what the hash-header had to be, as the hub has found.
        secret: of the caller; None when it is unknown, so that nothing is tried.
        body: of the call, which some sign by mistake.
    """
    found = parameter_values(headers)
    received = found.get(SIGN_HEADER, [b""])[0]
    given = header_text(found.get(HASH_HEADER, [b""])[0])
    rebuilt = _rebuilt(found)
    mistake = None
    if secret and expected and given != expected:
        mistake = _mistake(headers, received, rebuilt, given, secret, body)
    return SignatureLook(received, rebuilt, _first_difference(received, rebuilt), given, expected, mistake)


def _rebuilt(found: dict[str, list[bytes]]) -> bytes:
    """Write the sign-header from the headers: the keys of the key list, and for each what its header says."""
    listed = header_text(found.get(SIGN_HEADER_KEY, [b""])[0])
    keys = [key for key in listed.split(";") if key]
    bare = [key[len(PREFIX) :] if key.lower().startswith(PREFIX.lower()) else key for key in keys]
    pairs = [(key, header_text(found[key.lower()][0])) for key in bare if key.lower() in found]
    return sign_header(pairs).encode("utf-8", "replace")


def _first_difference(received: bytes, rebuilt: bytes) -> int | None:
    if received == rebuilt:
        return None
    pairs = enumerate(zip(received, rebuilt, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(received), len(rebuilt)))


def _mistake(
    headers: RawHeaders, received: bytes, rebuilt: bytes, given: str, secret: str, body: bytes
) -> Mistake | None:
    """Return the mistake that leads to the hash that came: each is tried, none is guessed."""
    key = secret.encode("utf-8", "replace")
    right = hmac.new(key, received, hashlib.sha256).digest()
    if given.lower() == right.hex():
        return "upper-case"
    for name, make in _digests(headers, received, rebuilt, key, body):
        try:
            digest = make()
        except ValueError:
            continue
        if given.lower() == digest.hex():
            return name
    encoded = base64.b64encode(right).decode(), base64.b64encode(right.hex().encode()).decode()
    return "base64" if given.rstrip("=") in {one.rstrip("=") for one in encoded} else None


def _digests(
    headers: RawHeaders, received: bytes, rebuilt: bytes, key: bytes, body: bytes
) -> Iterator[tuple[Mistake, Callable[[], bytes]]]:
    def mac(content: bytes, with_key: bytes = key, algorithm: str = "sha256") -> Callable[[], bytes]:
        return lambda: hmac.new(with_key, content, algorithm).digest()

    if rebuilt != received:
        yield "other-text", mac(rebuilt)
    for ending in (b"\n", b"\r\n"):
        yield "line-break", mac(received + ending)
        yield "secret-line-break", mac(received, key + ending)
    signed = read_sign_header(headers)
    if isinstance(signed, SignHeader):
        yield "spaces", mac(_written(signed.members))
        yield "escaped", mac(_written(signed.members, separators=(",", ":"), ensure_ascii=True))
        yield "escaped", mac(received.replace(b"/", b"\\/"))
    yield "one-byte-letters", mac(received.decode("utf-8", "replace").encode("ascii", "replace"))
    yield "one-byte-letters", mac(received.decode("utf-8", "replace").encode("latin-1", "replace"))
    yield "secret-base64", lambda: mac(received, base64.b64decode(key, validate=True))()
    yield "secret-hex", lambda: mac(received, bytes.fromhex(key.decode("utf-8", "replace")))()
    yield "no-key", lambda: hashlib.sha256(received).digest()
    yield "secret-before", lambda: hashlib.sha256(key + received).digest()
    yield "secret-before", lambda: hashlib.sha256(received + key).digest()
    yield "sha1", mac(received, algorithm="sha1")
    yield "sha512", mac(received, algorithm="sha512")
    if body:
        yield "body", mac(body)


def _written(members: Sequence[tuple[str, str]], **form: Any) -> bytes:
    return json.dumps(dict(members), **({"ensure_ascii": False} | form)).encode("utf-8", "replace")
