"""A signer and a time stamping authority for PDF files that sign with the loaded key of a test identity.

pyHanko's own read the key anew for every signature, and checking an RSA key takes far longer than signing with it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from harness.crypto.testpki.issuance import IssuedIdentity


class IdentitySigner(Signer):
    """Signs as a test identity.

    Args:
        identity: whose key and certificate are used; RSA (PKCS #1 v1.5) or elliptic curve.
        embed_chain: whether the certificates above are put into the signature too.
    """

    def __init__(self, identity: IssuedIdentity, *, embed_chain: bool = False) -> None:
        super().__init__(
            signing_cert=_certificate(identity.certificate),
            cert_registry=_store(identity.chain if embed_chain else ()),
        )
        self._identity = identity

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the signature over `data`, as pyHanko asks for it."""
        return _signature(self._identity, data, get_pyca_cryptography_hash(digest_algorithm))


class IdentityTimeStamper(DummyTimeStamper):
    """A time stamping authority that always gives the same time.

    Args:
        identity: of the authority; its chain goes into every stamp.
        at: the time it tells.
    """

    def __init__(self, identity: IssuedIdentity, at: datetime) -> None:
        super().__init__(_certificate(identity.certificate), None, _store(identity.chain), fixed_dt=at)
        self._identity = identity

    def _sign_tst_info(self, content: bytes, digest_algorithm: str, at: datetime) -> tuple[bytes, cms.CMSAttributes]:
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(at)})),
                simple_cms_attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                simple_cms_attribute("message_digest", hashlib.new(digest_algorithm, content).digest()),
            ]
        )
        algorithm = get_pyca_cryptography_hash(digest_algorithm.upper())
        return _signature(self._identity, attributes.dump(), algorithm), attributes


def _signature(identity: IssuedIdentity, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    key = identity.key
    if isinstance(key, EllipticCurvePrivateKey):
        return key.sign(data, ECDSA(algorithm))
    return key.sign(data, PKCS1v15(), algorithm)


def _certificate(certificate: Any) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _store(certificates: Sequence[Any]) -> SimpleCertificateStore:
    store: SimpleCertificateStore = SimpleCertificateStore.from_certs([_certificate(each) for each in certificates])
    return store
