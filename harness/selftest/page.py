"""The matrix of a self-test for people: as lines, and as a page."""

from collections.abc import Iterator

import click

from harness.catalogue.texts import Language, measured
from harness.report.pages import Say, rendered, saying
from harness.selftest.matrix import Matrix
from harness.selftest.rows import MatrixRow

_AREA = "cli-selftest"
_KINDS = (("defects", "defect"), ("correct", "correct"))


def as_text(matrix: Matrix, language: Language) -> str:
    """Return the matrix as lines, what came out wrong marked and explained."""
    return "\n".join(_lines(matrix, saying(_AREA, language), language)) + "\n"


def as_html(matrix: Matrix, language: Language) -> str:
    """Return the matrix as one self-contained page."""
    say = saying(_AREA, language)
    sections = [(say(heading), _of_kind(matrix, kind)) for heading, kind in _KINDS]
    return rendered(
        "selftest.html.jinja",
        _AREA,
        language,
        matrix=matrix,
        sections=sections,
        verdict=_verdict(matrix, say),
        basis=_basis(matrix, say),
        notes=lambda row: list(_notes(row, say, language)),
    )


def _lines(matrix: Matrix, say: Say, language: Language) -> Iterator[str]:
    names = max((len(row.name) for row in matrix.rows), default=0)
    results = max((len(say(f"result.{row.result}")) for row in matrix.rows), default=0)
    for heading, kind in _KINDS:
        rows = _of_kind(matrix, kind)
        if not rows:
            continue
        yield click.style(say(heading), bold=True)
        for row in rows:
            result = say(f"result.{row.result}").ljust(results)
            found = ", ".join(f"{catch.scenario}: {catch.code}" for catch in row.caught_by)
            marked = click.style(result, fg="green" if row.right else "red")
            yield f"  {row.name:<{names}}  {row.breaks or '':<6}  {marked}  {found}".rstrip()
            yield from (f"  {'':<{names}}  ! {note}" for note in _notes(row, say, language))
        yield ""
    yield _basis(matrix, say)
    if matrix.counts.trouble:
        yield say("trouble", trouble=matrix.counts.trouble)
    yield _verdict(matrix, say)


def _of_kind(matrix: Matrix, kind: str) -> list[MatrixRow]:
    return [row for row in matrix.rows if row.kind == kind]


def _verdict(matrix: Matrix, say: Say) -> str:
    counts = matrix.counts
    return say("caught", caught=counts.caught, defects=counts.defects, alarms=counts.alarms, correct=counts.correct)


def _basis(matrix: Matrix, say: Say) -> str:
    profile = f"{matrix.profile.id} {matrix.profile.version}"
    scope = say("scope.narrowed") if matrix.narrowed else say(f"scope.{matrix.scope}")
    return say("basis", profile=profile, scope=scope, seed=matrix.seed, seconds=f"{matrix.seconds:.0f}")


def _notes(row: MatrixRow, say: Say, language: Language) -> Iterator[str]:
    """Say what is wrong with a row that is not as it should be."""
    if row.right:
        return
    if row.others:
        yield say("others", codes=", ".join(f"{catch.scenario}: {catch.code}" for catch in row.others))
    if row.undecided:
        yield say("open", ids=", ".join(row.undecided))
    if row.detail is not None:
        yield say("why", reason=measured(row.detail[language], language))
