"""Questions of a run to people: answered by a person who is signed in, or through a link."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.tables import DelegationRow, RunRow
from harness.console.people.roles import Right
from harness.console.runs.answers import file_of
from harness.console.runs.exhibits import LARGEST_ANSWER, lay_out
from harness.console.sent_file import SentFile
from harness.console.web.routing import Door, PageRoute
from harness.console.web.run_pages import beside_run
from harness.console.web.run_view import run_parts, run_view
from harness.console.web.visit import Missing, Visit
from harness.journal import JournalBroken


def answered(visit: Visit) -> Response:
    """Answer the question that a run has put to a person."""
    row = visit.run()
    try:
        give_answer(visit, row, visit.actor, _typed(visit), visit.files.get("shown", ()))
    except ConfigurationError as error:
        return visit.declined("run", error, **run_view(visit, row), **beside_run(visit, row))
    return visit.moved(f"/runs/{row.id}")


def operator_file(visit: Visit) -> Response:
    """Send a file that goes with a question of a run."""
    return _file(visit, visit.run())


def delegated(visit: Visit) -> Response:
    """Make a link with which a person without an account can answer for this run; it is shown once."""
    row = visit.run()
    link = made_link(visit, row)
    return visit.page("run", **run_view(visit, row), **{**beside_run(visit, row), "link": link})


def made_link(visit: Visit, row: RunRow) -> str:
    """Make a link for answering, and return its address."""
    token = secrets.token_urlsafe(32)
    visit.db.add(DelegationRow(token=_digest(token), run_id=row.id, maker=visit.actor, created=time.time()))
    note_change(visit.db, visit.actor, "delegated", row.id)
    return visit.address(f"/answer/{token}")


def link_page(visit: Visit) -> Response:
    """Show the question of a run to a person with the link."""
    return visit.page("delegated", **_shown(visit, _delegation(visit)))


def link_answered(visit: Visit) -> Response:
    """Answer through the link."""
    delegation = _delegation(visit)
    try:
        give_answer(visit, delegation.run, f"{delegation.maker} (link)", _typed(visit), visit.files.get("shown", ()))
    except ConfigurationError as error:
        return visit.declined("delegated", error, **_shown(visit, _delegation(visit)))
    return visit.moved(f"/answer/{visit.request.path_params['token']}")


def link_file(visit: Visit) -> Response:
    """Send a file that goes with a question, through the link."""
    return _file(visit, _delegation(visit).run)


def _typed(visit: Visit) -> tuple[str, str]:
    """Return the number of the question that a form answers, and the answer."""
    return visit.value("question"), f"{visit.value('word', 40)} {visit.value('said', 2000)}".strip()


def give_answer(visit: Visit, row: RunRow, who: str, answer: tuple[str, str], files: Sequence[SentFile]) -> None:
    """Pass an answer to a run, with the uploaded files.

    Args:
        visit: the request.
        row: the run.
        who: answers, for the log.
        answer: number of the question, and what is said.
        files: that are shown.

    Raises:
        ConfigurationError: this question is not open, the answer is empty, or the files are too large.
    """
    live, place = visit.work.live.look(visit.work.queue.folder(row)), visit.state.runs / row.id
    question, said = answer
    if row.state != "running" or not live.number or question != str(live.number):
        raise ConfigurationError("console.no-question")
    laid = lay_out(place, live.number, files, sum(one.size for one in live.exhibits))
    try:
        visit.work.answers.give(place, live.number, said)
    except ConfigurationError:
        for path in laid:
            path.unlink(missing_ok=True)
        raise
    shown = {path.name: hashlib.sha256(file.content).hexdigest() for path, file in zip(laid, files, strict=True)}
    note_change(visit.db, who, "answer", row.id, question=live.number, said=said, **({"files": shown} if shown else {}))


def _shown(visit: Visit, delegation: DelegationRow) -> dict[str, Any]:
    token = visit.request.path_params["token"]
    parts = run_parts(visit.db, visit.work, delegation.run, visit.language)
    return {**parts, "run": delegation.run, "place": f"/answer/{token}", "answers": True}


def _delegation(visit: Visit) -> DelegationRow:
    found = visit.db.get(DelegationRow, _digest(visit.request.path_params["token"]))
    if found is None:
        raise Missing
    return found


def exhibit(visit: Visit) -> Response:
    """Send a file that was uploaded with an answer, as a download: browsers must not open it."""
    row, number = visit.run(), visit.request.path_params["number"]
    folder = visit.work.queue.folder(row)
    found = next((one for one in visit.work.live.look(folder).exhibits if one.seq == number), None)
    if found is None or found.blob is None:
        raise Missing
    try:
        content = visit.work.shelf.of(folder).record.blob(found.blob)
    except (JournalBroken, ConfigurationError) as error:
        raise Missing from error
    place = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {"content-disposition": place, "content-security-policy": "sandbox; default-src 'none'"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _file(visit: Visit, row: RunRow) -> Response:
    folder, name = visit.request.path_params["folder"], visit.request.path_params["name"]
    path = file_of(visit.work.queue.folder(row), folder, name)
    if path is None:
        raise Missing
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


PAGES = (
    PageRoute("POST", "/runs/{key}/answer", answered, Right.RUN, largest=LARGEST_ANSWER, entry=Visit.run),
    PageRoute("GET", "/runs/{key}/exhibits/{number:int}", exhibit),
    PageRoute("GET", "/runs/{key}/operator/{folder}/{name}", operator_file),
    PageRoute("POST", "/runs/{key}/delegate", delegated, Right.RUN),
    PageRoute("GET", "/answer/{token}", link_page, door=Door.OPEN),
    PageRoute(
        "POST", "/answer/{token}/answer", link_answered, door=Door.OPEN, largest=LARGEST_ANSWER, entry=_delegation
    ),
    PageRoute("GET", "/answer/{token}/operator/{folder}/{name}", link_file, door=Door.OPEN),
)
