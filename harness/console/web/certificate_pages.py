"""Certificates: the list with those that expire soon, and for each one its history, acts and documents."""

from collections.abc import Collection
from typing import Any

from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.amendment import CorrectedFacts
from harness.certificates.badge import AREA, badge
from harness.certificates.certificate_file import certificate_file
from harness.certificates.life import STEPS, LifeAct
from harness.console.certification.acts import DONE_BY_HAND, add_act
from harness.console.certification.amendments import propose_amendment
from harness.console.certification.book import URGENT, KeptCertificate, expiring, kept_certificate, kept_certificates
from harness.console.certification.issuing import PDF, make_pdf
from harness.console.certification.persons import person_of
from harness.console.data.certificate_tables import CertificateFileRow
from harness.console.people.roles import Right, Role
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_SVG = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def certificates_page(visit: Visit) -> Response:
    """Show all certificates, those that expire soon first."""
    kept = [] if visit.state.certifier is None else kept_certificates(visit.db, _authority(visit), visit.own)
    return visit.page("certificates", kept=kept, soon=expiring(kept), urgent=URGENT,
                      configured=visit.state.certifier is not None)  # fmt: skip


def certificate_page(visit: Visit) -> Response:
    """Show a certificate."""
    return visit.page("certificate", **_shown(visit, _kept(visit)))


def act_done(visit: Visit) -> Response:
    """Carry out an act on a certificate."""
    kept = _kept(visit)
    try:
        act = _act(visit.value("act"))
        add_act(visit.db, visit.state.certifying, kept.number, act, visit.user, reason=visit.value("reason"),
                detail=visit.value("version", 100) if act is LifeAct.EXTEND else "")  # fmt: skip
    except ConfigurationError as error:
        return visit.declined("certificate", error, **_shown(visit, kept))
    return visit.moved(f"/certificates/{kept.number}")


def consent_given(visit: Visit) -> Response:
    """Record the holder's consent to publication: given by the holder here, or to an approver elsewhere."""
    kept = _kept(visit)
    how = visit.value("reason")
    if visit.user.role == Role.VENDOR:
        how = f"{text('console', 'certificate.consent.self', 'vi')} {how}".strip()
    try:
        add_act(visit.db, visit.state.certifying, kept.number, LifeAct.CONSENT, visit.user, reason=how)
    except ConfigurationError as error:
        return visit.declined("certificate", error, **_shown(visit, kept))
    return visit.moved(f"/certificates/{kept.number}")


def consent_retracted(visit: Visit) -> Response:
    """Record that the holder takes the consent to publication back; the certificate leaves the public list at once."""
    kept, how = _kept(visit), visit.value("reason")
    if visit.user.role == Role.VENDOR:  # who need not say why
        how = f"{text('console', 'certificate.retract.self', 'vi')} {how}".strip()
    try:
        add_act(visit.db, visit.state.certifying, kept.number, LifeAct.RETRACT_CONSENT, visit.user, reason=how)
    except ConfigurationError as error:
        return visit.declined("certificate", error, **_shown(visit, kept))
    return visit.moved(f"/certificates/{kept.number}")


def amend_page(visit: Visit) -> Response:
    """Show the form by which facts of a certificate are corrected."""
    kept = _kept(visit)
    certificate = kept.certificate
    if certificate is None:
        raise Missing
    typed = {"holder": certificate.holder, "address": certificate.address, "why": ""}
    return visit.page("amend", **_amendable(visit, kept, typed, certificate.scope.capabilities))


def amendment_proposed(visit: Visit) -> Response:
    """Propose to correct facts of a certificate; another person decides."""
    kept = _kept(visit)
    typed = {"holder": " ".join(visit.value("holder", 200).split()), "address": visit.value("address", 300),
             "why": visit.value("why")}  # fmt: skip
    chosen = tuple(visit.fields.get("capability") or ())
    corrected = CorrectedFacts(typed["holder"], typed["address"], chosen)
    try:
        row = propose_amendment(visit.db, kept, visit.user, corrected, typed["why"])
    except ConfigurationError as error:
        return visit.declined("amend", error, **_amendable(visit, kept, typed, chosen))
    return visit.moved(f"/proposals/{row.id}")


def document_page(visit: Visit) -> Response:
    """Send a document of a certificate."""
    return document(visit, _kept(visit), visit.request.path_params["form"])


def document(visit: Visit, kept: KeptCertificate, form: str) -> Response:
    """Return a document of a certificate: pdf as published, json with the current history, or the current badge.

    Raises:
        Missing: there is no such document.
        ConfigurationError: no PDF can be made here.
    """
    record = kept.record
    if not kept.whole or record is None or kept.state is None:
        raise ConfigurationError("certification.damaged")
    name = f"{kept.number}.{form}"
    if form == "json":
        content = certificate_file(record.certificate.jws.compact, record.acts)
        return _file(content, "application/json", name)
    if form == "svg":
        answer = Response(badge(kept.number, kept.state, visit.language), media_type="image/svg+xml")
        answer.headers["content-security-policy"] = _SVG
        answer.headers["cross-origin-resource-policy"] = "cross-origin"  # other sites may embed it
        return answer
    if form != PDF:
        raise Missing
    row = visit.db.get(CertificateFileRow, (kept.number, PDF))
    if row is None:
        make_pdf(visit.state, kept.number)
        visit.db.rollback()
        row = visit.db.get(CertificateFileRow, (kept.number, PDF))
    if row is None:
        raise Missing
    return _file(row.content, "application/pdf", name)


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'inline; filename="{name}"'})


def _act(word: str) -> LifeAct:
    found = next((act for act in DONE_BY_HAND if act == word), None)
    if found is None:
        raise ConfigurationError("certification.no-act")
    return found


def _authority(visit: Visit) -> Any:
    return visit.state.certifying.authority


def _kept(visit: Visit) -> KeptCertificate:
    """Return the certificate that the address names.

    Raises:
        Missing: there is none, or it belongs to another organisation.
    """
    if visit.state.certifier is None:
        raise Missing
    kept = kept_certificate(visit.db, _authority(visit), visit.request.path_params["key"])
    if kept is None or not visit.sees(kept.organisation):
        raise Missing
    return kept


def _amendable(visit: Visit, kept: KeptCertificate, typed: dict[str, str], chosen: Collection[str]) -> dict[str, Any]:
    return {
        "kept": kept,
        "certificate": kept.certificate,
        "person": person_of(visit.db, visit.user.name),
        "typed": typed,
        "chosen": chosen,
        "words": lambda key: text(AREA, key, visit.language),
    }


def _shown(visit: Visit, kept: KeptCertificate) -> dict[str, Any]:
    life, state = kept.life, kept.state
    flaws = kept.record.problems if kept.record else ()
    possible = [act for act in DONE_BY_HAND if state is not None and (state, act) in STEPS]
    if life is not None and life.published:
        possible = [act for act in possible if act is not LifeAct.PUBLISH]
    return {
        "kept": kept,
        "certificate": kept.certificate,
        "life": life,
        "acts": possible,
        "consented": life is not None and life.consented,
        "amendable": state is not None and (state, LifeAct.AMEND) in STEPS and visit.may(Right.PROPOSE),
        "flaws": [text(AREA, f"forgery.{flaw}", visit.language) for flaw in flaws],
        "words": lambda key: text(AREA, key, visit.language),
        "public": _authority(visit).status_address(kept.number),
    }


PAGES = (
    PageRoute("GET", "/certificates", certificates_page),
    PageRoute("GET", "/certificates/{key}", certificate_page),
    PageRoute("POST", "/certificates/{key}/acts", act_done, Right.DECIDE),
    PageRoute("POST", "/certificates/{key}/consent", consent_given, Right.CONSENT),
    PageRoute("POST", "/certificates/{key}/consent/withdrawal", consent_retracted, Right.CONSENT),
    PageRoute("GET", "/certificates/{key}/amend", amend_page, Right.PROPOSE),
    PageRoute("POST", "/certificates/{key}/amend", amendment_proposed, Right.PROPOSE),
    PageRoute("GET", "/certificates/{key}/certificate.{form}", document_page),
)
