"""The same checks by other implementations: xmlsec, pybergshamra and signxml for packages."""

import pybergshamra
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from harness.crypto.testpki.issuance import IssuedIdentity


def xmlsec_accepts(data: bytes, signer: IssuedIdentity) -> bool:
    """Ask xmlsec whether the signature is that of the signer's key."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(_certificate(signer), xmlsec.constants.KeyDataFormatCertPem)
    signature = xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature)
    if signature is None:
        return False
    try:
        context.verify(signature)
    except (xmlsec.Error, TypeError):
        return False
    return True


def bergshamra_accepts(data: bytes, signer: IssuedIdentity) -> bool:
    """Ask pybergshamra the same."""
    manager = pybergshamra.KeysManager()
    manager.add_key(pybergshamra.load_x509_cert_pem(_certificate(signer)))
    try:
        return bool(pybergshamra.verify(pybergshamra.DsigContext(manager), data.decode()))
    except pybergshamra.BergshamraError:
        return False


def signxml_accepts(data: bytes, signer: IssuedIdentity) -> bool:
    """Ask signxml, as it comes, the same."""
    config = SignatureConfiguration(
        signature_methods=frozenset(SignatureMethod), digest_algorithms=frozenset(DigestAlgorithm)
    )
    try:
        XMLVerifier().verify(data, x509_cert=signer.certificate, expect_config=config)
    except Exception:
        return False
    return True


def sign_with_xmlsec(data: bytes, signer: IssuedIdentity, canonicalization: str, digest: str = "sha256") -> bytes:
    """Return the package signed by xmlsec, the Signature in its own default namespace, as the last of the header.

    Args:
        data: without a signature.
        signer: RSA.
        canonicalization: URI.
        digest: short name.
    """
    root = etree.fromstring(data)
    header = next(root.iter("{*}edXMLHeader"))
    transforms = {one.href: one for one in _CANONICALIZATIONS}
    method = getattr(xmlsec.constants, f"TransformRsa{digest.capitalize()}")
    signature = xmlsec.template.create(root, transforms[canonicalization], method)
    header.append(signature)
    digesting = getattr(xmlsec.constants, f"Transform{digest.capitalize()}")
    reference = xmlsec.template.add_reference(signature, digesting, uri="")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, transforms[canonicalization])
    certificates = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.template.x509_data_add_certificate(certificates)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(_key(signer), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(_certificate(signer), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def sign_with_bergshamra(data: bytes, signer: IssuedIdentity, canonicalization: str) -> bytes:
    """Return the package signed by pybergshamra, the Signature moved to where packages carry it before signing."""
    manager = pybergshamra.KeysManager()
    manager.add_key(pybergshamra.load_pem_auto(_key(signer)))
    context = pybergshamra.DsigContext(manager)
    template = pybergshamra.sign_enveloped(
        context, data.decode(), c14n_method=canonicalization, cert_pem=_certificate(signer).decode()
    )
    root = etree.fromstring(template.encode())
    signature = next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    next(root.iter("{*}edXMLHeader")).append(signature)
    for name in ("DigestValue", "SignatureValue"):
        next(signature.iter(f"{{http://www.w3.org/2000/09/xmldsig#}}{name}")).text = ""
    return pybergshamra.sign(context, etree.tostring(root, encoding="unicode")).encode()


_CANONICALIZATIONS = (
    xmlsec.constants.TransformInclC14N,
    xmlsec.constants.TransformExclC14N,
    xmlsec.constants.TransformInclC14NWithComments,
    xmlsec.constants.TransformExclC14NWithComments,
    xmlsec.constants.TransformInclC14N11,
)


def _certificate(signer: IssuedIdentity) -> bytes:
    return signer.certificate.public_bytes(Encoding.PEM)


def _key(signer: IssuedIdentity) -> bytes:
    return signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
