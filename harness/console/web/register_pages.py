"""The public register, without sign-in: search, history, and machine-readable forms."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.certificates.authority import CertificationAuthority
from harness.certificates.badge import AREA
from harness.certificates.certificate_record import CertificateRecord
from harness.certificates.life import LifeState
from harness.certificates.public_register import (
    found,
    register_atom,
    register_csv,
    register_json,
    register_jws,
    snapshot_of,
)
from harness.certificates.snapshot_content import RegisterSnapshot
from harness.console.certification.book import KeptCertificate, kept_certificate, kept_certificates
from harness.console.web.certificate_pages import document
from harness.console.web.routing import Door, PageRoute
from harness.console.web.visit import Missing, Visit

_PAGE = 50
_FORMS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "atom": "application/atom+xml",
    "jws": "application/jose",
    "crt": "application/x-pem-file",
}


def register_page(visit: Visit) -> Response:
    """Show the register, or the result of a search in it."""
    snapshot, _ = register_now(visit)
    words, state = visit.asked("q"), visit.asked("state", 20)
    entries = found(snapshot, words, state)
    last = max(1, -(-len(entries) // _PAGE))
    number = min(visit.number("page"), last)
    return visit.page(
        "register", register=snapshot, entries=entries[(number - 1) * _PAGE : number * _PAGE], total=len(entries),
        number=number, pages=last, asked=words, state=state, states=list(LifeState),
        words=lambda key: text(AREA, key, visit.language),
    )  # fmt: skip


def register_form(visit: Visit) -> Response:
    """Send the register for programs: JSON, CSV, Atom, signed snapshot; or the authority's signing certificate."""
    form = visit.request.path_params["form"]
    if form not in _FORMS:
        raise Missing
    snapshot, records = register_now(visit)
    authority = _authority(visit)
    base = authority.terms.register.rstrip("/")
    content = {
        "json": lambda: register_json(snapshot),
        "csv": lambda: register_csv(snapshot),
        "atom": lambda: register_atom(snapshot, records, visit.language, base),
        "jws": lambda: register_jws(snapshot, authority),
        "crt": lambda: b"".join(one.public_bytes(Encoding.PEM) for one in authority.key.chain),
    }[form]()
    headers = {"content-disposition": f'inline; filename="register.{form}"', "access-control-allow-origin": "*"}
    return Response(content, media_type=_FORMS[form], headers=headers)


def registered_page(visit: Visit) -> Response:
    """Show the public page of a certificate."""
    kept = _kept(visit)
    life = kept.life
    if life is not None and life.unlisted:
        return visit.page("unlisted", kept=kept, since=life.since(kept.at))
    others = {one for one in (life.successor if life else "", _before(kept)) if one and _is_public(visit, one)}
    return visit.page("registered", kept=kept, certificate=kept.certificate, life=life, linked=others,
                      words=lambda key: text(AREA, key, visit.language))  # fmt: skip


def registered_document(visit: Visit) -> Response:
    """Send a document of a certificate in the register; of one that is not listed any more, the badge alone."""
    kept, form = _kept(visit), visit.request.path_params["form"]
    if form != "svg" and kept.life is not None and kept.life.unlisted:
        raise Missing
    return document(visit, kept, form)


def register_now(visit: Visit) -> tuple[RegisterSnapshot, list[CertificateRecord]]:
    authority = _authority(visit)
    kept = kept_certificates(visit.db, authority)
    records = [one.record for one in kept if one.record is not None and one.whole]
    return snapshot_of(records, authority, datetime.now(UTC)), records


def _before(kept: KeptCertificate) -> str:
    certificate = kept.certificate
    return certificate.replaces.number if certificate is not None and certificate.replaces else ""


def _is_public(visit: Visit, number: str) -> bool:
    """Return whether a certificate has a public page."""
    kept = kept_certificate(visit.db, _authority(visit), number)
    life = kept.life if kept is not None and kept.whole else None
    return life is not None and (life.published or life.unlisted)


def _kept(visit: Visit) -> KeptCertificate:
    """Return the certificate that the address names, if it is published or was.

    Raises:
        Missing: there is none, or it was never published.
        ConfigurationError: the stored certificate differs from what was signed.
    """
    kept = kept_certificate(visit.db, _authority(visit), visit.request.path_params["number"])
    if kept is None or kept.life is None or not (kept.life.published or kept.life.unlisted):
        raise Missing
    if not kept.whole:
        raise ConfigurationError("certification.damaged")
    return kept


def _authority(visit: Visit) -> CertificationAuthority:
    if visit.state.certifier is None:
        raise Missing
    return visit.state.certifier.authority


PAGES = (
    PageRoute("GET", "/register", register_page, door=Door.OPEN),
    PageRoute("GET", "/register.{form}", register_form, door=Door.OPEN),
    PageRoute("GET", "/register/{number}", registered_page, door=Door.OPEN),
    PageRoute("GET", "/register/{number}/certificate.{form}", registered_document, door=Door.OPEN),
)
