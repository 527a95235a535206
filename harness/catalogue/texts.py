"""Text for people, in Vietnamese and English, from the message files. Vietnamese is the first language."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal, get_args

from harness.catalogue.message_file import MessageFile
from harness.resources import folder

SHARED_REASONS = "exchange"

# A language is a line here, a field of the text below, and its words in the message files.
Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""The languages of all texts; the first one is spoken where none is asked for."""


# What judges and scenarios state in both languages with a point.
_MEASURE = re.compile(r"(?<![\w.,])(\d+)\.(\d+)(?= (?:s|ms|giây|phút|kB|KB|MB|GB)\b)")


@cache
def _file(area: str) -> Mapping[str, Mapping[str, object]]:
    path = folder("profiles") / "messages" / f"{area}.yaml"
    if not path.is_file():
        return {}
    return MessageFile(path)


def areas() -> list[str]:
    """Return the names of all message files, without ending."""
    return sorted(path.stem for path in (folder("profiles") / "messages").glob("*.yaml"))


def entries(area: str) -> Mapping[str, Mapping[str, object]]:
    """Return all entries of one message file, by key."""
    return _file(area)


def text(area: str, key: str, language: Language, /, **parameters: object) -> str:
    """Return the text `key` of a message file, its places filled with `parameters`.

    Raises:
        KeyError: the file has no such text.
    """
    template = _file(area)[key][language]
    return str(template).format(**parameters) if parameters else str(template)


def number_text(written: str, language: Language) -> str:
    """Return a number with the marks of a language.

    Args:
        written: the number as Python writes it: commas between groups of digits, a point before decimals.
        language: whose marks it gets.
    """
    marks: dict[str, str | int | None] = {
        ",": text("report", "group.mark", language),
        ".": text("report", "decimal.mark", language),
    }
    return written.translate(str.maketrans(marks))


def measured(words: str, language: Language) -> str:
    """Return words with the decimal mark of a language in every measure in them: 2,3 giây, 2.3 s.

    Other numbers with a point are versions, codes or what a candidate wrote, and stay as they are.
    """
    return _MEASURE.sub(rf"\1{text('report', 'decimal.mark', language)}\2", words)


def finding_text(
    code: str, part: Literal["message", "explain", "remedy"], language: Language, /, **parameters: object
) -> str:
    """Return one of the texts of a finding: what is wrong, what it means, what to change.

    Args:
        code: `<requirement>.<reason>`.

    Raises:
        KeyError: no such code.
    """
    parts = finding_parts(code).get(part)
    if not isinstance(parts, dict):
        raise KeyError(code)
    return str(parts[language]).format(**parameters)


def known_finding(code: str) -> bool:
    """Return whether there are texts for a finding code."""
    return "message" in finding_parts(code)


@lru_cache(maxsize=1024)
def finding_parts(code: str) -> Mapping[str, object]:
    """Return all texts of a finding by part, each in both languages; none for a code that is not known.

    What the file of the requirement's group says of the code goes before what requirements share for its reason: the
    same problem may have another cause, and then needs another remedy.
    """
    requirement, _, reason = code.partition(".")
    return {**_file(SHARED_REASONS).get(reason, {}), **_file(requirement.partition("-")[0].lower()).get(code, {})}
