"""Keeps secrets out of the evidence: whatever is written passes here first."""

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from harness.journal.plain import plain

SHORTEST_SECRET = 8
MARK = "[secret]"
_BASE64_GROUP = 3
_WIDE = ("utf-16-le", "utf-16-be")
# Signs that many clients leave as they are in a query.
_IN_QUERIES = "/:?#[]@!$&'()*+,;="
_ESCAPE = re.compile("%[0-9A-F]{2}")


class Redactor:
    """Replaces every known secret, and its usual encodings, in text and bytes."""

    def __init__(self) -> None:
        self._texts: tuple[str, ...] = ()
        self._bytes: tuple[bytes, ...] = ()

    def add(self, secret: str) -> None:
        """Conceal `secret` from now on.

        Raises:
            ValueError: it is too short to be distinguished from ordinary text, or cannot be encoded.
        """
        if len(secret) < SHORTEST_SECRET:
            raise ValueError("secret too short")
        forms = _forms(secret)
        raw = {form.encode() for form in forms}
        # Header lines are recorded byte for byte, which is Latin-1.
        texts = {*self._texts, *forms, *(form.decode("latin-1") for form in raw)}
        raw |= {*self._bytes, *map(secret.encode, _WIDE)}
        # The longest first: a shorter form may be a part of a longer one.
        self._texts = tuple(sorted(texts, key=len, reverse=True))
        self._bytes = tuple(sorted(raw, key=len, reverse=True))

    def holds(self, content: bytes) -> bool:
        """Return whether `content` holds a secret in any known form."""
        return any(form in content for form in self._bytes)

    def bytes(self, content: bytes) -> bytes:
        """Return `content` with every secret replaced by a mark."""
        for form in self._bytes:
            content = content.replace(form, MARK.encode())
        return content

    def text(self, content: str) -> str:
        """Return `content` with every secret replaced by a mark."""
        for form in self._texts:
            content = content.replace(form, MARK)
        return content

    def value(self, value: Any) -> Any:
        """Return `value` as plain JSON values, with every secret in its texts replaced by a mark."""
        return self._concealed(plain(value))

    def _concealed(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self._concealed(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._concealed(part) for part in value]
        return value


def _forms(secret: str) -> set[str]:
    raw = secret.encode()
    texts = {
        secret,
        html.escape(secret),
        html.escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        raw.hex(),
        raw.hex().upper(),
        *_percent(raw),
        *_base64(raw),
    }
    return {text for text in texts if len(text) >= SHORTEST_SECRET}


def _percent(raw: bytes) -> Iterator[str]:
    written = {urllib.parse.quote(raw, safe=safe) for safe in ("", "/", _IN_QUERIES)}
    written |= {urllib.parse.quote_plus(raw), "".join(f"%{byte:02X}" for byte in raw)}
    for text in written:
        yield text
        yield _ESCAPE.sub(lambda escape: escape[0].lower(), text)


def _base64(raw: bytes) -> Iterator[str]:
    """Yield what base64 makes of a secret wherever it begins in the encoded bytes, as in `user:secret`."""
    for before in range(_BASE64_GROUP):
        padded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        # The first characters mix in what comes before the secret, the last one what comes after it.
        start = 0 if before == 0 else before + 1
        end = len(padded) if (before + len(raw)) % _BASE64_GROUP == 0 else len(padded) - 1
        yield padded[start:end]
        yield padded[start:end].replace("+", "-").replace("/", "_")
