"""Entries of message files in the few forms of YAML that nearly all of them have, read without a YAML parser.

To load a parser and its tables takes longer than all else that a short call does. Nothing is guessed: where an entry
uses any other form, this says so, and the parser reads it.
"""

import re
from collections.abc import Iterator

Branch = dict[str, object]

_LINE = re.compile(r"( *)([A-Za-z][\w.-]*):(?: +(.+))?")
_QUOTED = r'"[^"\\]*"|' r"'[^']*'"
# A word first, so that it is neither a sign of YAML's nor a number; no comment and no further key.
_PLAIN = re.compile(r"[^\W\d_](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_PAIR = re.compile(rf" *([A-Za-z][\w.-]*): +({_QUOTED}|[^\W\d_][^,:#\[\]{{}}]*?) *([,}}])")
_QUOTED_ALONE = re.compile(_QUOTED)
_OTHER_THAN_TEXT = frozenset(word for each in ("true", "false", "null") for word in (each, each.title(), each.upper()))


class _Another(Exception):
    """The entry is written in another form."""


def plain_entry(written: str) -> Branch | None:
    """Return what an entry holds: mappings by key, with texts as leaves; None where a YAML parser must read it.

    Args:
        written: the entry, from its key on.
    """
    lines = written.split("\n")
    if lines[-1] or not all(line.isprintable() for line in lines):
        return None
    try:
        return _Lines(lines).branch(0)
    except _Another:
        return None


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._next = 0

    def branch(self, indent: int) -> Branch:
        """Read the keys that are indented this far, and what is below them."""
        found: Branch = {}
        while (line := self._ahead()) is not None:
            key = _LINE.fullmatch(line.rstrip(" "))
            if key is None or len(key[1]) > indent:
                raise _Another
            if len(key[1]) < indent:
                break
            if key[2] in found:
                raise _Another
            self._next += 1
            found[key[2]] = self._value(key[3], indent)
        if not found:
            raise _Another
        return found

    def _ahead(self) -> str | None:
        """Return the next line that says something."""
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if line.strip(" ") and not line.lstrip(" ").startswith("#"):
                return line
            self._next += 1
        return None

    def _value(self, written: str | None, indent: int) -> object:
        if written is None:
            line = self._ahead() or ""
            deeper = len(line) - len(line.lstrip(" "))
            if deeper <= indent:
                raise _Another
            return self.branch(deeper)
        if written == "|":
            return "".join(f"{line}\n" for line in self._block(indent))
        return _pairs(written) if written[0] == "{" else _text(written, _PLAIN)

    def _block(self, indent: int) -> Iterator[str]:
        """Yield the lines of a text that is kept as it is, without the empty ones at its end."""
        first = self._lines[self._next] if self._next < len(self._lines) else ""
        deeper = len(first) - len(first.lstrip(" "))
        if deeper <= indent or not first.strip(" "):
            raise _Another
        empty = 0
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if line and not line.startswith(" " * deeper):
                break
            self._next += 1
            if not line:
                empty += 1
                continue
            yield from [""] * empty
            empty = 0
            yield line[deeper:]


def _pairs(written: str) -> Branch:
    found: Branch = {}
    place = 1
    while True:
        pair = _PAIR.match(written, place)
        if pair is None or pair[1] in found:
            raise _Another
        found[pair[1]] = _text(pair[2], _PLAIN)
        place = pair.end()
        if pair[3] == "}":
            break
    if place != len(written):
        raise _Another
    return found


def _text(written: str, plain: re.Pattern[str]) -> str:
    if _QUOTED_ALONE.fullmatch(written):
        return written[1:-1]
    if not plain.fullmatch(written) or written.endswith(":") or written in _OTHER_THAN_TEXT:
        raise _Another
    return written
