"""Runs beside each other: two compared, and findings searched over all of them."""

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data.tables import FoundRow, RunRow
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit
from harness.report.comparison import comparison_of
from harness.report.model import Comparison
from harness.report.texts import ReportTexts

_LISTED = 50
_SEARCHED = (FoundRow.message_vi, FoundRow.message_en, FoundRow.values, FoundRow.code, FoundRow.scenario)
_JUDGED = ("pass", "fail", "inconclusive")


def compared_page(visit: Visit) -> Response:
    """Compare two runs, from the older to the newer: what was fixed, what is new, what still fails."""
    asked = visit.run()
    older, newer, found = compared(visit, asked)
    return visit.page("compare", run=asked, older=older, newer=newer, found=found)


def compared(visit: Visit, asked: RunRow) -> tuple[RunRow, RunRow, Comparison]:
    """Return the older and the newer of a run and the one it is to be compared with, and how they differ.

    Raises:
        Missing: there is no such run, or one of them is not judged.
    """
    other = visit.db.get(RunRow, visit.asked("with", 24))
    if other is None or not visit.sees(other.organisation_id):
        raise Missing
    older, newer = sorted((asked, other), key=lambda one: one.created)
    queue, shelf = visit.work.queue, visit.work.shelf
    try:
        report, earlier = (shelf.of(queue.folder(one)).source.report for one in (newer, older))
        return older, newer, comparison_of(report, earlier, ReportTexts(visit.language))
    except ConfigurationError as error:
        raise Missing from error


def search_page(visit: Visit) -> Response:
    """Search the findings of all runs, by words, code or requirement."""
    wanted = visit.asked("q")
    number = visit.number("page")
    rows, total = ([], 0) if not wanted else _found(visit, wanted, number)
    return visit.page(
        "search", wanted=wanted, rows=rows, total=total, number=number, pages=max(1, -(-total // _LISTED))
    )


def findings_with(visit: Visit, words: str) -> Select[FoundRow]:
    """Return the query for the findings, of those that the person sees, in which all of the words occur."""
    return select(FoundRow).join(RunRow).where(*_criteria(visit, words))


def _criteria(visit: Visit, words: str) -> list[ColumnElement[bool]]:
    criteria = [or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)) for word in words.split()[:8]]
    if visit.own is not None:
        criteria.append(RunRow.organisation_id == visit.own)
    return criteria


def _found(visit: Visit, wanted: str, number: int) -> tuple[list[tuple[FoundRow, int]], int]:
    """Return what is found; findings of one run that say the same are one, with the first of them and their number."""
    alike = (
        select(FoundRow.run_id, func.min(FoundRow.number).label("first"), func.count().label("times"))
        .join(RunRow)
        .where(*_criteria(visit, wanted))
        .group_by(FoundRow.run_id, FoundRow.code, FoundRow.message_vi)
        .subquery()
    )
    total = visit.db.scalar(select(func.count()).select_from(alike)) or 0
    first = and_(FoundRow.run_id == alike.c.run_id, FoundRow.number == alike.c.first)
    ordered = select(FoundRow, alike.c.times).join(alike, first).join(RunRow)
    ordered = ordered.order_by(RunRow.created.desc(), FoundRow.number)
    rows = visit.db.execute(ordered.limit(_LISTED).offset((number - 1) * _LISTED))
    return [(row[0], row[1]) for row in rows], total


def comparable(visit: Visit, row: RunRow) -> list[RunRow]:
    """Return the other judged runs of the same organisation's product of that name, newest first."""
    wanted = select(RunRow).where(
        RunRow.organisation_id == row.organisation_id, RunRow.id != row.id, RunRow.verdict.in_(_JUDGED)
    )
    rows = visit.db.scalars(wanted.order_by(RunRow.created.desc()).limit(200))
    return [one for one in rows if one.product.name == row.product.name][:_LISTED]


PAGES = (
    PageRoute("GET", "/runs/{key}/compare", compared_page),
    PageRoute("GET", "/search", search_page),
)
