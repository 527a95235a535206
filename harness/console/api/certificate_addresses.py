"""Proposals and certificates for programs: propose, decide, consent, change, read."""

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.amendment import CorrectedFacts
from harness.certificates.document import Certificate
from harness.certificates.life import LifeAct, LifeEntry
from harness.console.api.address import ROOT, ApiAddress, json_answer
from harness.console.certification.acts import DONE_BY_HAND, add_act
from harness.console.certification.amendments import propose_amendment
from harness.console.certification.book import KeptCertificate, kept_certificate, kept_certificates
from harness.console.certification.issuing import carry_out
from harness.console.certification.proposals import decide, propose, troubles
from harness.console.data.certificate_tables import CertificateRow, ProposalRow
from harness.console.people.roles import Right, Role
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit

_LISTED = 100
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


class WantedAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act on a certificate; only `extend` needs a version."""

    act: LifeAct
    reason: str = ""
    version: str = ""


class WantedConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The holder's consent to publication, and how it was given."""

    reason: str = ""


class WantedAmendment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts of a certificate as they should read, and why; what is left out stays. The scope can only be narrowed."""

    why: str
    holder: str | None = None
    address: str | None = None
    capabilities: tuple[str, ...] | None = None


class ProposalShape(msgspec.Struct, frozen=True):
    """A proposal; `certificate` is the number of the certificate that was issued for it."""

    id: int
    run: str
    organisation: str
    product: str
    version: str
    state: str
    evaluated_by: str
    decided_by: str
    created: str
    decided: str | None
    certificate: str | None
    bars: tuple[str, ...]


class ProposalList(msgspec.Struct, frozen=True):
    """Proposals, newest first."""

    proposals: list[ProposalShape]


class CertificateShape(msgspec.Struct, frozen=True):
    """A certificate: state, history and content; without these if it is not `whole`. What it replaces or amends is in
    its content; `replaced_by` is the number of the one that replaces or amends it.
    """

    number: str
    run: str
    whole: bool
    state: str | None
    published: bool
    certificate: Certificate | None
    life: tuple[LifeEntry, ...]
    replaced_by: str | None = None


class CertificateList(msgspec.Struct, frozen=True):
    """Certificates, newest first."""

    certificates: list[CertificateShape]


def proposal_wanted(visit: Visit) -> Response:
    """Propose a run for a certificate."""
    sent = visit.sent
    values = {name: _clean(getattr(sent, name)) for name in ("note", "replaces", "changed", "why")}
    row = propose(visit.db, visit.state, visit.run(), visit.user, **values)
    return json_answer(_proposal(visit, row), _CREATED, {"location": f"{ROOT}/proposals/{row.id}"})


def proposals(visit: Visit) -> Response:
    """List proposals."""
    wanted = select(ProposalRow).order_by(ProposalRow.created.desc()).limit(_LISTED)
    if visit.own is not None:
        wanted = wanted.where(ProposalRow.organisation_id == visit.own)
    return json_answer(ProposalList([_proposal(visit, row) for row in visit.db.scalars(wanted)]))


def proposal(visit: Visit) -> Response:
    """Return a proposal and its state."""
    return json_answer(_proposal(visit, _row(visit)))


def decision_wanted(visit: Visit) -> Response:
    """Decide on a proposal; its address shows the result of judging again."""
    row, sent = _row(visit), visit.sent
    decide(visit.db, visit.state, row, visit.user, grant=sent.grant, reasons=_clean(sent.reasons),
           conditions=_clean(sent.conditions))  # fmt: skip
    if sent.grant:
        visit.afterwards.append(lambda: carry_out(visit.state, visit.work.bench, row.id))
    return json_answer(_proposal(visit, row), _ACCEPTED, {"location": f"{ROOT}/proposals/{row.id}"})


def certificates(visit: Visit) -> Response:
    """List certificates."""
    authority = visit.state.certifying.authority
    return json_answer(
        CertificateList([_certificate(one) for one in kept_certificates(visit.db, authority, visit.own)])
    )


def certificate(visit: Visit) -> Response:
    """Return a certificate with its state."""
    return json_answer(_certificate(_kept(visit)))


def act_wanted(visit: Visit) -> Response:
    """Carry out an act on a certificate."""
    kept, sent = _kept(visit), visit.sent
    if sent.act not in DONE_BY_HAND:
        raise ConfigurationError("certification.no-act")
    detail = _clean(sent.version) if sent.act is LifeAct.EXTEND else ""
    add_act(visit.db, visit.state.certifying, kept.number, sent.act, visit.user, reason=_clean(sent.reason),
            detail=detail)  # fmt: skip
    return certificate(visit)


def consent_wanted(visit: Visit) -> Response:
    """Record the holder's consent to publication."""
    kept, how = _kept(visit), _clean(visit.sent.reason)
    if visit.user.role == Role.VENDOR:
        how = f"{text('console', 'certificate.consent.self', 'vi')} {how}".strip()
    add_act(visit.db, visit.state.certifying, kept.number, LifeAct.CONSENT, visit.user, reason=how)
    return certificate(visit)


def consent_retracted(visit: Visit) -> Response:
    """Record that the holder takes the consent to publication back."""
    kept, how = _kept(visit), _clean(visit.sent.reason)
    if visit.user.role == Role.VENDOR:  # who need not say why
        how = f"{text('console', 'certificate.retract.self', 'vi')} {how}".strip()
    add_act(visit.db, visit.state.certifying, kept.number, LifeAct.RETRACT_CONSENT, visit.user, reason=how)
    return certificate(visit)


def amendment_wanted(visit: Visit) -> Response:
    """Propose to correct facts of a certificate."""
    kept, sent = _kept(visit), visit.sent
    present = kept.certificate
    if present is None:
        raise ConfigurationError("certification.damaged")
    corrected = CorrectedFacts(
        present.holder if sent.holder is None else _clean(sent.holder)[:200],
        present.address if sent.address is None else _clean(sent.address)[:300],
        present.scope.capabilities if sent.capabilities is None else sent.capabilities,
    )
    row = propose_amendment(visit.db, kept, visit.user, corrected, _clean(sent.why))
    return json_answer(_proposal(visit, row), _CREATED, {"location": f"{ROOT}/proposals/{row.id}"})


def _clean(value: str) -> str:
    return value.replace("\0", "").strip()[:_LONGEST]


def _row(visit: Visit) -> ProposalRow:
    row = visit.db.get(ProposalRow, visit.request.path_params["key"])
    if row is None or not visit.sees(row.organisation_id):
        raise Missing
    return row


def _kept(visit: Visit) -> KeptCertificate:
    if visit.state.certifier is None:
        raise Missing
    kept = kept_certificate(visit.db, visit.state.certifier.authority, visit.request.path_params["key"])
    if kept is None or not visit.sees(kept.organisation):
        raise Missing
    return kept


def _proposal(visit: Visit, row: ProposalRow) -> ProposalShape:
    number = visit.db.scalars(select(CertificateRow.number).where(CertificateRow.proposal_id == row.id)).first()
    return ProposalShape(
        id=row.id,
        run=row.run_id,
        organisation=row.organisation.name,
        product=row.product.name,
        version=row.product.version,
        state=str(row.state),
        evaluated_by=row.proposer_name,
        decided_by=row.decider_name,
        created=machine_moment(row.created),
        decided=machine_moment(row.decided) or None,
        certificate=number,
        bars=tuple(code.removeprefix("bar.") for code, _ in troubles(row)),
    )


def _certificate(kept: KeptCertificate) -> CertificateShape:
    life = kept.life if kept.whole else None
    return CertificateShape(
        number=kept.number,
        run=kept.run,
        whole=kept.whole,
        state=kept.state,
        published=life is not None and life.published,
        certificate=kept.certificate if kept.whole else None,
        life=tuple(life.entries) if life else (),
        replaced_by=(life.successor or None) if life else None,
    )


ADDRESSES = (
    ApiAddress("POST", "/runs/{key}/proposals", proposal_wanted, Right.PROPOSE, WantedProposal, ProposalShape),
    ApiAddress("GET", "/proposals", proposals, given=ProposalList),
    ApiAddress("GET", "/proposals/{key:int}", proposal, given=ProposalShape),
    ApiAddress("POST", "/proposals/{key:int}/decision", decision_wanted, Right.DECIDE, WantedDecision, ProposalShape),
    ApiAddress("GET", "/certificates", certificates, given=CertificateList),
    ApiAddress("GET", "/certificates/{key}", certificate, given=CertificateShape),
    ApiAddress("POST", "/certificates/{key}/acts", act_wanted, Right.DECIDE, WantedAct, CertificateShape),
    ApiAddress("POST", "/certificates/{key}/consent", consent_wanted, Right.CONSENT, WantedConsent, CertificateShape),
    ApiAddress(
        "POST",
        "/certificates/{key}/consent/withdrawal",
        consent_retracted,
        Right.CONSENT,
        WantedConsent,
        CertificateShape,
    ),
    ApiAddress(
        "POST", "/certificates/{key}/amendment", amendment_wanted, Right.PROPOSE, WantedAmendment, ProposalShape
    ),
)
