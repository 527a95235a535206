"""Keeps secrets out of the evidence: whatever is written passes here first."""

import base64
import urllib.parse
from typing import Any

SHORTEST_SECRET = 8
MARK = "[secret]"


class Concealer:
    """Replaces every known secret, and its usual encodings, in text and bytes."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, secret: str) -> None:
        """Conceal `secret` from now on.

        Raises:
            ValueError: it is too short to be told from ordinary text.
        """
        if len(secret) < SHORTEST_SECRET:
            raise ValueError("secret too short")
        raw = secret.encode()
        self._forms |= {
            secret,
            raw.hex(),
            base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
            urllib.parse.quote(secret, safe=""),
        }

    def holds(self, content: bytes) -> bool:
        """Tell whether `content` holds a secret in any known form."""
        return any(form.encode() in content for form in self._forms)

    def bytes(self, content: bytes) -> bytes:
        """Return `content` with every secret replaced by a mark."""
        for form in sorted(self._forms, key=len, reverse=True):
            content = content.replace(form.encode(), MARK.encode())
        return content

    def value(self, value: Any) -> Any:
        """Return a JSON value with every secret in its texts replaced by a mark."""
        if isinstance(value, str):
            for form in sorted(self._forms, key=len, reverse=True):
                value = value.replace(form, MARK)
            return value
        if isinstance(value, dict):
            return {self.value(key): self.value(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(part) for part in value]
        return value
