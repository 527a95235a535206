"""Hostile text made fit to be shown to people."""

import unicodedata

CLIP = 200
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
_WIDE = 0x10000
_SHOWN = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clipped(text: str, limit: int = CLIP) -> str:
    """Make hostile text fit to be shown: at most `limit` characters, what is invisible made visible."""
    head = text[:limit]
    # Printable is just what is in none of the categories below, but for the blank; most texts are.
    shown = head if head.isprintable() else "".join(_SHOWN.get(sign) or _visible(sign) for sign in head)
    return shown if len(text) <= limit else f"{shown}… ({len(text)})"


def _visible(sign: str) -> str:
    if sign == " " or unicodedata.category(sign) not in _INVISIBLE:
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < _WIDE else f"\\U{ord(sign):08x}"
