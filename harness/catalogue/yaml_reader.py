"""YAML files read strictly, with the file and line of every part.

The values are those of YAML's core schema: true, false, null, decimal numbers, and text. A number with a leading
zero is text (status codes), and so are dates and the words `off` and `no`, which older YAML takes for false.
Tags, keys that are not plain text and several documents in a file are refused. What an alias stands for counts as
if it were written again, so that a file cannot be larger than it looks.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.file_text import LARGEST_FILE, text_of
from harness.catalogue.yaml_depth import too_deep_line

Key = str | int
Steps = tuple[Key, ...]
Place = tuple[Path, int]

LARGEST_VALUE = 4 * LARGEST_FILE
DEEPEST = 32

# PyYAML built without libyaml has no C loader; both give the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from YAML, and where each of its parts is.

    Attributes:
        value: plain mappings with text keys, lists and scalars.
        places: path of keys to (file, line from 1); the empty path is always there.
    """

    value: Any
    places: Mapping[Steps, Place]

    def place(self, steps: Steps) -> Place:
        """Return file and line of the nearest part at or above `steps`."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places[steps]


def read(path: Path) -> Located:
    """Read one YAML file; an empty one is an empty mapping.

    Raises:
        ConfigurationError: the file is missing, unreadable, too large, not UTF-8, not YAML, has a key twice,
            or uses what is refused here; with file and line.
    """
    return parsed(text_of(path), path)


def parsed(text: str, path: Path) -> Located:
    """Read what a YAML file holds, or a part of it that stands alone; see `read`.

    Args:
        text: the content.
        path: of the file, which errors name.
    """
    reader = _Reader(path, _events(text))
    try:
        return reader.document()
    except yaml.YAMLError as error:
        raise _broken(error, text, path) from error


def _events(text: str) -> Iterator[Any]:
    return yaml.parse(text, Loader=_LOADER)


def _broken(error: yaml.YAMLError, text: str, path: Path) -> ConfigurationError:
    """Say what is wrong where the parser stopped: the project's own limit decides before the parser's."""
    mark = getattr(error, "problem_mark", None)
    place = int(getattr(error, "position", len(text)) if mark is None else mark.index)
    deep = too_deep_line(text[:place], DEEPEST)
    if deep is not None:
        return ConfigurationError("yaml.too-deep", path=path, line=deep, limit=DEEPEST)
    detail = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    line = text.count("\n", 0, place) if mark is None else int(mark.line)
    return ConfigurationError("yaml.broken", path=path, line=line + 1, detail=detail)


class _Anchored(NamedTuple):
    """A value that aliases may repeat: how much it holds, and how many levels it has below itself."""

    value: Any
    size: int
    height: int


class _Reader:
    """Builds plain values straight from the parser's events: nothing is composed, so nothing can blow up."""

    def __init__(self, path: Path, events: Iterator[Any]) -> None:
        self._path = path
        self._events = events
        self._places: dict[Steps, Place] = {(): (path, 1)}
        self._size = 0
        self._deepest = 0
        self._anchors: dict[str, _Anchored] = {}

    def document(self) -> Located:
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused("yaml.several-documents", event)
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                value = self._value(event, ())
        return Located({} if value is None else value, self._places)

    def _value(self, event: Any, steps: Steps) -> Any:
        self._places.setdefault(steps, (self._path, _line(event)))
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(event, len(steps))
        if event.tag is not None:
            raise self._refused("yaml.tag", event, tag=event.tag)
        self._reach(len(steps), event)
        if event.anchor is None:
            return self._new(event, steps)
        return self._anchored(event, steps)

    def _anchored(self, event: Any, steps: Steps) -> Any:
        size, deepest = self._size, self._deepest
        self._deepest = len(steps)
        value = self._new(event, steps)
        self._anchors[event.anchor] = _Anchored(value, self._size - size, self._deepest - len(steps))
        self._deepest = max(deepest, self._deepest)
        return value

    def _new(self, event: Any, steps: Steps) -> Any:
        self._size += 1
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(steps)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(steps)
        return _scalar(self._whole(event), plain=event.implicit[0])

    def _whole(self, event: Any) -> str:
        """Return the text of a scalar; half a character, which not every parser refuses, cannot be written again."""
        text: str = event.value
        self._size += len(text)
        half = None if text.isascii() else _SURROGATE.search(text)
        if half is not None:
            raise self._refused("yaml.broken", event, detail=ascii(half[0]))
        return text

    def _repeated(self, event: Any, depth: int) -> Any:
        """Return what an alias stands for; inside its own anchor it stands for nothing yet."""
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise self._refused("yaml.alias", event, name=event.anchor)
        self._reach(depth + anchored.height, event)
        self._size += anchored.size
        if self._size > LARGEST_VALUE:
            raise self._refused("yaml.too-much", event, limit=LARGEST_VALUE)
        return anchored.value

    def _reach(self, depth: int, event: Any) -> None:
        self._deepest = max(self._deepest, depth)
        if depth > DEEPEST:
            raise self._refused("yaml.too-deep", event, limit=DEEPEST)

    def _mapping(self, steps: Steps) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag is not None:
                raise self._refused("yaml.key-not-text", event)
            key = self._whole(event)
            if key in result:
                raise self._refused("yaml.key-twice", event, key=key)
            self._places[(*steps, key)] = (self._path, _line(event))
            result[key] = self._value(next(self._events), (*steps, key))
        return result

    def _sequence(self, steps: Steps) -> list[Any]:
        result: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            result.append(self._value(event, (*steps, len(result))))
        return result

    def _refused(self, code: str, event: Any, **parameters: object) -> ConfigurationError:
        return ConfigurationError(code, path=self._path, line=_line(event), **parameters)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(text: str, *, plain: bool) -> str | int | float | bool | None:
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
