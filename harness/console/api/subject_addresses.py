"""What is tested, for programs: organisations, products, systems with their declarations, the check before a run."""

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.candidate import Candidate
from harness.console.api.address import PAGE, ROOT, ApiAddress, AskedValue, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.api.subject_shapes import (
    ExaminationShape,
    OrganisationList,
    OrganisationShape,
    ProductList,
    ProductShape,
    SystemList,
    SystemShape,
    WantedOrganisation,
    WantedReference,
    WholeSystemShape,
)
from harness.console.data.tables import ExaminationRow, OrganisationRow, ProductRow, SystemRow
from harness.console.people.accounts import organisation_named
from harness.console.people.roles import Right
from harness.console.runs.examinations import checks_of, latest_for
from harness.console.subjects.declarations import kept, read_declared
from harness.console.subjects.system_registry import (
    DECLARED,
    add_declared,
    add_reference,
    change_declared,
    driver_kind,
)
from harness.console.web.rendering import machine_moment
from harness.console.web.subject_pages import file_page
from harness.console.web.visit import Missing, Visit

_CREATED, _ACCEPTED = 201, 202
_ORGANISATION = (AskedValue("organisation", "integer"),)


def organisations(visit: Visit) -> Response:
    """List the organisations."""
    wanted = select(OrganisationRow)
    if visit.own is not None:
        wanted = wanted.where(OrganisationRow.id == visit.own)
    page = rows_of_page(visit, wanted, OrganisationRow.id, newest_first=False)
    return page.answer(OrganisationList, _organisation)


def organisation_wanted(visit: Visit) -> Response:
    """Add an organisation; one of that name that is there already is answered as it is."""
    row = organisation_named(visit.db, visit.sent.name, visit.actor)
    return json_answer(_organisation(row), _CREATED, {"location": f"{ROOT}/organisations/{row.id}"})


def organisation(visit: Visit) -> Response:
    """Return an organisation."""
    return json_answer(_organisation(visit.organisation()))


def products(visit: Visit) -> Response:
    """List the products."""
    wanted = _of_organisation(visit, select(ProductRow), ProductRow.organisation_id)
    return rows_of_page(visit, wanted, ProductRow.id, newest_first=False).answer(ProductList, _product)


def product(visit: Visit) -> Response:
    """Return a product."""
    row = visit.db.get(ProductRow, visit.request.path_params["key"])
    if row is None or not visit.sees(row.organisation_id):
        raise Missing
    return json_answer(_product(row))


def systems(visit: Visit) -> Response:
    """List the systems."""
    wanted = _of_organisation(visit, select(SystemRow), SystemRow.organisation_id)
    page = rows_of_page(visit, wanted, SystemRow.id, newest_first=False)
    return page.answer(SystemList, lambda row: _system(visit, row))


def system(visit: Visit) -> Response:
    """Return a system with its declaration."""
    return json_answer(_whole(visit, visit.system()))


def system_wanted(visit: Visit) -> Response:
    """Add a system by its declaration."""
    found = visit.organisation()
    row = add_declared(visit.db, visit.state.vault, found, read_declared(visit.sent), visit.actor)
    return _made(visit, row)


def reference_wanted(visit: Visit) -> Response:
    """Add the reference agency as a system."""
    return _made(visit, add_reference(visit.db, visit.organisation(), visit.sent.variant[:100], visit.actor))


def declaration_replaced(visit: Visit) -> Response:
    """Replace the declaration of a system; a secret that is not sent stays."""
    row = visit.system()
    if row.kind != DECLARED:
        raise Missing
    change_declared(visit.db, visit.state.vault, row, read_declared(visit.sent), visit.actor)
    visit.db.flush()
    visit.db.refresh(row)
    return json_answer(_whole(visit, row))


def examination_wanted(visit: Visit) -> Response:
    """Have the doctor look at a system."""
    row = visit.system()
    number = visit.work.examinations.begin(visit.db, row, visit.actor)
    visit.afterwards.append(lambda: visit.work.examinations.go_on(number))
    place = {"location": f"{ROOT}/systems/{row.id}/doctor"}
    return json_answer(_examination(visit, row, visit.db.get_one(ExaminationRow, number)), _ACCEPTED, place)


def examination(visit: Visit) -> Response:
    """Return the last check of a system."""
    row = visit.system()
    wanted = select(ExaminationRow).where(ExaminationRow.system_id == row.id).order_by(ExaminationRow.id.desc())
    found = visit.db.scalars(wanted.limit(1)).first()
    if found is None:
        raise Missing
    return json_answer(_examination(visit, row, found))


def _of_organisation(visit: Visit, wanted: Any, column: Any) -> Any:
    """Narrow a query to what the person may see, and to the organisation that is asked for."""
    if visit.own is not None:
        wanted = wanted.where(column == visit.own)
    asked = visit.number("organisation", 0)
    return wanted.where(column == asked) if asked else wanted


def _made(visit: Visit, row: SystemRow) -> Response:
    return json_answer(_whole(visit, row), _CREATED, {"location": f"{ROOT}/systems/{row.id}"})


def _organisation(row: OrganisationRow) -> OrganisationShape:
    return OrganisationShape(row.id, row.name, machine_moment(row.created))


def _product(row: ProductRow) -> ProductShape:
    return ProductShape(
        row.id, row.organisation_id, row.organisation.name, row.name, row.version, machine_moment(row.created)
    )


def _system(visit: Visit, row: SystemRow) -> SystemShape:
    seen = latest_for(visit.db, row)
    return SystemShape(
        row.id, row.organisation_id, row.organisation.name, row.product_id, row.product.name, row.product.version,
        driver_kind(row), bool(seen is not None and seen.ready),
    )  # fmt: skip


def _whole(visit: Visit, row: SystemRow) -> WholeSystemShape:
    declaration = kept(row.declaration) if row.kind == DECLARED else None
    return WholeSystemShape(
        _system(visit, row), declaration, row.variant or "", row.secret is not None, row.program_allowed
    )


def _examination(visit: Visit, system: SystemRow, row: ExaminationRow) -> ExaminationShape:
    current = latest_for(visit.db, system)
    return ExaminationShape(
        id=row.id,
        state=row.state,
        ready=bool(row.ready),
        current=current is not None and current.id == row.id,
        created=machine_moment(row.created),
        checks=checks_of(row),
        complaint=row.content or "" if row.state == "broken" else "",
    )


ADDRESSES = (
    ApiAddress("listOrganisations", "GET", "/organisations", organisations, given=OrganisationList, asked=PAGE),
    ApiAddress("addOrganisation", "POST", "/organisations", organisation_wanted, Right.ADD_ORGANISATION,
               WantedOrganisation, OrganisationShape, status=_CREATED),
    ApiAddress("showOrganisation", "GET", "/organisations/{key:int}", organisation, given=OrganisationShape),
    ApiAddress("declareSystem", "POST", "/organisations/{key:int}/systems", system_wanted, Right.DECLARE,
               Candidate, WholeSystemShape, status=_CREATED),
    ApiAddress("addReference", "POST", "/organisations/{key:int}/reference", reference_wanted, Right.DECLARE,
               WantedReference, WholeSystemShape, status=_CREATED),
    ApiAddress("listProducts", "GET", "/products", products, given=ProductList, asked=(*PAGE, *_ORGANISATION)),
    ApiAddress("showProduct", "GET", "/products/{key:int}", product, given=ProductShape),
    ApiAddress("listSystems", "GET", "/systems", systems, given=SystemList, asked=(*PAGE, *_ORGANISATION)),
    ApiAddress("showSystem", "GET", "/systems/{key:int}", system, given=WholeSystemShape),
    ApiAddress("replaceDeclaration", "PUT", "/systems/{key:int}", declaration_replaced, Right.DECLARE, Candidate,
               WholeSystemShape),
    ApiAddress("downloadDeclaration", "GET", "/systems/{key:int}/candidate.yaml", file_page,
               media=("application/yaml",)),
    ApiAddress("showCheck", "GET", "/systems/{key:int}/doctor", examination, given=ExaminationShape),
    ApiAddress("checkSystem", "POST", "/systems/{key:int}/doctor", examination_wanted, Right.RUN,
               given=ExaminationShape, status=_ACCEPTED),
)  # fmt: skip
