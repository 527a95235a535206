"""What a program sends, checked before anything is made of it: neither NUL nor half a sign, which no database keeps."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.console.api.address import AskedValue

GREATEST_KEY = 2**31 - 1
_LONGEST_NAME = 200
_LONGEST_NUMBER = 11

S = TypeVar("S", bound=msgspec.Struct)


def sent_as(shape: type[S], body: bytes) -> S:
    """Return a body as the shape that an address wants.

    Raises:
        MsgspecError: it is none.
    """
    try:
        content = msgspec.json.decode(body, type=shape)
        whole = msgspec.to_builtins(content)
    except RecursionError as error:
        raise msgspec.ValidationError("nested too deeply") from error
    if not _all_plain(whole):
        raise msgspec.ValidationError("NUL or a surrogate in a text")
    return content


def is_plain(words: str) -> bool:
    """Return whether a text has neither NUL nor half a sign."""
    return "\0" not in words and not any("\ud800" <= sign <= "\udfff" for sign in words)


def check_asked(values: Iterable[AskedValue], query: Mapping[str, str]) -> None:
    """Check the values of a query: one that is not understood would otherwise ask for something else.

    Args:
        values: that the address knows; others are passed over.
        query: as sent.

    Raises:
        ConfigurationError: one is not what it can be.
    """
    for value in values:
        given = query.get(value.name)
        if given is None:
            continue
        known = ", ".join(value.choices) or value.kind
        if not is_plain(given) or (value.choices and given not in value.choices) or not _is_of_kind(value, given):
            raise ConfigurationError("console.asked", name=value.name, value=given, known=known)


def plain_path(parameters: Mapping[str, Any]) -> bool:
    """Return whether the parameters of a path can name anything at all."""
    return all(
        0 <= value <= GREATEST_KEY if isinstance(value, int) else len(value) <= _LONGEST_NAME and is_plain(value)
        for value in parameters.values()
    )


def _is_of_kind(value: AskedValue, given: str) -> bool:
    if value.kind != "integer":
        return True
    return given.isascii() and given.isdigit() and len(given) < _LONGEST_NUMBER and int(given) <= GREATEST_KEY


def _all_plain(value: Any) -> bool:
    if isinstance(value, str):
        return is_plain(value)
    if isinstance(value, dict):
        return all(_all_plain(key) and _all_plain(one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return all(_all_plain(one) for one in value)
    return True
