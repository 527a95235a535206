"""YAML files read strictly: what is not known is refused, with file and line.

Files are read into plain values beside a map of where each value stands, so that a value taken over from
another file (`extends`) is still blamed on the file and line it came from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml

from harness.catalogue.errors import ConfigurationError

Key = str | int
Steps = tuple[Key, ...]
T = TypeVar("T")

_LARGEST_FILE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from YAML, and where each of its parts stands.

    Attributes:
        value: plain mappings, lists and scalars.
        places: path of keys to (file, line from 1).
    """

    value: Any
    places: Mapping[Steps, tuple[Path, int]]

    def place(self, steps: Steps) -> tuple[Path, int]:
        """Return file and line of the nearest part at or above `steps`."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places[steps]


def read(path: Path) -> Located:
    """Read one YAML file.

    Raises:
        ConfigurationError: the file is missing, unreadable, not UTF-8, not YAML, or has a key twice.
    """
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= _LARGEST_FILE else None
    except UnicodeDecodeError as error:
        raise ConfigurationError("file.not-utf8", path=path, detail=error.reason) from error
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error.strerror or error) from error
    if text is None:
        raise ConfigurationError("file.too-large", path=path, limit=_LARGEST_FILE)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigurationError("yaml.broken", path=path, line=line, detail=getattr(error, "problem", error)) from error
    places: dict[Steps, tuple[Path, int]] = {(): (path, 1)}
    value = _plain(node, (), path, places) if node is not None else {}
    return Located(value, places)


def merged(base: Located, top: Located) -> Located:
    """Lay `top` over `base`: mappings are merged key by key, everything else is replaced."""
    places = dict(base.places)
    value = _merge(base.value, top.value, (), places, top.places)
    return Located(value, places)


def convert(located: Located, kind: type[T]) -> T:
    """Turn plain values into the type `kind`.

    Raises:
        ConfigurationError: a key is unknown or missing, or a value is not of its type; names file and line.
    """
    try:
        return msgspec.convert(located.value, kind, strict=True)
    except msgspec.ValidationError as error:
        steps = tuple(_failing(located.value, kind))
        path, line = located.place(steps)
        name = ".".join(str(step) for step in steps) or "-"
        detail = str(error).partition(" - at ")[0]
        raise ConfigurationError("yaml.wrong-value", path=path, line=line, key=name, detail=detail) from error


def _plain(node: yaml.Node, steps: Steps, path: Path, places: dict[Steps, tuple[Path, int]]) -> Any:
    places[steps] = (path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, steps, path, places)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*steps, index), path, places) for index, item in enumerate(node.value)]
    return _scalar(node, path)


def _mapping(node: yaml.MappingNode, steps: Steps, path: Path, places: dict[Steps, tuple[Path, int]]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node, path)
        line = key_node.start_mark.line + 1
        if key in result:
            raise ConfigurationError("yaml.key-twice", path=path, line=line, key=key)
        result[key] = _plain(value_node, (*steps, key), path, places)
        places[(*steps, key)] = (path, line)
    return result


def _scalar(node: yaml.Node, path: Path) -> Any:
    try:
        value = yaml.CSafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        line = node.start_mark.line + 1
        raise ConfigurationError("yaml.broken", path=path, line=line, detail=error) from error
    return value if isinstance(value, str | int | float | bool | None) else str(node.value)


def _merge(base: Any, top: Any, steps: Steps, places: dict[Steps, tuple[Path, int]], top_places: Mapping[Steps, tuple[Path, int]]) -> Any:
    if steps in top_places:
        places[steps] = top_places[steps]
    if isinstance(base, dict) and isinstance(top, dict):
        result = dict(base)
        for key, value in top.items():
            result[key] = _merge(base.get(key), value, (*steps, key), places, top_places)
        return result
    for inner, place in top_places.items():
        if inner[: len(steps)] == steps:
            places[inner] = place
    return top


def _failing(value: Any, kind: Any) -> Iterator[Key]:
    """Yield the keys that lead to the first part of `value` that is not of its type."""
    for key, part, part_kind in _parts(value, kind):
        try:
            msgspec.convert(part, part_kind, strict=True)
        except msgspec.ValidationError:
            yield key
            yield from _failing(part, part_kind)
            return


def _parts(value: Any, kind: Any) -> Iterator[tuple[Key, Any, Any]]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        chosen = [option for option in arguments if option is not type(None)]
        if len(chosen) == 1:
            yield from _parts(value, chosen[0])
    elif isinstance(value, dict) and origin in (dict, Mapping):
        yield from ((key, part, arguments[1]) for key, part in value.items())
    elif isinstance(value, list) and origin in (list, tuple, frozenset):
        yield from ((index, part, arguments[0]) for index, part in enumerate(value))
    elif isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        for key, part in value.items():
            yield key, part, hints.get(key, Literal["-"])
