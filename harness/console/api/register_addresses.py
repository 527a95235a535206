"""The public register for programs, without a key; and recalls: which certificates are based on what is in doubt."""

import json
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.certificates.life import LifeState
from harness.certificates.public_register import found
from harness.certificates.recall import RecallQuestion
from harness.certificates.snapshot_content import SnapshotEntry
from harness.console.api.address import PAGE, ROOT, ApiAddress, AskedValue, json_answer
from harness.console.api.certificate_addresses import FORMS
from harness.console.api.paging import part_of_list, rows_of_page
from harness.console.certification.recall_work import begin_recall, carry_out_recall, sought_certificates
from harness.console.data.certificate_tables import RecallRow
from harness.console.people.roles import Right
from harness.console.web.register_pages import register_now, registered_document
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit

_ACCEPTED = 202
_LONGEST = 200
_ASKED = ("version", "requirement", "profile", "value")
_STATES = tuple(str(state) for state in LifeState)


class RegisterList(msgspec.Struct, frozen=True):
    """The published certificates, in the order of the register."""

    entries: list[SnapshotEntry]


class SoughtShape(msgspec.Struct, frozen=True):
    """A certificate that a question is about; `values`: of its profile, those that have changed since its issue."""

    number: str
    holder: str
    product: str
    version: str
    state: str
    values: tuple[str, ...]


class SoughtList(msgspec.Struct, frozen=True):
    """Certificates that a question is about, newest first."""

    certificates: list[SoughtShape]


class WantedRecall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which certificates are to be judged again, and by which profile; empty for each one's own.

    Attributes:
        version: of the harness that judged the run.
        requirement: that had to pass.
        profile: of which values have changed, at or below `value` if that is given.
        value: path of a value in the profile.
        by: id of the profile by which they are judged.
    """

    version: str = ""
    requirement: str = ""
    profile: str = ""
    value: str = ""
    by: str = ""


class RecallShape(msgspec.Struct, frozen=True):
    """A recall; it changes no certificate.

    Attributes:
        sought: the question.
        by: profile by which they are judged; empty for each one's own.
        state: `running`, `ended` or `broken`.
        results: one for each certificate: verdict before and after, requirements that differ, or the trouble.
    """

    id: int
    actor: str
    created: str
    sought: RecallQuestion
    by: str
    state: str
    results: list[dict[str, Any]]


class RecallList(msgspec.Struct, frozen=True):
    """Recalls, newest first."""

    recalls: list[RecallShape]


def register(visit: Visit) -> Response:
    """List the public register."""
    snapshot, _ = register_now(visit)
    return part_of_list(visit, found(snapshot, visit.asked("q"), visit.asked("state", 20))).answer(RegisterList, _same)


def registered(visit: Visit) -> Response:
    """Return an entry of the public register."""
    number = visit.request.path_params["number"]
    entry = next((one for one in register_now(visit)[0].entries if one.number == number), None)
    if entry is None:
        raise Missing
    return json_answer(entry)


def sought(visit: Visit) -> Response:
    """List the certificates that a question is about."""
    question = RecallQuestion(**{name: visit.asked(name) for name in _ASKED})
    known = [] if question == RecallQuestion() else sought_certificates(visit.db, visit.state, question)
    shown = [
        SoughtShape(kept.number, kept.certificate.holder, kept.certificate.product.name,
                    kept.certificate.product.version, str(kept.state or ""), values)
        for kept, values in known if kept.certificate is not None
    ]  # fmt: skip
    return part_of_list(visit, shown).answer(SoughtList, _same)


def recalls(visit: Visit) -> Response:
    """List the recalls."""
    return rows_of_page(visit, select(RecallRow), RecallRow.id).answer(RecallList, _recall)


def recall_wanted(visit: Visit) -> Response:
    """Judge the runs of the certificates that a question is about again."""
    question = RecallQuestion(**{name: getattr(visit.sent, name).strip()[:_LONGEST] for name in _ASKED})
    row = begin_recall(visit.db, visit.state, question, visit.sent.by.strip()[:_LONGEST], visit.user.name)
    visit.afterwards.append(lambda: carry_out_recall(visit.state, visit.work.bench, row.id))
    return json_answer(_recall(row), _ACCEPTED, {"location": f"{ROOT}/recalls/{row.id}"})


def recall(visit: Visit) -> Response:
    """Return a recall and its results."""
    row = visit.db.get(RecallRow, visit.request.path_params["key"])
    if row is None:
        raise Missing
    return json_answer(_recall(row))


def _same(entry: Any) -> Any:
    return entry


def _recall(row: RecallRow) -> RecallShape:
    question = msgspec.json.decode(row.sought, type=RecallQuestion)
    results = json.loads(row.content) if row.content else []
    return RecallShape(row.id, row.actor, machine_moment(row.created), question, row.profile, row.state, results)


ADDRESSES = (
    ApiAddress("listRegister", "GET", "/register", register, given=RegisterList,
               asked=(*PAGE, AskedValue("q"), AskedValue("state", choices=_STATES)), open=True),
    ApiAddress("showRegistered", "GET", "/register/{number}", registered, given=SnapshotEntry, open=True),
    ApiAddress("downloadRegistered", "GET", "/register/{number}/certificate.{form}", registered_document,
               media=FORMS, open=True),
    ApiAddress("listSought", "GET", "/recalls/certificates", sought, Right.READ_LOG, given=SoughtList,
               asked=(*PAGE, *(AskedValue(name) for name in _ASKED))),
    ApiAddress("listRecalls", "GET", "/recalls", recalls, Right.READ_LOG, given=RecallList, asked=PAGE),
    ApiAddress("beginRecall", "POST", "/recalls", recall_wanted, Right.DECIDE, WantedRecall, RecallShape,
               status=_ACCEPTED),
    ApiAddress("showRecall", "GET", "/recalls/{key:int}", recall, Right.READ_LOG, given=RecallShape),
)  # fmt: skip
