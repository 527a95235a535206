"""The short words of the guide's own tables and pictures."""

from collections.abc import Callable
from functools import partial

from harness.catalogue.texts import Language, text

_AREA = "guide"
Say = Callable[..., str]


def saying(language: Language) -> Say:
    """Return what says the guide's words in one language."""
    return partial(_said, language)


def _said(language: Language, key: str, /, **parameters: object) -> str:
    return text(_AREA, key, language, **parameters)
