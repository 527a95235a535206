"""Plain values turned into typed ones, and one file laid over another; errors name file and line."""

import enum
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.yaml_reader import Key, Located, Place, Steps, read

__all__ = ["Located", "convert", "merged", "read", "without_nulls"]

T = TypeVar("T")


def convert(located: Located, kind: type[T]) -> T:
    """Turn plain values into the type `kind`.

    Raises:
        ConfigurationError: a key is unknown or missing, or a value is not of its type; names file and line.
    """
    try:
        return msgspec.convert(located.value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _blamed(located, kind) from error


def merged(base: Located, top: Located) -> Located:
    """Lay `top` over `base`: mappings are merged key by key, everything else is replaced."""
    places = dict(base.places)
    return Located(_merge(base.value, top.value, (), places, top.places), places)


def without_nulls(value: Any, kind: Any) -> Any:
    """Return `value` without the entries that are null, in every mapping that the type `kind` leaves open.

    A file that extends another takes an entry of it away by setting it to null.
    """
    shape = _only(kind, value)
    if not isinstance(value, dict):
        return value
    if get_origin(shape) is dict:
        part_kind = get_args(shape)[1]
        return {key: without_nulls(part, part_kind) for key, part in value.items() if part is not None}
    if _is_struct(shape):
        hints = _hints(shape)
        return {key: without_nulls(part, hints.get(key)) for key, part in value.items()}
    return value


@cache
def _hints(struct: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(struct)


def _merge(base: Any, top: Any, steps: Steps, places: dict[Steps, Place], above: Mapping[Steps, Place]) -> Any:
    if steps in above:
        places[steps] = above[steps]
    if isinstance(top, dict):
        result = dict(base) if isinstance(base, dict) else {}
        for key, part in top.items():
            result[key] = _merge(result.get(key), part, (*steps, key), places, above)
        return result
    if isinstance(top, list):
        return [_merge(None, part, (*steps, index), places, above) for index, part in enumerate(top)]
    return top


class _Fault(NamedTuple):
    steps: Steps
    value: Any
    kind: Any


def _blamed(located: Located, kind: Any) -> ConfigurationError:
    fault = _fault(_Fault((), located.value, kind))
    shape = _only(fault.kind, fault.value)
    if isinstance(fault.value, dict):
        if _is_struct(shape):
            return _wrong_key(located, fault, shape)
        options = _tagged(shape)
        if options:
            return _wrong_tag(located, fault, options)
    choices = _choices(shape)
    if choices and isinstance(fault.value, str):
        return _not_allowed(located, fault.steps, fault.value, choices)
    path, line = located.place(fault.steps)
    expected = "text" if choices else _called(shape)
    received = _called(type(fault.value))
    key = _dotted(fault.steps)
    return ConfigurationError(
        "yaml.wrong-type", path=path, line=line, key=key, expected=expected, received=received
    )  # fmt: skip


def _not_allowed(located: Located, steps: Steps, value: object, choices: list[str]) -> ConfigurationError:
    path, line = located.place(steps)
    known = ", ".join(choices)
    return ConfigurationError("yaml.not-allowed", path=path, line=line, key=_dotted(steps), value=value, known=known)


def _wrong_tag(located: Located, fault: _Fault, options: list[Any]) -> ConfigurationError:
    field = options[0].__struct_config__.tag_field
    steps = (*fault.steps, field)
    if field in fault.value:
        tags = [str(option.__struct_config__.tag) for option in options]
        return _not_allowed(located, steps, fault.value[field], tags)
    path, line = located.place(fault.steps)
    return ConfigurationError("yaml.missing-key", path=path, line=line, key=_dotted(steps))


def _wrong_key(located: Located, fault: _Fault, shape: Any) -> ConfigurationError:
    config = shape.__struct_config__
    known = [*shape.__struct_fields__, *([config.tag_field] if config.tag_field else [])]
    for key in fault.value:
        if key not in known:
            path, line = located.place((*fault.steps, key))
            name = _dotted((*fault.steps, key))
            return ConfigurationError("yaml.unknown-key", path=path, line=line, key=name, known=", ".join(known))
    path, line = located.place(fault.steps)
    required = [field.name for field in msgspec.structs.fields(shape) if field.required]
    missing = [_dotted((*fault.steps, name)) for name in required if name not in fault.value]
    return ConfigurationError("yaml.missing-key", path=path, line=line, key=", ".join(missing))


def _fault(whole: _Fault) -> _Fault:
    """Find the deepest first part that is not of its type."""
    for part in _parts(whole):
        try:
            msgspec.convert(part.value, part.kind, strict=True)
        except msgspec.ValidationError:
            return _fault(part)
    return whole


def _parts(whole: _Fault) -> Iterator[_Fault]:
    steps, value, kind = whole
    shape = _only(kind, value)
    origin, arguments = get_origin(shape), get_args(shape)
    if isinstance(value, dict) and origin is dict:
        yield from (_Fault((*steps, key), part, arguments[1]) for key, part in value.items())
    elif isinstance(value, list) and origin in (list, tuple):
        yield from (_Fault((*steps, index), part, arguments[0]) for index, part in enumerate(value))
    elif isinstance(value, dict) and _is_struct(shape):
        hints = get_type_hints(shape)
        yield from (_Fault((*steps, key), part, hints[key]) for key, part in value.items() if key in hints)


def _only(kind: Any, value: Any) -> Any:
    """Return the one option of a union that `value` can be meant for, else `kind` itself."""
    options = _options(kind)
    if len(options) == 1:
        return options[0]
    tagged = _tagged(kind)
    if not tagged or not isinstance(value, dict):
        return kind
    tag = value.get(tagged[0].__struct_config__.tag_field)
    return next((option for option in tagged if option.__struct_config__.tag == tag), kind)


def _options(kind: Any) -> list[Any]:
    if get_origin(kind) not in (Union, UnionType):
        return [kind]
    return [option for option in get_args(kind) if option is not type(None)]


def _tagged(kind: Any) -> list[Any]:
    """Return the options of a union of types that a key of the value tells apart, else nothing."""
    options = _options(kind)
    distinguishable = len(options) > 1 and all(_is_struct(option) for option in options)
    return options if distinguishable else []


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [str(choice.value) for choice in kind]
    return []


_CALLED = {str: "text", int: "integer", float: "number", bool: "true/false", type(None): "null", date: "day YYYY-MM-DD"}


def _called(kind: Any) -> str:
    if _is_struct(kind) or get_origin(kind) is dict or kind is dict:
        return "mapping"
    if get_origin(kind) in (list, tuple) or kind is list:
        return "list"
    return _CALLED.get(kind, str(kind))


def _dotted(steps: tuple[Key, ...]) -> str:
    return ".".join(str(step) for step in steps) or "-"
