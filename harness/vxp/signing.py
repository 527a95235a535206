"""Signing the headers of a call, and verifying them over the bytes received.

The signature covers the parameters only: method, path, host and body are not signed; the body of `sendEdoc`
is bound by its digest in a signed parameter. Key order is the caller's own and is never changed.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from harness.vxp.headers import (
    HASH_HEADER,
    SIGN_HEADER,
    SIGN_HEADER_KEY,
    SPELLINGS,
    UNSIGNED,
    HeaderParameters,
    RawHeaders,
    header_text,
    parameter_values,
)
from harness.vxp.operations import PARAMETER_KEYS, PREFIX, VERSION

ProblemCode = Literal[
    "missing",
    "header-twice",
    "hash-mismatch",
    "not-utf8",
    "not-json",
    "not-object",
    "member-twice",
    "member-not-text",
    "member-differs",
    "member-without-header",
    "member-without-prefix",
    "key-list-differs",
    "key-with-prefix",
    "unsigned",
]

_PREFIX = PREFIX.lower()
ALWAYS_SIGNED = ("systemid", "timestamp", "content-type")
# Members as clients write them: most calls have no others.
_MEMBER_KEYS = {PREFIX + written: key for written, key in SPELLINGS.items()}
_MEMBERS = json.JSONDecoder(object_pairs_hook=tuple)
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x20), 0x2028, 0x2029)}
_ESCAPES |= {ord(sign): escape for sign, escape in _SHORT.items()}


@dataclass(frozen=True, slots=True)
class SigningProblem:
    """One thing wrong with a signature.

    Attributes:
        code: stable code.
        key: the parameter it is about, without prefix; empty where it is about the whole.
    """

    code: ProblemCode
    key: str = ""


@dataclass(frozen=True, slots=True)
class SignHeader:
    """The sign-header of a call as received.

    Attributes:
        raw: the bytes that the HMAC is made over.
        members: name and value of each member, in order.
        keys: the key list of its own header, in order.
    """

    raw: bytes
    members: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignHeaderCheck:
    """Outcome of verifying a call's signature.

    Attributes:
        problems: everything found wrong; empty when the signature is good.
        expected: what `hash-header` had to be, None when there is no sign-header or no secret.
        given: what it was, empty when missing.
    """

    problems: tuple[SigningProblem, ...]
    expected: str | None
    given: str

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def escaped(text: str) -> str:
    """Return `text` as a JSON string; only `"`, `\\`, control characters, U+2028 and U+2029 are escaped."""
    return f'"{text.translate(_ESCAPES)}"'


def sign_header(parameters: Sequence[tuple[str, str]]) -> str:
    """Return the compact JSON text that is signed: members in the order given, all values strings."""
    members = (f"{escaped(PREFIX + key)}:{escaped(value)}" for key, value in parameters)
    return "{" + ",".join(members) + "}"


def hash_header(secret: str, sign_header: bytes) -> str:
    """Return HMAC-SHA256 of the sign-header in lower-case hex; the key is the secret's text in UTF-8."""
    begun = _begun(secret).copy()
    begun.update(sign_header)
    return begun.hexdigest()


@lru_cache(maxsize=64)
def _begun(secret: str) -> hmac.HMAC:
    """Return an HMAC that has taken its key only: that is half the work for so short a text."""
    return hmac.new(secret.encode("utf-8", "replace"), digestmod="sha256")


def signed_headers(
    operation_params: Sequence[tuple[str, str]],
    *,
    system_id: str,
    secret: str,
    timestamp: str,
    content_type: str,
) -> list[tuple[str, str]]:
    """Return all header lines of a call, signed; text is to be written to the wire as UTF-8.

    Args:
        operation_params: keys without prefix and their values, in the order to be signed.
        system_id: id of the calling system.
        secret: its secret, used as text.
        timestamp: in the form of `harness.vxp.timestamps.timestamp`.
        content_type: sent both as a plain header and as a parameter.

    Raises:
        ValueError: a key or value holds a line break or NUL, which no header line can carry.
    """
    given = [
        ("systemid", system_id),
        *operation_params,
        ("timestamp", timestamp),
        ("Content-Type", content_type),
    ]
    pairs = [(_sendable(key), _sendable(value)) for key, value in given]
    signed = sign_header(pairs)
    return [
        ("Content-Type", _sendable(content_type)),
        *((PREFIX + key, value) for key, value in pairs),
        (PREFIX + SIGN_HEADER_KEY, ";".join(key for key, _ in pairs)),
        (PREFIX + SIGN_HEADER, signed),
        (PREFIX + HASH_HEADER, hash_header(secret, signed.encode("utf-8"))),
        (PREFIX + "version", VERSION),
    ]


def read_sign_header(headers: RawHeaders) -> SignHeader | SigningProblem:
    """Return the sign-header of a call, or what keeps it from being read."""
    return _read(parameter_values(headers))


def _read(found: Mapping[str, list[bytes]]) -> SignHeader | SigningProblem:
    if SIGN_HEADER not in found:
        return SigningProblem("missing", SIGN_HEADER)
    raw = found[SIGN_HEADER][0]
    try:
        content = _MEMBERS.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return SigningProblem("not-utf8", SIGN_HEADER)
    except (ValueError, RecursionError):
        return SigningProblem("not-json", SIGN_HEADER)
    if not isinstance(content, tuple):
        return SigningProblem("not-object", SIGN_HEADER)
    for name, value in content:
        if not isinstance(value, str):
            return SigningProblem("member-not-text", _key(name))
    key_list = header_text(found.get(SIGN_HEADER_KEY, [b""])[0])
    return SignHeader(raw, content, tuple(key_list.split(";")))


def verify(headers: RawHeaders, secret: str | None) -> SignHeaderCheck:
    """Verify the signature of a call over the bytes received, in constant time.

    Args:
        headers: all header lines of the call.
        secret: the caller's secret; None when the caller is unknown, so that only the form can be looked at.
    """
    return verify_parameters(HeaderParameters(headers), secret)


def verify_parameters(parameters: HeaderParameters, secret: str | None) -> SignHeaderCheck:
    """Verify the signature of a call whose header lines were read already; see `verify`."""
    found = parameters.found
    given = header_text(found.get(HASH_HEADER, [b""])[0])
    expected: str | None = None
    problems = [SigningProblem("missing", key) for key in (SIGN_HEADER_KEY, HASH_HEADER) if key not in found]
    problems += [SigningProblem("header-twice", key) for key, values in found.items() if len(values) > 1]
    if secret is not None and SIGN_HEADER in found:
        expected = hash_header(secret, found[SIGN_HEADER][0])
        if HASH_HEADER in found and not hmac.compare_digest(expected.encode(), found[HASH_HEADER][0]):
            problems.append(SigningProblem("hash-mismatch", HASH_HEADER))
    read = _read(found)
    problems += [read] if isinstance(read, SigningProblem) else _disagreements(read, found)
    return SignHeaderCheck(tuple(problems), expected, given)


def _disagreements(signed: SignHeader, found: dict[str, list[bytes]]) -> list[SigningProblem]:
    lowered = [_MEMBER_KEYS.get(name) or _key(name).lower() for name, _ in signed.members]
    once = set(lowered)
    problems = []
    if len(once) < len(lowered):
        problems += [SigningProblem("member-twice", key) for key in dict.fromkeys(lowered) if lowered.count(key) > 1]
    for (name, value), key in zip(signed.members, lowered, strict=True):
        received = found.get(key)
        if received is not None and name in _MEMBER_KEYS and _as_signed(value) == received[0]:
            continue
        problem = _member_against_header(name, value, None if received is None else received[0])
        if problem is not None:
            problems.append(problem)
    problems += [SigningProblem("missing", key) for key in ALWAYS_SIGNED if key not in once]
    if SIGN_HEADER_KEY in found:
        problems += _key_list(signed.keys, lowered)
    loose = (key for key in found if key not in once and key in PARAMETER_KEYS and key not in UNSIGNED)
    return problems + [SigningProblem("unsigned", key) for key in loose]


def _key_list(listed: Sequence[str], members: list[str]) -> list[SigningProblem]:
    """Compare the key list with the members; its keys carry no prefix, as the members do."""
    keys = [SPELLINGS.get(key) for key in listed]
    if keys == members:  # all known, and without prefix
        return []
    prefixed = [key for key in listed if _key(key) != key]
    problems = [SigningProblem("key-with-prefix", key) for key in prefixed[:1]]
    if members != [_key(key).lower() for key in listed]:
        problems.append(SigningProblem("key-list-differs", SIGN_HEADER_KEY))
    return problems


def _member_against_header(name: str, value: str, received: bytes | None) -> SigningProblem | None:
    if received is None:
        return SigningProblem("member-without-header", _key(name))
    if _key(name) == name:
        return SigningProblem("member-without-prefix", name)
    return None if _as_signed(value) == received else SigningProblem("member-differs", _key(name))


def _as_signed(value: str) -> bytes:
    """Return the value of a member as its header carries it."""
    return value.strip(" \t").encode("utf-8", "surrogatepass")


def _key(name: str) -> str:
    if name.startswith(PREFIX) or name.lower().startswith(_PREFIX):
        return name[len(PREFIX) :]
    return name


def _sendable(text: str) -> str:
    if any(sign in text for sign in "\r\n\0"):
        raise ValueError("a header line cannot carry a line break or NUL")
    return text.encode("utf-8", "replace").decode("utf-8")
