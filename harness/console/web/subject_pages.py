"""Organisations, their products, and systems with their declarations."""

from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.certification.book import URGENT, expiring, kept_certificates
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import ProposalRow
from harness.console.data.tables import ExaminationRow, OrganisationRow, ProductRow, RunRow, SystemRow
from harness.console.people.accounts import organisation_named
from harness.console.people.roles import Right, Role
from harness.console.subjects.declarations import (
    CAPABILITIES,
    DRIVERS,
    FILE_NAME,
    LARGEST,
    DeclaredSystem,
    empty_form,
    form_of,
    kept,
    read_file,
    read_form,
    typed_form,
)
from harness.console.subjects.system_registry import (
    DECLARED,
    add_declared,
    add_reference,
    change_declared,
    driver_kind,
)
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit
from harness.drivers.reference import kinds

_STRIP = 30  # runs of a product that are shown as a strip
_LATEST = 12


def home(visit: Visit) -> Response:
    """Show the latest runs and the organisations."""
    runs = select(RunRow).order_by(RunRow.created.desc()).limit(_LATEST)
    return visit.page("home", runs=visit.db.scalars(_own(visit, runs, RunRow.organisation_id)).all(),
                      organisations=organisations(visit), counts=_systems_by_organisation(visit),
                      **_certification(visit))  # fmt: skip


def _certification(visit: Visit) -> dict[str, Any]:
    """Return what of certificates wants to be seen to: proposals that wait, certificates that run out soon."""
    certifier = visit.state.certifier
    if certifier is None:
        return {"waiting": 0, "soon": [], "urgent": URGENT}
    open_ones = select(func.count()).select_from(ProposalRow).where(ProposalRow.state == "open")
    return {
        "waiting": visit.db.scalar(open_ones) or 0 if visit.may(Right.DECIDE) else 0,
        "soon": expiring(kept_certificates(visit.db, certifier.authority, visit.own)),
        "urgent": URGENT,
    }


def organisation_added(visit: Visit) -> Response:
    """Add an organisation."""
    try:
        made = organisation_named(visit.db, visit.value("name"), visit.actor)
    except ConfigurationError as error:
        return visit.declined("home", error, runs=[], organisations=organisations(visit),
                              counts=_systems_by_organisation(visit), **_certification(visit))  # fmt: skip
    return visit.moved(f"/organisations/{made.id}")


def organisation_page(visit: Visit) -> Response:
    """Show an organisation: products with their history, systems."""
    found = visit.organisation()
    return visit.page("organisation", organisation=found, **_of_organisation(visit, found))


def reference_added(visit: Visit) -> Response:
    """Add the reference agency as a system of an organisation."""
    found = visit.organisation()
    try:
        row = add_reference(visit.db, found, visit.value("variant", 100), visit.actor)
    except ConfigurationError as error:
        return visit.declined("organisation", error, organisation=found, **_of_organisation(visit, found))
    return visit.moved(f"/systems/{row.id}")


def new_system_page(visit: Visit) -> Response:
    """Show an empty declaration as a form."""
    found = visit.organisation()
    return _form(visit, found, {**empty_form(), "vendor": found.name}, None)


def system_added(visit: Visit) -> Response:
    """Add a system, declared by form or file."""
    found = visit.organisation()
    try:
        row = add_declared(visit.db, visit.state.vault, found, _declared(visit), visit.actor)
    except ConfigurationError as error:
        return _form(visit, found, typed_form(visit.fields), None, error)
    return visit.moved(f"/systems/{row.id}")


def edit_page(visit: Visit) -> Response:
    """Show a declaration as a form."""
    row = _declared_row(visit)
    return _form(visit, row.organisation, form_of(kept(row.declaration)), row)


def system_changed(visit: Visit) -> Response:
    """Change a declaration, by form or file."""
    row = _declared_row(visit)
    try:
        change_declared(visit.db, visit.state.vault, row, _declared(visit), visit.actor)
    except ConfigurationError as error:
        return _form(visit, row.organisation, typed_form(visit.fields), row, error)
    return visit.moved(f"/systems/{row.id}")


def file_page(visit: Visit) -> Response:
    """Hand out a declaration as a file, without its secret."""
    row = _declared_row(visit)
    headers = {"content-disposition": f'attachment; filename="{FILE_NAME}"'}
    return Response(row.declaration, media_type="application/yaml", headers=headers)


def program_allowed(visit: Visit) -> Response:
    """Allow a system's driver to be a program on this machine, or forbid it again."""
    row = visit.system()
    row.program_allowed = not row.program_allowed
    action = "program.allowed" if row.program_allowed else "program.forbidden"
    note_change(visit.db, visit.actor, action, row.product.name, system=row.id)
    return visit.moved(f"/systems/{row.id}")


def of_system(visit: Visit, row: SystemRow) -> dict[str, Any]:
    """Return what the page of a system shows of it."""
    candidate = None if row.kind != DECLARED else kept(row.declaration)
    examined = select(ExaminationRow).where(ExaminationRow.system_id == row.id).order_by(ExaminationRow.id.desc())
    runs = select(RunRow).where(RunRow.system_id == row.id).order_by(RunRow.created.desc()).limit(_LATEST)
    return {
        "system": row,
        "kind": driver_kind(row),
        "form": None if candidate is None else form_of(candidate),
        "latest": visit.db.scalars(examined.limit(1)).first(),
        "runs": visit.db.scalars(runs).all(),
    }


def _declared(visit: Visit) -> DeclaredSystem:
    sent = visit.files.get("file")
    return read_file(sent[0].content) if sent else read_form(visit.fields)


def _declared_row(visit: Visit) -> SystemRow:
    row = visit.system()
    if row.kind != DECLARED:
        raise Missing
    return row


def _form(
    visit: Visit,
    organisation: OrganisationRow,
    form: dict[str, Any],
    row: SystemRow | None,
    error: ConfigurationError | None = None,
) -> Response:
    values: dict[str, Any] = {
        "organisation": organisation,
        "form": form,
        "system": row,
        "has_secret": row is not None and row.secret is not None,
        "capabilities": CAPABILITIES,
        "drivers": DRIVERS,
        "largest": LARGEST // 1024,
    }
    return visit.page("system-form", **values) if error is None else visit.declined("system-form", error, **values)


def organisations(visit: Visit) -> list[OrganisationRow]:
    """Return the organisations that the person sees, by name."""
    wanted = select(OrganisationRow).order_by(OrganisationRow.name)
    return list(visit.db.scalars(_own(visit, wanted, OrganisationRow.id)).all())


def _systems_by_organisation(visit: Visit) -> dict[int, int]:
    counted = select(SystemRow.organisation_id, func.count()).group_by(SystemRow.organisation_id)
    return {row[0]: row[1] for row in visit.db.execute(counted)}


def _own(visit: Visit, wanted: Any, column: Any) -> Any:
    """Narrow a query to what a vendor may see."""
    return wanted if visit.own is None else wanted.where(column == visit.own)


def _of_organisation(visit: Visit, found: OrganisationRow) -> dict[str, Any]:
    systems = visit.db.scalars(select(SystemRow).where(SystemRow.organisation_id == found.id)).all()
    products = visit.db.scalars(
        select(ProductRow).where(ProductRow.organisation_id == found.id).order_by(ProductRow.name, ProductRow.version)
    ).all()
    return {
        "systems": [(row, driver_kind(row), _where(row)) for row in systems],
        "strips": [(product, _strip(visit, product)) for product in products],
        "variants": sorted(kinds()),
        "trying_out": visit.user.role in {Role.ADMIN, Role.TESTER, Role.VENDOR} and visit.may(Right.DECLARE),
    }


def _where(row: SystemRow) -> str:
    """Return what tells systems of one product apart: agency, system id, address."""
    if row.kind != DECLARED:
        return ""
    form = form_of(kept(row.declaration))
    return " · ".join(form[name] for name in ("organ_id", "system_id", "url") if form[name])


def _strip(visit: Visit, product: ProductRow) -> list[RunRow]:
    """Return the latest runs of a product, oldest first."""
    wanted = select(RunRow).where(RunRow.product_id == product.id).order_by(RunRow.created.desc()).limit(_STRIP)
    return list(reversed(visit.db.scalars(wanted).all()))


PAGES = (
    PageRoute("GET", "/", home),
    PageRoute("POST", "/organisations", organisation_added, Right.ADD_ORGANISATION),
    PageRoute("GET", "/organisations/{key:int}", organisation_page),
    PageRoute("POST", "/organisations/{key:int}/reference", reference_added, Right.DECLARE),
    PageRoute("GET", "/organisations/{key:int}/systems/new", new_system_page, Right.DECLARE),
    PageRoute("POST", "/organisations/{key:int}/systems", system_added, Right.DECLARE),
    PageRoute("GET", "/systems/{key:int}/edit", edit_page, Right.DECLARE),
    PageRoute("POST", "/systems/{key:int}", system_changed, Right.DECLARE),
    PageRoute("GET", "/systems/{key:int}/candidate.yaml", file_page),
    PageRoute("POST", "/systems/{key:int}/program", program_allowed, Right.ADMINISTER),
)
