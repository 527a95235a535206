"""Recall: which certificates rest on what is now in doubt, and what they come to when they are judged again."""

import json
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.certificates.recall import RecallQuestion
from harness.console.certification.recall_work import begin_recall, carry_out_recall, sought_certificates
from harness.console.data.certificate_tables import RecallRow
from harness.console.people.roles import Right
from harness.console.sentences import sentence_of
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_LATEST = 20
_ASKED = ("version", "requirement", "profile", "value")


def recalls_page(visit: Visit) -> Response:
    """Show the question, and which certificates rest on what it asks."""
    return visit.page("recalls", **_recalls(visit))


def recall_begun(visit: Visit) -> Response:
    """Have the certificates that a question asks for judged again."""
    question = RecallQuestion(**{name: visit.value(name, 200) for name in _ASKED})
    try:
        row = begin_recall(visit.db, visit.state, question, visit.value("by", 200), visit.user.name)
    except ConfigurationError as error:
        return visit.declined("recalls", error, **_recalls(visit))
    visit.afterwards.append(lambda: carry_out_recall(visit.state, visit.work.bench, row.id))
    return visit.moved(f"/recalls/{row.id}")


def recall_page(visit: Visit) -> Response:
    """Show what came of a recall."""
    row = visit.db.get(RecallRow, visit.request.path_params["key"])
    if row is None:
        raise Missing
    results = json.loads(row.content) if row.content else []
    for one in results:
        one["told"] = _told(visit, one.get("trouble", ""))
    differing = [one for one in results if one.get("changes") or one.get("before") != one.get("after")]
    return visit.page("recall", row=row, question=json.loads(row.sought), results=results, differing=len(differing))


def _told(visit: Visit, code: str) -> str:
    if not code:
        return ""
    key = f"recall.{code}"
    if code in {"evidence-gone", "evidence-changed"}:
        return str(visit.say(key))
    return sentence_of(ConfigurationError(code), visit.language)


def _recalls(visit: Visit) -> dict[str, Any]:
    question = RecallQuestion(**{name: visit.asked(name) or visit.value(name, 200) for name in _ASKED})
    asked = question != RecallQuestion()
    profiles = visit.state.certifying.authority.profiles
    return {
        "question": msgspec.to_builtins(question),
        "asked": asked,
        "sought": sought_certificates(visit.db, visit.state, question) if asked else [],
        "profiles": profiles.ids(),
        "latest": visit.db.scalars(select(RecallRow).order_by(RecallRow.id.desc()).limit(_LATEST)).all(),
    }


PAGES = (
    PageRoute("GET", "/recalls", recalls_page, Right.READ_LOG),
    PageRoute("POST", "/recalls", recall_begun, Right.DECIDE),
    PageRoute("GET", "/recalls/{key:int}", recall_page, Right.READ_LOG),
)
