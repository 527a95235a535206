"""One event of a record, whole: headers, body, and an XML body element by element, fit for a terminal."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.catalogue.findings import clipped
from harness.journal import Event, JournalBroken, Record
from harness.journal.events import RequestReceived

_LONGEST = 400  # characters of a line
_MOST = 400  # lines of a body
_LARGEST = 4 * 1024 * 1024
_BODIES = ("body", "package", "blob")
_between = re.compile(r"(?<=>)\s*(?=<)")
_base64 = re.compile(r"(?<=>)([A-Za-z0-9+/=\s]{120,})(?=<)")
# Possessive: a hostile body may have a million characters without the end of a tag.
_tag = re.compile(r"<(/?)[^\s<>/!?]++([^<>]*+)>")


def lines_of(event: Event, record: Record) -> Iterator[str]:
    """Yield an event as lines of text; whatever a candidate wrote is made visible.

    Args:
        event: of the record.
        record: holds the bodies.
    """
    data = dict(event.members)
    yield f"#{event.seq}  {event.at}  +{event.elapsed:.3f} s  {event.kind}" + (
        f"  {event.scenario}" if event.scenario else ""
    )
    if isinstance(event.what, RequestReceived):
        yield clipped(
            f"{data.pop('method', '')} {data.pop('target', '')} HTTP/{data.pop('http_version', '')}", _LONGEST
        )
        for name, value in data.pop("headers", ()):
            yield clipped(f"{name}: {value}", _LONGEST)
    else:
        for key, value in data.items():
            if key not in _BODIES:
                yield f"{key}: {_value(value)}"
    content = _content(data, record)
    if content is not None:
        yield ""
        yield from body_lines(content)


def events_about(document: str, record: Record) -> Iterator[Event]:
    """Yield the events that name a document, or an item of the hub's."""
    for event in record.events:
        if document in json.dumps(event.members, ensure_ascii=False, default=str):
            yield event


def body_lines(content: bytes) -> Iterator[str]:
    """Yield a body as lines: XML and JSON indented, long base64 cut, everything else as it is."""
    text = content[:_LARGEST].decode("utf-8", "backslashreplace")
    lines = _laid_out(text)
    for number, line in enumerate(lines):
        if number == _MOST:
            yield f"… ({len(content)} B)"
            return
        yield clipped(line, _LONGEST)


def _laid_out(text: str) -> Iterator[str]:
    head = text.lstrip()
    if head.startswith("<"):
        yield from _elements(text)
        return
    try:
        yield from json.dumps(json.loads(text), ensure_ascii=False, indent=2).splitlines()
    except (ValueError, RecursionError):
        yield from text.splitlines()


def _elements(text: str) -> Iterator[str]:
    """Lay XML out by its tags alone: it may be broken, so no parser is used."""
    depth = 0
    for piece in _between.split(_base64.sub(_cut, text)):
        tags = _tag.findall(piece)
        closing = bool(tags) and tags[0][0] == "/"
        depth = max(0, depth - closing)
        yield "  " * min(depth, 20) + piece.strip()
        depth += sum(1 for slash, rest in tags if not slash and not rest.endswith("/"))
        depth = max(0, depth - sum(1 for slash, _ in tags if slash) + closing)


def _cut(found: re.Match[str]) -> str:
    content = found[1].strip()
    return f"{content[:40]}… ({len(content)})"


def _content(data: Mapping[str, Any], record: Record) -> bytes | None:
    """Return the body that an event keeps, None where it keeps none or only its digest."""
    for key in _BODIES:
        kept = data.get(key)
        name = kept.get("blob") if isinstance(kept, Mapping) else kept
        if isinstance(name, str):
            try:
                return record.blob(name)
            except JournalBroken:
                continue
    return None


def _value(value: Any) -> str:
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clipped(written, _LONGEST)
