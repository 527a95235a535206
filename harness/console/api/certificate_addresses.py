"""Certificates for programs: consent, change, read."""

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.amendment import CorrectedFacts
from harness.certificates.document import Certificate
from harness.certificates.life import LifeAct, LifeEntry
from harness.console.api.address import PAGE, ROOT, ApiAddress, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.api.proposal_addresses import ProposalShape, shown_proposal
from harness.console.certification.acts import DONE_BY_HAND, add_act
from harness.console.certification.amendments import propose_amendment
from harness.console.certification.book import KeptCertificate, kept_certificate, kept_row
from harness.console.data.certificate_tables import CertificateRow
from harness.console.people.roles import Right, Role
from harness.console.web.certificate_pages import document_page
from harness.console.web.visit import Missing, Visit

_LONGEST = 4000
_CREATED = 201
FORMS = ("application/json", "application/pdf", "image/svg+xml")


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


def certificates(visit: Visit) -> Response:
    """List certificates."""
    if visit.state.certifier is None:
        return json_answer(CertificateList([]))
    authority = visit.state.certifier.authority
    wanted = select(CertificateRow)
    if visit.own is not None:
        wanted = wanted.where(CertificateRow.organisation_id == visit.own)
    page = rows_of_page(visit, wanted, CertificateRow.issued, CertificateRow.number)
    return page.answer(CertificateList, lambda row: _certificate(kept_row(visit.db, authority, row)))


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
    return json_answer(shown_proposal(visit, row), _CREATED, {"location": f"{ROOT}/proposals/{row.id}"})


def _clean(value: str) -> str:
    return value.strip()[:_LONGEST]


def _kept(visit: Visit) -> KeptCertificate:
    if visit.state.certifier is None:
        raise Missing
    kept = kept_certificate(visit.db, visit.state.certifier.authority, visit.request.path_params["key"])
    if kept is None or not visit.sees(kept.organisation):
        raise Missing
    return kept


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
    ApiAddress("listCertificates", "GET", "/certificates", certificates, given=CertificateList, asked=PAGE),
    ApiAddress("showCertificate", "GET", "/certificates/{key}", certificate, given=CertificateShape),
    ApiAddress("downloadCertificate", "GET", "/certificates/{key}/certificate.{form}", document_page, media=FORMS),
    ApiAddress("changeCertificate", "POST", "/certificates/{key}/acts", act_wanted, Right.DECIDE, WantedAct,
               CertificateShape),
    ApiAddress("consentToPublication", "POST", "/certificates/{key}/consent", consent_wanted, Right.CONSENT,
               WantedConsent, CertificateShape),
    ApiAddress("retractConsent", "POST", "/certificates/{key}/consent/withdrawal", consent_retracted, Right.CONSENT,
               WantedConsent, CertificateShape),
    ApiAddress("proposeAmendment", "POST", "/certificates/{key}/amendment", amendment_wanted, Right.PROPOSE,
               WantedAmendment, ProposalShape, status=_CREATED),
)  # fmt: skip
