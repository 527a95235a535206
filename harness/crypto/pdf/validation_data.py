"""Data in a PDF file for later verification: certificates, CRLs and OCSP answers (its document security store)."""

from dataclasses import dataclass

from asn1crypto import cms
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_cms_attribute_iter

_MOST = 20
_ADOBE = "adobe_revocation_info_archival"


@dataclass(frozen=True, slots=True)
class ValidationData:
    """Certificates and revocation data in DER; not verified yet."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def adding(self, other: "ValidationData") -> "ValidationData":
        """Return these data with another's added."""
        return ValidationData(self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps)


def read_validation_data(reader: PdfFileReader) -> ValidationData:
    """Return what the file's document security store holds: the first few of each kind, nothing where it is broken."""
    if "/DSS" not in reader.root:
        return ValidationData()
    try:
        return _stored(reader.root["/DSS"])
    except Exception:  # this data is optional: if it is broken, the signatures are judged without it
        return ValidationData()


def archived_revocation_data(info: cms.SignerInfo) -> ValidationData:
    """Return the revocation data that a signature in Adobe's form carries among its signed attributes."""
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for archival in find_cms_attribute_iter(info["signed_attrs"], _ADOBE):
        crls += [each.dump() for each in archival["crl"] or ()]
        ocsps += [each.dump() for each in archival["ocsp"] or ()]
    return ValidationData((), tuple(crls[:_MOST]), tuple(ocsps[:_MOST]))


def _stored(store: DictionaryObject) -> ValidationData:
    return ValidationData(
        _contents(store, "/Certs", DecodePurpose.CERTIFICATE),
        _contents(store, "/CRLs", DecodePurpose.CRL),
        _contents(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE),
    )


def _contents(store: DictionaryObject, name: str, purpose: DecodePurpose) -> tuple[bytes, ...]:
    if name not in store:
        return ()
    return tuple(each.get_object().read_data(purpose) for each in list(store[name])[:_MOST])
