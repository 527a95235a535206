"""Values as the journal can hold them: JSON that every reader reads back unchanged."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import msgspec

DEEPEST = 64
TOO_DEEP = "[too deep]"
_LARGEST_INTEGER = 2**63 - 1


def plain(value: Any, depth: int = 0) -> Any:
    """Return `value` as JSON values.

    The recorder must take whatever a hostile peer or a failing part of the harness leaves behind. So what JSON
    cannot say is said in text: lone surrogates as `\\udXXX`, numbers that are not finite by their name, whole
    numbers over 63 bits in hexadecimal, bytes in base64, and what is nested more than 64 levels deep not at all.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return _number(value)
    if depth >= DEEPEST:
        return TOO_DEEP
    if isinstance(value, Mapping):
        return {_key(key): plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, depth + 1) for part in value]
    return plain(_other(value), depth + 1)


def _text(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _number(value: float) -> int | float | str:
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST_INTEGER else hex(value)
    return float(value) if math.isfinite(value) else str(float(value))


def _key(key: object) -> str:
    return _text(key if isinstance(key, str) else str(key))


def _other(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    try:
        return msgspec.to_builtins(value)
    except (TypeError, ValueError, RecursionError):
        return repr(value)
