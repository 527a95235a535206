"""Text for people, in Vietnamese and English, from the message files. Vietnamese is the first language."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from harness.catalogue.yaml_reader import read
from harness.resources import folder

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
SHARED_REASONS = "exchange"


@cache
def _file(area: str) -> Mapping[str, Mapping[str, object]]:
    path = folder("profiles") / "messages" / f"{area}.yaml"
    if not path.is_file():
        return {}
    content: Mapping[str, Mapping[str, object]] = read(path).value
    return content


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


def finding_text(
    code: str, part: Literal["message", "explain", "remedy"], language: Language, /, **parameters: object
) -> str:
    """Return one of the texts of a finding: what is wrong, what it means, what to change.

    Args:
        code: `<requirement>.<reason>`.

    Raises:
        KeyError: no such code.
    """
    parts = _finding(code)[part]
    if not isinstance(parts, dict):
        raise KeyError(code)
    return str(parts[language]).format(**parameters)


def known_finding(code: str) -> bool:
    """Tell whether there are texts for a finding code."""
    try:
        _finding(code)
    except KeyError:
        return False
    return True


def _finding(code: str) -> Mapping[str, object]:
    """Find the texts in the file of the requirement's group, or, for a reason that requirements share, by it alone."""
    requirement, _, reason = code.partition(".")
    own = _file(requirement.partition("-")[0].lower())
    return own[code] if code in own else _file(SHARED_REASONS)[reason]
