"""What a program sends, checked before anything is made of it: neither NUL nor half a sign, which no database keeps."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

GREATEST_KEY = 2**31 - 1
_LONGEST_NAME = 200

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


def plain_path(parameters: Mapping[str, Any]) -> bool:
    """Return whether the parameters of a path can name anything at all."""
    return all(
        0 <= value <= GREATEST_KEY if isinstance(value, int) else len(value) <= _LONGEST_NAME and is_plain(value)
        for value in parameters.values()
    )


def _all_plain(value: Any) -> bool:
    if isinstance(value, str):
        return is_plain(value)
    if isinstance(value, dict):
        return all(_all_plain(key) and _all_plain(one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return all(_all_plain(one) for one in value)
    return True
