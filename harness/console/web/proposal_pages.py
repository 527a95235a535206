"""Proposals: from a passed run to the decision of another person; and the full names of account users."""

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.badge import AREA
from harness.certificates.life import STEPS, LifeAct
from harness.console.certification.amendments import amends
from harness.console.certification.book import kept_certificates
from harness.console.certification.issuing import carry_out
from harness.console.certification.persons import person_of, register_person
from harness.console.certification.proposals import (
    ProposalState,
    add_opinion,
    bars_of,
    decide,
    propose,
    take_back,
    troubles,
)
from harness.console.data.certificate_tables import CertificateRow, OpinionRow, PersonRow, ProposalRow
from harness.console.data.tables import RunRow, UserRow
from harness.console.people.roles import Right, Role
from harness.console.sentences import sentence_of
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_LISTED = 100
_TYPED = ("note", "replaces", "changed", "why")
_ACTING = (Role.ADMIN, Role.TESTER, Role.APPROVER)


def propose_page(visit: Visit) -> Response:
    """Show why a run cannot be certified, or the form to propose it."""
    return visit.page("propose", **_proposable(visit, visit.run()))


def proposed(visit: Visit) -> Response:
    """Propose a run for a certificate."""
    run = visit.run()
    typed = {name: visit.value(name) for name in _TYPED}
    try:
        row = propose(visit.db, visit.state, run, visit.user, **typed)
    except ConfigurationError as error:
        return visit.declined("propose", error, **{**_proposable(visit, run), "typed": typed})
    return visit.moved(f"/proposals/{row.id}")


def proposals_page(visit: Visit) -> Response:
    """Show the proposals; those that wait for a decision come first."""
    wanted = select(ProposalRow).order_by(ProposalRow.created.desc()).limit(_LISTED)
    if visit.own is not None:
        wanted = wanted.where(ProposalRow.organisation_id == visit.own)
    rows = visit.db.scalars(wanted).all()
    waiting = [row for row in rows if row.state in {ProposalState.OPEN, ProposalState.DECIDING}]
    return visit.page("proposals", waiting=list(reversed(waiting)), done=[row for row in rows if row not in waiting])


def proposal_page(visit: Visit) -> Response:
    """Show a proposal."""
    return visit.page("proposal", **_proposal(visit, _row(visit)))


def opinion_written(visit: Visit) -> Response:
    """Add an opinion to a proposal."""
    row = _row(visit)
    try:
        add_opinion(visit.db, row, visit.user, visit.value("text"))
    except ConfigurationError as error:
        return visit.declined("proposal", error, **_proposal(visit, row))
    return visit.moved(f"/proposals/{row.id}#opinions")


def taken_back(visit: Visit) -> Response:
    """Withdraw a proposal."""
    row = _row(visit)
    try:
        take_back(visit.db, row, visit.user)
    except ConfigurationError as error:
        return visit.declined("proposal", error, **_proposal(visit, row))
    return visit.moved(f"/proposals/{row.id}")


def decided(visit: Visit) -> Response:
    """Decide on a proposal; after a decision to certify is stored, the run is judged again."""
    row = _row(visit)
    grant = visit.value("decision") == "grant"
    try:
        decide(visit.db, visit.state, row, visit.user, grant=grant, reasons=visit.value("reasons"),
               conditions=visit.value("conditions"))  # fmt: skip
    except ConfigurationError as error:
        return visit.declined("proposal", error, **_proposal(visit, row))
    if grant:
        _carry_out(visit, row.id)
    return visit.moved(f"/proposals/{row.id}")


def judged_again(visit: Visit) -> Response:
    """Judge the run of a decided proposal again, after an interruption."""
    row = _row(visit)
    if row.state != ProposalState.DECIDING:
        raise ConfigurationError("certification.decided")
    _carry_out(visit, row.id)
    return visit.moved(f"/proposals/{row.id}")


def persons_page(visit: Visit) -> Response:
    """Show the full names of the users who may evaluate or decide."""
    return visit.page("persons", people=_people(visit))


def person_registered(visit: Visit) -> Response:
    """Register the full name of an account's user."""
    user = visit.db.get(UserRow, visit.request.path_params["key"])
    if user is None or user.role not in _ACTING:
        raise Missing
    try:
        register_person(visit.db, user, visit.value("name", 300), visit.actor)
    except ConfigurationError as error:
        return visit.declined("persons", error, people=_people(visit))
    return visit.moved("/persons")


def _carry_out(visit: Visit, key: int) -> None:
    visit.afterwards.append(lambda: carry_out(visit.state, visit.work.bench, key))


def _row(visit: Visit) -> ProposalRow:
    """Return the proposal that the address names.

    Raises:
        Missing: there is none, or it belongs to another organisation.
    """
    row = visit.db.get(ProposalRow, visit.request.path_params["key"])
    if row is None or not visit.sees(row.organisation_id):
        raise Missing
    return row


def _proposable(visit: Visit, run: RunRow) -> dict[str, Any]:
    authority = visit.state.certifying.authority
    kept = kept_certificates(visit.db, authority, run.organisation_id)
    replaceable = [one for one in kept if one.state is not None and (one.state, LifeAct.REPLACE) in STEPS]
    return {
        "run": run,
        "bars": [text(AREA, f"bar.{bar}", visit.language) for bar in bars_of(visit.state, run)],
        "person": person_of(visit.db, visit.user.name),
        "replaceable": replaceable,
        "typed": dict.fromkeys(_TYPED, ""),
    }


def _proposal(visit: Visit, row: ProposalRow) -> dict[str, Any]:
    said = select(OpinionRow).where(OpinionRow.proposal_id == row.id).order_by(OpinionRow.at)
    certificate = select(CertificateRow.number).where(CertificateRow.proposal_id == row.id)
    return {
        "row": row,
        "opinions": visit.db.scalars(said).all(),
        "number": visit.db.scalars(certificate).first(),
        "troubles": [_explained(visit, code, values) for code, values in troubles(row)],
        "person": person_of(visit.db, visit.user.name),
        "correction": amends(visit.db, row.id),
    }


def _explained(visit: Visit, code: str, values: dict[str, Any]) -> str:
    if code.startswith("bar."):
        return text(AREA, code, visit.language)
    return sentence_of(ConfigurationError(code, **values), visit.language)


def _people(visit: Visit) -> list[tuple[UserRow, str]]:
    names = {row.user_id: row.name for row in visit.db.scalars(select(PersonRow))}
    users = visit.db.scalars(select(UserRow).where(UserRow.role.in_(_ACTING), UserRow.active).order_by(UserRow.name))
    return [(user, names.get(user.id, "")) for user in users]


PAGES = (
    PageRoute("GET", "/runs/{key}/propose", propose_page, Right.PROPOSE),
    PageRoute("POST", "/runs/{key}/propose", proposed, Right.PROPOSE),
    PageRoute("GET", "/proposals", proposals_page),
    PageRoute("GET", "/proposals/{key:int}", proposal_page),
    PageRoute("POST", "/proposals/{key:int}/opinions", opinion_written, Right.WRITE_NOTE),
    PageRoute("POST", "/proposals/{key:int}/back", taken_back, Right.PROPOSE),
    PageRoute("POST", "/proposals/{key:int}/decision", decided, Right.DECIDE),
    PageRoute("POST", "/proposals/{key:int}/again", judged_again, Right.DECIDE),
    PageRoute("GET", "/persons", persons_page, Right.ADMINISTER),
    PageRoute("POST", "/persons/{key:int}", person_registered, Right.ADMINISTER),
)
