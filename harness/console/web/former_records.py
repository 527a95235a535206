"""What is answered where a record once was and was deleted when it was due: 410, with its tombstone."""

import json

from starlette.responses import HTMLResponse, Response

from harness.catalogue.texts import Language, text
from harness.console.data.retention_tables import TombstoneRow
from harness.console.safekeeping.tombstones import (
    AREA,
    period_text,
    title_of,
    tombstone_of_certificate,
    tombstone_of_run,
)
from harness.console.web.rendering import rendered
from harness.console.web.visit import Visit

_GONE = 410


def former_record(visit: Visit, path: str) -> TombstoneRow | None:
    """Return the tombstone of what an address named, None where there is none that this person may see.

    Args:
        visit: the request.
        path: of the route, such as `/runs/{key}/messages`.
    """
    named = visit.request.path_params
    if path.startswith("/runs/{key}"):
        row = tombstone_of_run(visit.db, str(named["key"]))
    elif path.startswith("/certificates/{key}"):
        row = tombstone_of_certificate(visit.db, str(named["key"]))
    elif path.startswith("/register/{number}"):
        row = tombstone_of_certificate(visit.db, str(named["number"]))
        return row if row is not None and row.public else None
    else:
        return None
    if row is None or (row.organisation_id is not None and not visit.sees(row.organisation_id)):
        return None
    return row


def former_page(visit: Visit, row: TombstoneRow) -> Response:
    """Return the page that stands where the record was; everybody may see what was public, but not who deleted it."""
    title = json.loads(row.title)
    page = rendered(
        "former", visit.language, row=row, inside=visit.session is not None, title=title,
        name=title_of(row.kind, row.subject, title, visit.language),
        period=period_text(row.period, visit.language),
        words=lambda key, **values: text(AREA, key, visit.language, **values),
    )  # fmt: skip
    return HTMLResponse(page, _GONE)


def former_note(row: TombstoneRow, language: Language) -> str:
    """Return what stands where a deleted note was."""
    author = json.loads(row.title).get("author", "")
    return text(AREA, "note.former", language, author=author, digest=row.digest)


def former_rows(row: TombstoneRow, language: Language) -> str:
    """Return what stands where deleted rows of the change log were."""
    title = json.loads(row.title)
    return text(AREA, "log.former", language, first=title["first"], last=title["last"], digest=row.digest)
