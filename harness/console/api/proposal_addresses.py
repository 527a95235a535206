"""Proposals for programs: propose, give an opinion, decide, take back; always by two different persons."""

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.badge import AREA as CERTIFICATE_WORDS
from harness.console.api.address import PAGE, ROOT, ApiAddress, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.certification.issuing import carry_out
from harness.console.certification.proposals import (
    ProposalState,
    add_opinion,
    bars_of,
    decide,
    propose,
    take_back,
    troubles,
)
from harness.console.data.certificate_tables import CertificateRow, OpinionRow, ProposalRow
from harness.console.people.roles import Right
from harness.console.sentences import sentence_of
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit

_LONGEST = 4000
_CREATED, _ACCEPTED = 201, 202


class WantedProposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run to be proposed; `replaces` needs `changed` and `why`."""

    note: str = ""
    replaces: str = ""
    changed: str = ""
    why: str = ""


class WantedDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision; before a certificate is issued, the run is verified and judged again."""

    grant: bool
    reasons: str
    conditions: str = ""


class WantedOpinion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An opinion on the results."""

    text: str


class OpinionShape(msgspec.Struct, frozen=True):
    """A person's opinion on the results; it is quoted in the certificate."""

    author: str
    at: str
    text: str


class ObstacleShape(msgspec.Struct, frozen=True):
    """A reason against a certificate: a stable word, and a sentence in the language that was asked for."""

    code: str
    detail: str


class EligibilityShape(msgspec.Struct, frozen=True):
    """Whether a run may be proposed by its report, and what is in the way."""

    eligible: bool
    obstacles: list[ObstacleShape]


class ProposalShape(msgspec.Struct, frozen=True):
    """A proposal.

    Attributes:
        state: `open`, `deciding`, `granted`, `refused`, `barred` or `taken-back`.
        replaces: number of the certificate to be replaced; empty for none.
        changed, why: what differs from that certificate, and the reason.
        evaluated_by, decided_by: full names of the two persons.
        certificate: number of the certificate that was issued for it.
        bars: why the run was not certified when it was judged again; `obstacles` has the sentences.
    """

    id: int
    run: str
    organisation_id: int
    organisation: str
    product: str
    version: str
    state: str
    note: str
    replaces: str
    changed: str
    why: str
    evaluated_by: str
    decided_by: str
    reasons: str
    conditions: str
    created: str
    decided: str | None
    certificate: str | None
    bars: tuple[str, ...]
    obstacles: list[ObstacleShape]
    opinions: list[OpinionShape]


class ProposalList(msgspec.Struct, frozen=True):
    """Proposals, newest first."""

    proposals: list[ProposalShape]


def eligibility(visit: Visit) -> Response:
    """Return whether a run may be proposed."""
    bars = bars_of(visit.state, visit.run())
    return json_answer(EligibilityShape(not bars, [_obstacle(visit, f"bar.{bar}", {}) for bar in bars]))


def proposal_wanted(visit: Visit) -> Response:
    """Propose a run for a certificate."""
    sent = visit.sent
    values = {name: _clean(getattr(sent, name)) for name in ("note", "replaces", "changed", "why")}
    row = propose(visit.db, visit.state, visit.run(), visit.user, **values)
    return json_answer(shown_proposal(visit, row), _CREATED, {"location": f"{ROOT}/proposals/{row.id}"})


def proposals(visit: Visit) -> Response:
    """List proposals."""
    wanted = select(ProposalRow)
    if visit.own is not None:
        wanted = wanted.where(ProposalRow.organisation_id == visit.own)
    return rows_of_page(visit, wanted, ProposalRow.id).answer(ProposalList, lambda row: shown_proposal(visit, row))


def proposal(visit: Visit) -> Response:
    """Return a proposal and its state."""
    return json_answer(shown_proposal(visit, _row(visit)))


def decision_wanted(visit: Visit) -> Response:
    """Decide on a proposal; its address shows the result of judging again."""
    row, sent = _row(visit), visit.sent
    decide(visit.db, visit.state, row, visit.user, grant=sent.grant, reasons=_clean(sent.reasons),
           conditions=_clean(sent.conditions))  # fmt: skip
    if sent.grant:
        visit.afterwards.append(lambda: carry_out(visit.state, visit.work.bench, row.id))
    return json_answer(shown_proposal(visit, row), _ACCEPTED, {"location": f"{ROOT}/proposals/{row.id}"})


def opinion_wanted(visit: Visit) -> Response:
    """Give an opinion on a proposal."""
    row = _row(visit)
    add_opinion(visit.db, row, visit.user, _clean(visit.sent.text))
    return json_answer(shown_proposal(visit, row), _CREATED)


def taken_back(visit: Visit) -> Response:
    """Withdraw a proposal."""
    row = _row(visit)
    take_back(visit.db, row, visit.user)
    return json_answer(shown_proposal(visit, row))


def judged_again(visit: Visit) -> Response:
    """Judge the run of a decided proposal again, after an interruption."""
    row = _row(visit)
    if row.state != ProposalState.DECIDING:
        raise ConfigurationError("certification.decided")
    visit.afterwards.append(lambda: carry_out(visit.state, visit.work.bench, row.id))
    return json_answer(shown_proposal(visit, row), _ACCEPTED, {"location": f"{ROOT}/proposals/{row.id}"})


def _clean(value: str) -> str:
    return value.strip()[:_LONGEST]


def _row(visit: Visit) -> ProposalRow:
    row = visit.db.get(ProposalRow, visit.request.path_params["key"])
    if row is None or not visit.sees(row.organisation_id):
        raise Missing
    return row


def _obstacle(visit: Visit, code: str, values: dict[str, str]) -> ObstacleShape:
    if code.startswith("bar."):
        return ObstacleShape(code.removeprefix("bar."), text(CERTIFICATE_WORDS, code, visit.language))
    return ObstacleShape(code, sentence_of(ConfigurationError(code, path=None, line=None, **values), visit.language))


def shown_proposal(visit: Visit, row: ProposalRow) -> ProposalShape:
    """Return a proposal as programs see it."""
    number = visit.db.scalars(select(CertificateRow.number).where(CertificateRow.proposal_id == row.id)).first()
    said = select(OpinionRow).where(OpinionRow.proposal_id == row.id).order_by(OpinionRow.at, OpinionRow.id)
    found = troubles(row)
    return ProposalShape(
        id=row.id,
        run=row.run_id,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        product=row.product.name,
        version=row.product.version,
        state=str(row.state),
        note=row.note,
        replaces=row.replaces,
        changed=row.changed,
        why=row.why,
        evaluated_by=row.proposer_name,
        decided_by=row.decider_name,
        reasons=row.reasons,
        conditions=row.conditions,
        created=machine_moment(row.created),
        decided=machine_moment(row.decided) or None,
        certificate=number,
        bars=tuple(code.removeprefix("bar.") for code, _ in found),
        obstacles=[_obstacle(visit, code, values) for code, values in found],
        opinions=[OpinionShape(one.author_name, machine_moment(one.at), one.text) for one in visit.db.scalars(said)],
    )


ADDRESSES = (
    ApiAddress("showEligibility", "GET", "/runs/{key}/eligibility", eligibility, given=EligibilityShape),
    ApiAddress("proposeRun", "POST", "/runs/{key}/proposals", proposal_wanted, Right.PROPOSE, WantedProposal,
               ProposalShape, status=_CREATED),
    ApiAddress("listProposals", "GET", "/proposals", proposals, given=ProposalList, asked=PAGE),
    ApiAddress("showProposal", "GET", "/proposals/{key:int}", proposal, given=ProposalShape),
    ApiAddress("giveOpinion", "POST", "/proposals/{key:int}/opinions", opinion_wanted, Right.WRITE_NOTE,
               WantedOpinion, ProposalShape, status=_CREATED),
    ApiAddress("takeProposalBack", "POST", "/proposals/{key:int}/back", taken_back, Right.PROPOSE,
               given=ProposalShape),
    ApiAddress("decideProposal", "POST", "/proposals/{key:int}/decision", decision_wanted, Right.DECIDE,
               WantedDecision, ProposalShape, status=_ACCEPTED),
    ApiAddress("judgeProposalAgain", "POST", "/proposals/{key:int}/again", judged_again, Right.DECIDE,
               given=ProposalShape, status=_ACCEPTED),
)  # fmt: skip
