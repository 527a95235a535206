"""Retention: what is past its period, holds, periods, and what was deleted."""

import json
import time
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.console.data.retention_tables import HoldRow, TombstoneRow
from harness.console.data.tables import OrganisationRow, ProductRow
from harness.console.people.roles import Right
from harness.console.safekeeping.deletion import DeletionOrder, delete_due
from harness.console.safekeeping.due_records import RetainedRecord, survey
from harness.console.safekeeping.holds import HeldKind, lift_hold, place_hold
from harness.console.safekeeping.periods import periods, set_period
from harness.console.safekeeping.tombstones import AREA, period_text, title_of
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_LISTED = 200
_GREATEST_KEY = 2**31 - 1


def retention_page(visit: Visit) -> Response:
    """Show what is due, what stays all the same, holds, periods, tombstones."""
    return visit.page("retention", **_retention(visit))


def due_deleted(visit: Visit) -> Response:
    """Delete what is due, with a reason."""
    order = DeletionOrder(visit.actor, visit.value("reason", 1000))
    if not order.reason:
        return visit.declined("retention", ConfigurationError("console.no-reason"), **_retention(visit))
    visit.db.rollback()  # the deletion has transactions of its own
    try:
        delete_due(visit.state, order, time.time())
    except ConfigurationError as error:
        return visit.declined("retention", error, **_retention(visit))
    return visit.moved("/retention#tombstones")


def hold_placed(visit: Visit) -> Response:
    """Put a hold on an organisation, a product, a run or a certificate."""
    kind, _, subject = visit.value("on", 60).partition(":")
    if not subject:  # a run or a certificate, by what was typed
        subject = visit.value("subject", 40)
        kind = HeldKind.CERTIFICATE if "-" in subject else HeldKind.RUN
    try:
        place_hold(visit.db, kind, subject, visit.value("reason"), visit.actor)
    except ConfigurationError as error:
        return visit.declined("retention", error, **_retention(visit))
    return visit.moved("/retention#holds")


def hold_lifted(visit: Visit) -> Response:
    """Take a hold back."""
    key = visit.request.path_params["key"]
    row = visit.db.get(HoldRow, key) if key <= _GREATEST_KEY else None
    if row is None:
        raise Missing
    try:
        lift_hold(visit.db, row, visit.value("reason"), visit.actor)
    except ConfigurationError as error:
        return visit.declined("retention", error, **_retention(visit))
    return visit.moved("/retention#holds")


def period_set(visit: Visit) -> Response:
    """Set the period of a kind of record."""
    number = visit.value("number", 10)
    written = f"{number}{visit.value('unit', 1)}" if number else ""
    try:
        set_period(visit.db, visit.request.path_params["kind"], written, visit.value("basis", 1000), visit.actor)
    except ConfigurationError as error:
        return visit.declined("retention", error, **_retention(visit))
    return visit.moved("/retention#periods")


def _retention(visit: Visit) -> dict[str, Any]:
    found = survey(visit.db, visit.state, time.time())
    language = visit.language
    stones = select(TombstoneRow).order_by(TombstoneRow.id.desc()).limit(_LISTED)

    def words(key: str, /, **values: object) -> str:
        return text(AREA, key, language, **values)

    def named(record: RetainedRecord) -> str:
        return title_of(record.kind, record.subject, record.title, language)

    return {
        "due": [(one, named(one)) for one in found.due],
        "spared": [(one.record, named(one.record), words(f"spared.{one.why}", detail=one.detail))
                   for one in found.spared],
        "holds": [(row, _subject(visit, row)) for row in visit.db.scalars(select(HoldRow).order_by(HoldRow.id.desc()))],
        "periods": list(periods(visit.db).values()),
        "stones": [(row, title_of(row.kind, row.subject, json.loads(row.title), language))
                   for row in visit.db.scalars(stones)],
        "organisations": visit.db.scalars(select(OrganisationRow).order_by(OrganisationRow.name)).all(),
        "products": visit.db.scalars(select(ProductRow).order_by(ProductRow.name, ProductRow.version)).all(),
        "words": words,
        "said": lambda written: period_text(written, language),
    }  # fmt: skip


def _subject(visit: Visit, row: HoldRow) -> str:
    """Return what a hold is on, by name."""
    if row.kind == HeldKind.ORGANISATION:
        organisation = visit.db.get(OrganisationRow, int(row.subject))
        return organisation.name if organisation else row.subject
    if row.kind == HeldKind.PRODUCT:
        product = visit.db.get(ProductRow, int(row.subject))
        return f"{product.name} {product.version}" if product else row.subject
    return row.subject


PAGES = (
    PageRoute("GET", "/retention", retention_page, Right.ADMINISTER),
    PageRoute("POST", "/retention/delete", due_deleted, Right.ADMINISTER),
    PageRoute("POST", "/retention/holds", hold_placed, Right.ADMINISTER),
    PageRoute("POST", "/retention/holds/{key:int}", hold_lifted, Right.ADMINISTER),
    PageRoute("POST", "/retention/periods/{kind}", period_set, Right.ADMINISTER),
)
