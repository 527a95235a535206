"""Problems that are not errors but mislead: texts missing in a language, profile entries without effect."""

import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.catalogue.profile_assembly import name_problems
from harness.catalogue.profile_file import ProfileFile, read_profile
from harness.catalogue.profile_place import find_profile, profile_names
from harness.catalogue.profiles import load_recorded_profile
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.texts import LANGUAGES, SHARED_REASONS, entries
from harness.catalogue.typed_yaml import Located, read
from harness.catalogue.verdicts import Basis, Level, Severity
from harness.catalogue.yaml_reader import Steps
from harness.resources import folder

FINDING_PARTS = ("message", "explain", "remedy")
_CODE = re.compile(r"([A-Z]{3}-[0-9]{2})\.[a-z0-9]+(-[a-z0-9]+)*")
_STRONG = {Basis.LAW, Basis.OPERATOR, Basis.PRACTICE}


@dataclass(frozen=True, slots=True)
class LintProblem:
    """One thing that lint found.

    Attributes:
        code: stable; its sentence is `lint.<code>` of the command line's messages.
        path: the file it is in.
        line: line in that file, from 1.
        parameters: values named by the sentence.
    """

    code: str
    path: Path
    line: int
    parameters: dict[str, str]


def lint_shipped() -> Iterator[LintProblem]:
    """Yield what is wrong with the project's own data: every message file, the catalogue, every shipped profile.

    Raises:
        ConfigurationError: a file cannot even be read.
    """
    profiles = folder("profiles")
    for path in sorted((profiles / "messages").glob("*.yaml")):
        yield from lint_messages(path)
    yield from _texts(read(profiles / "requirements.yaml"))
    for name in (*profile_names(), *map(str, sorted(profiles.glob("*/profile.yaml")))):
        yield from lint_profile(name)


def lint_profile(name: str) -> Iterator[LintProblem]:
    """Yield what misleads in one profile.

    Args:
        name: of a shipped profile, or the path of a file or folder.

    Raises:
        ConfigurationError: it cannot be loaded.
    """
    path = find_profile(name)
    content, located = read_profile(path)
    for code, steps in name_problems(load_recorded_profile(name), path, content):
        yield _problem(code, located, steps, id=content.id, known=", ".join(profile_names()))
    yield from _texts(read(path))
    shipped = path.parent == folder("profiles")
    # Entries of a base profile that only the custom profile makes idle cannot be corrected by its authors.
    yield from (one for one in _without_effect(content, located) if shipped or one.path.parent != folder("profiles"))


def lint_messages(path: Path) -> Iterator[LintProblem]:
    """Yield what is wrong with one message file.

    Raises:
        ConfigurationError: it cannot be read.
    """
    located = read(path)
    yield from _texts(located)
    for key, entry in located.value.items():
        if isinstance(entry, dict) and entry.keys() & set(FINDING_PARTS):
            yield from _finding(key, entry, located, path.stem)
        elif not _is_text(entry):
            yield _problem("no-text", located, (key,), key=key)


def _finding(key: str, entry: dict[str, Any], located: Located, area: str) -> Iterator[LintProblem]:
    shared = {} if area == SHARED_REASONS else entries(SHARED_REASONS).get(key.partition(".")[2], {})
    for part in FINDING_PARTS:
        if not _is_text(entry.get(part) or shared.get(part)):
            yield _problem("part-missing", located, (key,), key=key, part=part)
    if area == SHARED_REASONS:
        return
    code = _CODE.fullmatch(key)
    if code is None or code[1] not in load_catalogue().requirements:
        yield _problem("code-unknown", located, (key,), key=key)
    elif not key.startswith(f"{area.upper()}-"):
        yield _problem("code-elsewhere", located, (key,), key=key, group=key[:3].lower())


def _texts(located: Located) -> Iterator[LintProblem]:
    for steps, text in _all_texts(located.value, ()):
        key = ".".join(str(step) for step in steps)
        missing = [language for language in LANGUAGES if not str(text.get(language) or "").strip()]
        for language in missing:
            yield _problem("language-missing", located, steps, key=key, language=language)
        if missing:
            continue
        for language in LANGUAGES:
            if not unicodedata.is_normalized("NFC", str(text[language])):
                yield _problem("not-nfc", located, (*steps, language), key=key, language=language)
        first, *others = (_places(str(text[language])) for language in LANGUAGES)
        differ = set[str]().union(*(first ^ other for other in others))
        if differ:
            differing = ", ".join(sorted(differ))
            yield _problem("places-differ", located, steps, key=key, places=differing)


def _all_texts(value: Any, steps: Steps) -> Iterator[tuple[Steps, dict[str, Any]]]:
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from _all_texts(part, (*steps, index))
    elif isinstance(value, dict):
        if any(language in value for language in LANGUAGES):
            yield steps, value
        else:
            for key, part in value.items():
                yield from _all_texts(part, (*steps, key))


def _is_text(value: object) -> bool:
    return isinstance(value, dict) and any(language in value for language in LANGUAGES)


def _places(template: str) -> set[str]:
    """Return the names of the places to be filled; a text with stray braces is shown as it is and has none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return set()


def _without_effect(content: ProfileFile, located: Located) -> Iterator[LintProblem]:
    for key, requirement in load_catalogue().requirements.items():
        level = content.levels.get(key, requirement.level)
        if key in content.levels and level is requirement.level:
            yield _problem("level-same", located, ("levels", key), id=key, level=level)
        if key in content.raised and not _needs_reason(key, requirement, level, content):
            yield _problem("raised-idle", located, ("raised", key), id=key, basis=requirement.basis, level=level)
    for code, severity in content.severities.items():
        key = code.partition(".")[0]
        level = content.levels.get(key, load_catalogue().requirements[key].level)
        if severity is _usual(level):
            yield _problem("severity-same", located, ("severities", code), code=code, severity=severity)


def _needs_reason(key: str, requirement: Requirement, level: Level, content: ProfileFile) -> bool:
    fails = level in {Level.MANDATORY, Level.CONDITIONAL} or any(
        severity is Severity.FAIL for code, severity in content.severities.items() if code.partition(".")[0] == key
    )
    return fails and requirement.basis not in _STRONG


def _usual(level: Level) -> Severity:
    if level is Level.OFF:
        return Severity.OFF
    return Severity.REMARK if level is Level.RECOMMENDED else Severity.FAIL


def _problem(code: str, located: Located, steps: Steps, /, **parameters: object) -> LintProblem:
    path, line = located.place(steps)
    return LintProblem(code, path, line, {name: str(value) for name, value in parameters.items()})
