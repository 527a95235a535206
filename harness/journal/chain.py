"""How events are chained: each carries the digest of the one before it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIRST = "0" * 64


def canonical(value: object) -> bytes:
    """Return the one JSON form of `value`: keys sorted, no blanks, UTF-8; equal values give equal bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def written(event: Mapping[str, Any]) -> bytes:
    """Return an event as the journal has it: one line of ASCII, without its line end."""
    return json.dumps(event, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def link(event: Mapping[str, Any]) -> str:
    """Return the digest, in hex, over an event without its own `hash`; the event holds its predecessor's in `prev`."""
    return hashlib.sha256(canonical({key: value for key, value in event.items() if key != "hash"})).hexdigest()
