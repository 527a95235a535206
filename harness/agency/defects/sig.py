"""Defects in the signatures of the documents sent, in the package and in its PDF files."""

from datetime import datetime, timedelta
from functools import cache

from harness.agency.defects.att import ExtraFile
from harness.agency.defects.package_changes import SpoiltDocuments
from harness.agency.gallery import defect
from harness.crypto.testpki.issuance import make_key
from harness.crypto.testpki.pki import Pki
from harness.crypto.xml.sign import SignaturePlan, sign_package
from harness.edxml.draft import PackageDraft
from harness.edxml.names import DSIG
from harness.journal.recorder import VIETNAM


class Signed(SpoiltDocuments):
    """Signs ordinary documents.

    Within the process of the harness the signer is one that the harness trusts; in a process of its own it is not.
    """

    plan = SignaturePlan()
    holder = "agency"

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        limits = self.core.profile.parameters.limits
        signer = self.pki().identity(self.holder)
        return draft.edited(lambda data: self.edit(sign_package(data, signer, limits, self.plan)))

    def pki(self) -> Pki:
        """Return the PKI whose agency signs."""
        return Pki(self.core.now() - timedelta(minutes=1))

    def edit(self, signed: bytes) -> bytes:
        """Return the signed package with its one defect."""
        return signed


@cache
def _own_pki() -> Pki:
    """Return a PKI that is not trusted, with the same names as the one that is."""
    return Pki(datetime.now(VIETNAM) - timedelta(minutes=1), key=lambda name: make_key(Pki.key_kind(name)))


@defect("signature-without-namespace", breaks="SIG-01")
class SignatureWithoutNamespace(Signed):
    """Writes the Signature element outside the namespace of XML signatures."""

    def edit(self, signed: bytes) -> bytes:
        return signed.replace(f' xmlns="{DSIG}"'.encode(), b"", 1)


@defect("re-serialises-what-is-signed", breaks="SIG-02")
class ReSerialisesWhatIsSigned(Signed):
    """Indents a package anew after it was signed, so that its digest changes."""

    def edit(self, signed: bytes) -> bytes:
        return signed.replace(b"<edXML:Subject>", b"\r\n  <edXML:Subject>", 1)


@defect("unsigned-object-in-the-signature", breaks="SIG-03")
class UnsignedObjectInTheSignature(Signed):
    """Carries an Object in the signature that the signature does not cover."""

    plan = SignaturePlan(objects="<Object>Da ky</Object>")


@defect("signed-by-a-stranger", breaks="SIG-05")
class SignedByAStranger(Signed):
    """Signs with a certificate of its own making."""

    def pki(self) -> Pki:
        return _own_pki()


@defect("signed-with-a-revoked-certificate", breaks="SIG-06")
class SignedWithARevokedCertificate(Signed):
    """Goes on signing with a certificate that was revoked long ago."""

    holder = "revoked"


@defect("cover-of-pdf-1-3", breaks="PDF-01")
class CoverOfPdf13(ExtraFile):
    """Adds a cover sheet in PDF 1.3."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        from harness.crypto.pdf.signed_files import plain_pdf

        return self.added(draft, "bia.pdf", "application/pdf", plain_pdf(("Bia",), version=(1, 3)))


@defect("stamps-after-signing", breaks="PDF-03")
class StampsAfterSigning(SpoiltDocuments):
    """Prints a line on the page of a PDF after it was signed."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        from harness.crypto.pdf.signed_files import add_page_text

        path = "Attachment/ContentTransferEncoded"
        content = draft.element(path).content or b""
        return draft.with_content(path, add_page_text(content, "Da gui qua truc"))


@defect("cover-signed-by-a-stranger", breaks="PDF-04")
class CoverSignedByAStranger(ExtraFile):
    """Adds a cover sheet that is signed with a certificate of its own making."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        from harness.crypto.pdf.signed_files import signed_pdf

        own, known = _own_pki(), Pki(self.core.now() - timedelta(minutes=1))
        signers = (own.identity("person"), own.identity("agency"))
        cover = signed_pdf(*signers, at=self.core.now(), tsa=known.identity("tsa"))
        return self.added(draft, "bia.pdf", "application/pdf", cover)
