"""Signed documents for candidates: good ones, and ones forged or signed by the wrong signer (SEC-05, SEC-06)."""

from dataclasses import dataclass

from harness.crypto.testpki.pki import Pki
from harness.vectors.forged_packages import FORGERIES, Forgery
from harness.vectors.forged_pdfs import PDF_FORGERIES, PdfForgery

GOOD_PACKAGE, GOOD_PDF = FORGERIES["exclusive"], PDF_FORGERIES["person-then-agency"]
GOOD_PDFS = tuple(PDF_FORGERIES[name] for name in ("person-then-agency", "archived", "older-form"))
_OFFICIAL = "Nguyễn Văn Mẫu"
_WRONG_HANDS = ("expired", "revoked", "untrusted")


@dataclass(frozen=True, slots=True)
class ForgedPackage:
    """One way to sign a package wrongly."""

    requirement: str
    name: str
    forgery: Forgery

    @property
    def key(self) -> str:
        """Unique name, `SEC-05/package-tampered`."""
        return f"{self.requirement}/package-{self.name}"


@dataclass(frozen=True, slots=True)
class ForgedPdf:
    """One way to sign a PDF file wrongly."""

    requirement: str
    name: str
    forgery: PdfForgery

    @property
    def key(self) -> str:
        """Unique name, `SEC-05/pdf-tampered`."""
        return f"{self.requirement}/pdf-{self.name}"


def _packages(requirement: str, *names: str) -> tuple[ForgedPackage, ...]:
    return tuple(ForgedPackage(requirement, name, FORGERIES[name]) for name in names)


def _pdfs(requirement: str, *names: str) -> tuple[ForgedPdf, ...]:
    return tuple(ForgedPdf(requirement, name, PDF_FORGERIES[name]) for name in names)


TAMPERED_PACKAGES = _packages("SEC-05", "tampered", "altered-digest", "other-key", "wrapped")
TAMPERED_PDFS = _pdfs("SEC-05", "tampered", "another-key", "changed-after")
WRONGLY_SIGNED_PACKAGES = _packages("SEC-06", *_WRONG_HANDS)
WRONGLY_SIGNED_PDFS = _pdfs("SEC-06", *_WRONG_HANDS)


def of_sender(pki: Pki, name: str) -> Pki:
    """Return a PKI whose seals, good and bad, all belong to the agency called `name`.

    All of them are issued by `pki` and known to it, so that its responder answers for them. With matching names, only
    the forgery itself distinguishes a bad document.
    """
    pki.identity("tsa")
    named = {kind: pki.seal(name, kind) for kind in _WRONG_HANDS}
    own = {"agency": pki.agency(name), "person": pki.person(_OFFICIAL, name)}
    return Pki(pki.made, pki.responder, given={**pki.identities(), **named, **own})
