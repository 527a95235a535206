"""Lint of a profile against everything that reads it: lengths of texts that no package holds, weights of findings that
nothing gives. A value without effect misleads its author."""

from collections.abc import Iterator
from functools import cache

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.lint import LintProblem, lint_profile
from harness.catalogue.profile_file import read_profile
from harness.catalogue.profile_place import find_profile
from harness.catalogue.texts import entries
from harness.catalogue.typed_yaml import Located
from harness.catalogue.yaml_reader import Steps
from harness.resources import folder
from harness.rules.structure import structure
from harness.selfcheck.finding_codes import codes_of


def lint_whole(name: str) -> Iterator[LintProblem]:
    """Yield what misleads in one profile, by itself and for those who read it.

    Args:
        name: of a shipped profile, or the path of a file or folder.

    Raises:
        ConfigurationError: it cannot be loaded.
    """
    yield from lint_profile(name)
    yield from lint_effects(name)


def lint_effects(name: str) -> Iterator[LintProblem]:
    """Yield the values of one profile that nothing which reads it could ever meet.

    Raises:
        ConfigurationError: it cannot be loaded.
    """
    content, located = read_profile(find_profile(name))
    for path in content.parameters.lengths:
        if not any(known[-len(steps) :] == steps for steps in [tuple(path.split("/"))] for known in _elements()):
            yield _problem("length-idle", located, ("parameters", "lengths", path), element=path)
    for code in content.severities:
        if not _is_given(code):
            yield _problem("severity-idle", located, ("severities", code), code=code)


def check_by_lint(name: str) -> None:
    """Look at a profile of one's own before it is worked by; what is shipped is looked at where it is made.

    Raises:
        ConfigurationError: lint finds something in it: the first such thing, with file and line.
    """
    if find_profile(name).is_relative_to(folder("profiles")):
        return
    for problem in lint_whole(name):
        raise ConfigurationError(f"lint.{problem.code}", path=problem.path, line=problem.line, **problem.parameters)


def _is_given(code: str) -> bool:
    """Return whether anything gives this finding: one with texts of its own is looked for where the texts are."""
    return code in entries(code[:3].lower()) or code in codes_of(code.partition(".")[0])


@cache
def _elements() -> frozenset[Steps]:
    """Return the path of every element of the package format, below the root."""
    return frozenset(_below(structure().root, (), ()))


def _below(kind: str, above: Steps, kinds: tuple[str, ...]) -> Iterator[Steps]:
    for name, slot in structure().types.get(kind, {}).items():
        yield (*above, name)
        if slot.type not in kinds:
            yield from _below(slot.type, (*above, name), (*kinds, slot.type))


def _problem(code: str, located: Located, steps: Steps, /, **parameters: str) -> LintProblem:
    path, line = located.place(steps)
    return LintProblem(code, path, line, parameters)
