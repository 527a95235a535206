"""The good and the bad packages of the requirements about signatures; they are signed again at each request.

Unlike the other vectors they need a PKI, and some break more than one requirement: a file that is too old to be signed
is not signed either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from harness.catalogue.parameters import Limits
from harness.crypto.testpki.pki import AGENCY_NAME, Pki
from harness.journal.recorder import VIETNAM
from harness.vectors.forged_packages import FORGERIES
from harness.vectors.forged_pdfs import PDF_FORGERIES
from harness.vectors.packages.base import DocumentIdentity, attached, with_attachments

_DAY = timedelta(days=1)
_PACKAGE, _FILE = "SIG", "PDF"
_GOOD_FILE = PDF_FORGERIES["person-then-agency"]


@dataclass(frozen=True, slots=True)
class SignedVector:
    """One package.

    Attributes:
        name: fit for a file.
        codes: of the findings that it must give, none for a good one.
        content: the package as XML.
    """

    name: str
    codes: tuple[str, ...]
    content: bytes


def signed_names() -> Mapping[str, tuple[str, ...]]:
    """Return the packages about signatures by name, `SIG/wrong-namespace`, with the codes that each gives."""
    packages = {f"{_PACKAGE}/{name}": forgery.codes for name, forgery in FORGERIES.items()}
    return packages | {f"{_FILE}/{name}": forgery.codes for name, forgery in PDF_FORGERIES.items()}


def signed_vector(name: str, identity: DocumentIdentity, pki: Pki, limits: Limits) -> bytes:
    """Return one package about signatures.

    Args:
        name: one of `signed_names`.
        identity: whose package it is; the certificates name the agency `AGENCY_NAME`.
        pki: signs it, at noon of the identity's day.
        limits: of the reader that a package is signed by.

    Raises:
        KeyError: there is none of that name.
    """
    group, _, own = name.partition("/")
    at = datetime.combine(identity.day, time(12), VIETNAM)
    if group == _FILE:
        return _carrying(identity, PDF_FORGERIES[own].build(pki, at))
    if group != _PACKAGE:
        raise KeyError(name)
    return FORGERIES[own].build(_carrying(identity, _GOOD_FILE.build(pki, at)), pki, limits)


def signed_vectors(requirement: str, now: datetime, pki: Pki, limits: Limits) -> tuple[SignedVector, ...]:
    """Return the good packages of a requirement's group, and those that break it; none for other groups.

    Args:
        requirement: id, of the groups SIG and PDF.
        now: time with a zone; they are dated and signed a day before.
        pki: signs them; they are of the agency that its certificates name.
        limits: of the reader that a package is signed by.
    """
    group, day = requirement.partition("-")[0], now - _DAY
    identity = DocumentIdentity(
        sender=("000.00.00.H41", AGENCY_NAME), receiver=DocumentIdentity().sender, day=day.date()
    )
    if group == _PACKAGE:
        plain = _carrying(identity, _GOOD_FILE.build(pki, day))
        return tuple(
            SignedVector(name, forgery.codes, forgery.build(plain, pki, limits))
            for name, forgery in FORGERIES.items()
            if _belongs(requirement, forgery.codes)
        )
    if group == _FILE:
        return tuple(
            SignedVector(name, forgery.codes, _carrying(identity, forgery.build(pki, day)))
            for name, forgery in PDF_FORGERIES.items()
            if _belongs(requirement, forgery.codes)
        )
    return ()


def _belongs(requirement: str, codes: tuple[str, ...]) -> bool:
    return not codes or any(code.startswith(f"{requirement}.") for code in codes)


def _carrying(identity: DocumentIdentity, pdf: bytes) -> bytes:
    return with_attachments(identity, attached("van-ban.pdf", pdf, "1")).written()
