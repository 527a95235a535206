"""Amended reports: the form, the document, its files. The report of the run stays where it is."""

from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.report_amendment import (
    AREA,
    AmendedStatement,
    amended_report_json,
    amended_report_pdf,
)
from harness.console.certification.persons import named_person, person_of
from harness.console.data.amendment_tables import ReportAmendmentRow
from harness.console.data.tables import RunRow
from harness.console.people.roles import Right
from harness.console.runs.report_amendments import amend_report, amended_report_of, amended_reports
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_TYPED = ("part", "reads", "should", "why")


def amend_report_page(visit: Visit) -> Response:
    """Show the form, and the amended reports that there are."""
    return visit.page("amend-report", **_form(visit, visit.run(), dict.fromkeys(_TYPED, "")))


def report_amended(visit: Visit) -> Response:
    """Issue an amended report."""
    run = visit.run()
    typed = {name: visit.value(name, 2000) for name in _TYPED}
    statement = AmendedStatement(part=typed["part"], reads=typed["reads"], should_read=typed["should"])
    try:
        person = named_person(visit.db, visit.user)
        made = amend_report(visit.db, visit.state, run, statement, typed["why"], account=visit.actor, person=person)
    except ConfigurationError as error:
        return visit.declined("amend-report", error, **_form(visit, run, typed))
    return visit.moved(f"/runs/{run.id}/amendments/{made.number.rpartition('A')[2]}")


def amended_report_shown(visit: Visit) -> Response:
    """Show an amended report."""
    run, row = visit.run(), _row(visit)
    return visit.page("amended-report", run=run, document=amended_report_of(row), signed=bool(row.jws),
                      sequence=row.sequence, words=_words(visit))  # fmt: skip


def amended_report_file(visit: Visit) -> Response:
    """Send an amended report as a file."""
    row, form = _row(visit), visit.request.path_params["form"]
    document = amended_report_of(row)
    if form == "json":
        content, kind = amended_report_json(document, row.jws), "application/json"
    elif form == "pdf":
        content, kind = amended_report_pdf(document, row.jws, visit.language), "application/pdf"
    else:
        raise Missing
    headers = {"content-disposition": f'inline; filename="{row.number}.{form}"'}
    return Response(content, media_type=kind, headers=headers)


def _row(visit: Visit) -> ReportAmendmentRow:
    run = visit.run()
    row = visit.db.get(ReportAmendmentRow, f"{run.id}-A{visit.request.path_params['number']}")
    if row is None:
        raise Missing
    return row


def _form(visit: Visit, run: RunRow, typed: dict[str, str]) -> dict[str, object]:
    return {"run": run, "typed": typed, "person": person_of(visit.db, visit.user.name), "words": _words(visit),
            "others": amended_reports(visit.db, run.id)}  # fmt: skip


def _words(visit: Visit) -> object:
    return lambda key, **values: text(AREA, key, visit.language, **values)


PAGES = (
    PageRoute("GET", "/runs/{key}/amend", amend_report_page, Right.PROPOSE),
    PageRoute("POST", "/runs/{key}/amend", report_amended, Right.PROPOSE),
    PageRoute("GET", "/runs/{key}/amendments/{number:int}", amended_report_shown),
    PageRoute("GET", "/runs/{key}/amendments/{number:int}/report.{form}", amended_report_file),
)
