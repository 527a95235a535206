"""Which language a person reads: `LIENTHONG_LANG`, else Vietnamese; a verb's `--lang` comes before both."""

import os
import sys
from collections.abc import Sequence

import click

from harness.catalogue.texts import LANGUAGES, Language, measured, text


def language() -> Language:
    """Return the language of this call."""
    context = click.get_current_context(silent=True)
    wanted = context.params.get("lang") if context else None
    wanted = wanted or _asked(sys.argv) or os.environ.get("LIENTHONG_LANG", "")[:2]
    return next((one for one in LANGUAGES if one == wanted), LANGUAGES[0])


def _asked(words: Sequence[str]) -> str | None:
    """Return the value of `--lang` in a call that click has not parsed, or could not parse."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None


def say(area: str, key: str, /, **parameters: object) -> str:
    """Return a text of the command line in this call's language."""
    return measured(text(area, key, language(), **parameters), language())


def sentence(code: str, /, **parameters: object) -> str:
    """Return the sentence of an error code, or the code itself with its values where no sentence is known."""
    try:
        return say("errors", code, **parameters)
    except KeyError:
        return f"{code} {parameters}"


def help_text(area: str, key: str = "help") -> str:
    """Return a help text for click; a line of `\\b` in the file keeps the paragraph below it as it is written."""
    return say(area, key).replace("\\b\n", "\b\n")
