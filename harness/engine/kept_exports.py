"""At the end of a run the candidate is asked for what it keeps of the documents exchanged; it becomes evidence."""

import hashlib
import ipaddress
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio

from harness.catalogue.candidate import Driver, HttpDriverDeclaration
from harness.drivers.protocol import DriverError, DriverLost
from harness.engine.export_pieces import pieces_of
from harness.engine.handed_export import ExportBounds, ExportUnusable, HandedExport, taken_in
from harness.journal.events import ExportHanded, ExportPiece, ExportRejected
from harness.records.registry import EXPORT_COMMANDS, Form, keeping_rules
from harness.scenarios.run_context import RunContext

# Seconds: hundreds of documents have to be packed, and nothing else waits for the candidate any more.
_LIMIT = 120.0
_LARGEST = 256 * 1024 * 1024


async def ask_for_exports(run: RunContext, driver: Driver, only: Collection[str] | None) -> None:
    """Ask for each form of export that the candidate declares and some requirement of the run is about.

    Args:
        run: the run, at its end.
        driver: as declared.
        only: requirements that the run is narrowed to, None for all.
    """
    local = is_local(driver)
    for form in wanted(run.capabilities, only):
        try:
            result = await run.driver.call(EXPORT_COMMANDS[form], {}, _LIMIT + run.times.give_up)
        except (DriverError, DriverLost):
            continue  # the record has it
        await _keep(run, form, result, local=local)


def wanted(capabilities: Collection[str], only: Collection[str] | None) -> tuple[Form, ...]:
    """Return the forms of export that are declared and that some requirement of a run is about."""
    asked = (form for form in EXPORT_COMMANDS if form in capabilities)
    forms = keeping_rules().forms
    return tuple(form for form in asked if only is None or any(form in forms.get(one, ()) for one in only))


def is_local(driver: Driver) -> bool:
    """Return whether a driver is on this machine: every driver but an HTTP one at another machine's address."""
    if not isinstance(driver, HttpDriverDeclaration):
        return True
    host = urlsplit(driver.url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _keep(run: RunContext, form: Form, result: Mapping[str, Any], *, local: bool) -> None:
    limits = run.profile.parameters.limits
    bounds = ExportBounds(_LARGEST, limits.elements)
    reading = partial(taken_in, result, bounds, local=local)
    try:
        with anyio.fail_after(_LIMIT):  # a path may lead to a file system that never answers
            export = await anyio.to_thread.run_sync(reading, abandon_on_cancel=True)
        run.journal.record(_kept(run, form, export))
    except ExportUnusable as error:
        run.journal.record(ExportRejected(form, error.reason, error.detail))
    except TimeoutError:
        run.journal.record(ExportRejected(form, "missing", f"> {_LIMIT:g} s"))


def _kept(run: RunContext, form: Form, export: HandedExport) -> ExportHanded:
    """Put an export into the evidence and return what an event says of it.

    Raises:
        ExportUnusable: it cannot be evidence as it is.
    """
    pieces = tuple(_piece(run, export, start, end) for start, end in pieces_of(export.content))
    digest = hashlib.sha256(export.content).hexdigest()
    return ExportHanded(form=form, name=export.name, size=len(export.content), sha256=digest, pieces=pieces)


def _piece(run: RunContext, export: HandedExport, start: int, end: int) -> ExportPiece:
    content = export.content[start:end]
    blob = run.journal.keep(content)
    if blob is None:
        raise ExportUnusable("not-kept", export.name)
    if blob != hashlib.sha256(content).hexdigest():  # a secret in it was concealed
        raise ExportUnusable("secret", export.name)
    return ExportPiece(blob, len(content))
