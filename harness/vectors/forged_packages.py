"""Signed packages that are wrong in exactly one way, each with the findings it must give, and correct ones with none.

They test the rules about signatures, and scenarios send them to candidates. Every one is made from the same good
package without a signature.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.catalogue.parameters import Limits
from harness.crypto.algorithms import C14N
from harness.crypto.testpki.pki import Pki
from harness.crypto.xml.sign import SignaturePlan, sign_package

_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_MISSPELT = b"http://www.w3.org/TR/xml-exc-c14n#"
_ID = "signed-part"
_SUBJECT = re.compile(rb"(<(?:\w+:)?Subject>[^<]*)(</(?:\w+:)?Subject>)")
_LAST_SIGN = re.compile(rb"(<(?:\w+:)?Subject>[^<]*)([0-9a-yA-Y])([^<0-9a-yA-Y]*</(?:\w+:)?Subject>)")
_NEIGHBOUR = {
    bytes((sign,)): bytes((sign + 1 if sign != ord("9") else ord("0"),)) for sign in range(ord("0"), ord("z"))
}
_MESSAGE = re.compile(rb"<((?:\w+:)?MessageHeader)>.*</\1>", re.DOTALL)
_SIGNATURE = re.compile(rb"<Signature .*</Signature>", re.DOTALL)
_CERTIFICATE = re.compile(rb"(<X509Certificate>)([^<]*)(</X509Certificate>)")
_HEADER_END = re.compile(rb"</(?:\w+:)?edXMLHeader\s*>")
_PLACEHOLDER = (
    b'<Signature><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315" />'
    b'<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1" /><Reference URI=""><Transforms>'
    b'<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature" />'
    b'<Transform Algorithm="' + _MISSPELT + b'" /></Transforms>'
    b'<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1" />'
    b"<DigestValue>FwgIqsSYJshUS2+wlOM61L+q7Aw=</DigestValue></Reference></SignedInfo>"
    b"<SignatureValue>GbVb8n9+qFxz466Ag0sbpQ==</SignatureValue><KeyInfo><X509Data>"
    b"<X509SubjectName>CN=user05</X509SubjectName><X509Certificate>MIIFqTCCBJG</X509Certificate>"
    b"</X509Data></KeyInfo></Signature>"
)
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_STAMP = "<SignatureTimeStamp><EncapsulatedTimeStamp>MAA=</EncapsulatedTimeStamp></SignatureTimeStamp>"

Build = Callable[[bytes, Pki, Limits], bytes]


def _unsigned(properties: str) -> str:
    """Return an Object with properties that XAdES allows to be added after signing, and so unsigned."""
    held = f"<UnsignedProperties><UnsignedSignatureProperties>{properties}</UnsignedSignatureProperties>"
    open_tag = f'<Object><QualifyingProperties xmlns="{_XADES}">'
    return f"{open_tag}{held}</UnsignedProperties></QualifyingProperties></Object>"


class NotForgeable(Exception):
    """A package lacks the part that a forgery changes."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """A way to sign a package, correctly or not.

    Attributes:
        codes: finding codes that it brings; none for a right one.
        build: makes it from a package without a signature.
    """

    codes: tuple[str, ...]
    build: Build


def signed_by(kind: str, plan: SignaturePlan | None = None) -> Build:
    """Return a builder that signs with an identity of the test PKI."""
    return lambda data, pki, limits: sign_package(data, pki.identity(kind), limits, plan or SignaturePlan())


def altered(plan: SignaturePlan | None = None, *, change: Callable[[bytes], bytes]) -> Build:
    """Return a builder that signs correctly and changes the bytes afterwards."""
    return lambda data, pki, limits: change(signed_by("agency", plan)(data, pki, limits))


def replaced(pattern: re.Pattern[bytes], by: bytes | Callable[[re.Match[bytes]], bytes], data: bytes) -> bytes:
    """Replace the first match of a pattern.

    Raises:
        NotForgeable: there is none.
    """
    changed, count = pattern.subn(by, data, count=1)
    if not count:
        raise NotForgeable(pattern.pattern.decode())
    return changed


def _exchanged(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: replaced(re.compile(re.escape(old)), lambda _: new, data)


def _tampered(data: bytes) -> bytes:
    """Exchange the last plain letter or digit of the subject for its neighbour: nothing else reveals the change."""
    return replaced(_LAST_SIGN, lambda match: match[1] + _NEIGHBOUR[match[2]] + match[3], data)


def _indented(data: bytes) -> bytes:
    return replaced(re.compile(rb">\s*<(?=(?:\w+:)?Subject>)"), b">\n\n\n<", data)


def _commented(data: bytes) -> bytes:
    return replaced(_SUBJECT, rb"\1<!-- -->\2", data)


def _moved(data: bytes) -> bytes:
    """Move the Signature from the header to the end of the package."""
    found = _SIGNATURE.search(data)
    if found is None:
        raise NotForgeable("Signature")
    without = data[: found.start()] + data[found.end() :]
    end = without.rindex(b"</")
    return without[:end] + found[0] + without[end:]


def _placeholder(data: bytes, _pki: Pki, _limits: Limits) -> bytes:
    return replaced(_HEADER_END, lambda match: _PLACEHOLDER + match[0], data)


def _of_another_key(data: bytes, pki: Pki, limits: Limits) -> bytes:
    """Exchange the certificate for a good one of the same kind of key."""
    signed = signed_by("agency")(data, pki, limits)
    other = _CERTIFICATE.search(signed_by("person")(data, pki, limits))
    if other is None:
        raise NotForgeable("X509Certificate")
    certificate = other[0]
    return replaced(_CERTIFICATE, lambda _: certificate, signed)


def _identified(data: bytes, name: str = "MessageHeader") -> bytes:
    start = re.compile(rb"<((?:\w+:)?" + name.encode() + rb")>")
    return replaced(start, lambda match: b"<" + match[1] + f' Id="{_ID}">'.encode(), data)


def _part_only(data: bytes, pki: Pki, limits: Limits) -> bytes:
    return signed_by("agency", SignaturePlan(uri=f"#{_ID}"))(_identified(data), pki, limits)


def _same_id_twice(data: bytes, pki: Pki, limits: Limits) -> bytes:
    return _identified(_part_only(data, pki, limits), 'edXMLManifest version="1.0"')


def _wrapped(data: bytes, pki: Pki, limits: Limits) -> bytes:
    """Hide what was signed in an Object, and put another header where readers look."""
    signed = _part_only(data, pki, limits)
    original = _MESSAGE_WITH_ID.search(signed)
    if original is None:
        raise NotForgeable("MessageHeader")
    hidden = b"<Object>" + original[0] + b"</Object></Signature>"
    false = _tampered(original[0]).replace(f' Id="{_ID}"'.encode(), b"")
    exchanged = signed.replace(original[0], false)
    return replaced(re.compile(rb"</Signature>"), lambda _: hidden, exchanged)


_MESSAGE_WITH_ID = re.compile(rb'<((?:\w+:)?MessageHeader) Id="' + _ID.encode() + rb'">.*?</\1>', re.DOTALL)
_DIGEST_VALUE = re.compile(rb"(<DigestValue>)([^<]*)(</DigestValue>)")
_KEY_INFO = re.compile(rb"<KeyInfo>.*</KeyInfo>", re.DOTALL)
_SIGNATURE_VALUE = re.compile(rb"<SignatureValue>[^<]*</SignatureValue>")
_DSIG = b' xmlns="http://www.w3.org/2000/09/xmldsig#"'


def _turned_digest(match: re.Match[bytes]) -> bytes:
    """Return a digest of the same bytes in the opposite order: as long as the right one, and as likely."""
    return match[1] + base64.b64encode(base64.b64decode(match[2])[::-1]) + match[3]


def _cut_certificate(match: re.Match[bytes]) -> bytes:
    return match[1] + match[2][:11] + match[3]


FORGERIES: Mapping[str, Forgery] = MappingProxyType(
    {
        "exclusive": Forgery((), signed_by("agency")),
        "inclusive": Forgery((), signed_by("agency", SignaturePlan(canonicalization="inclusive"))),
        "sha-512": Forgery((), signed_by("agency", SignaturePlan(digest="sha512"))),
        "person": Forgery((), signed_by("person")),
        "stamped-later": Forgery((), signed_by("agency", SignaturePlan(objects=_unsigned(_STAMP)))),
        "placeholder": Forgery(
            ("SIG-01.wrong-namespace", "SIG-01.unknown-algorithm", "SIG-01.truncated-certificate"), _placeholder
        ),
        "wrong-namespace": Forgery(("SIG-01.wrong-namespace",), altered(change=_exchanged(_DSIG, b""))),
        "misspelt-algorithm": Forgery(
            ("SIG-01.unknown-algorithm",),
            altered(change=lambda data: data[::-1].replace(C14N["exclusive"].encode()[::-1], _MISSPELT[::-1], 1)[::-1]),
        ),
        "truncated-certificate": Forgery(
            ("SIG-01.truncated-certificate",),
            altered(change=lambda data: replaced(_CERTIFICATE, _cut_certificate, data)),
        ),
        "unreadable-certificate": Forgery(
            ("SIG-01.unreadable-certificate",),
            altered(change=lambda data: replaced(_CERTIFICATE, rb"\1Y2h1bmcgdGh1\3", data)),
        ),
        "no-key": Forgery(("SIG-01.no-key",), altered(change=lambda data: replaced(_KEY_INFO, b"", data))),
        "no-value": Forgery(
            ("SIG-01.missing-child",), altered(change=lambda data: replaced(_SIGNATURE_VALUE, b"", data))
        ),
        "not-base64": Forgery(
            ("SIG-01.not-base64",), altered(change=lambda data: replaced(_DIGEST_VALUE, rb"\1#\3", data))
        ),
        "stray-element": Forgery(("SIG-01.schema",), altered(change=_exchanged(b"<KeyInfo>", b"<Stray/><KeyInfo>"))),
        "misplaced": Forgery(("SIG-01.misplaced",), altered(change=_moved)),
        "tampered": Forgery(("SIG-02.digest",), altered(change=_tampered)),
        "reindented": Forgery(("SIG-02.digest",), altered(change=_indented)),
        "other-key": Forgery(("SIG-02.value",), _of_another_key),
        "altered-digest": Forgery(
            ("SIG-02.value",), altered(change=lambda data: replaced(_DIGEST_VALUE, _turned_digest, data))
        ),
        "part-only": Forgery(("SIG-03.part-only",), _part_only),
        "wrapped": Forgery(("SIG-03.part-only", "SIG-03.unsigned-object"), _wrapped),
        "same-id-twice": Forgery(("SIG-03.duplicate-id",), _same_id_twice),
        "no-reference": Forgery(("SIG-03.no-reference",), signed_by("agency", SignaturePlan(uri=None))),
        "external-reference": Forgery(
            ("SIG-03.external-reference",), signed_by("agency", SignaturePlan(uri="http://127.0.0.1:9/goi-tin.xml"))
        ),
        "dangling-reference": Forgery(
            ("SIG-03.dangling-reference",),
            lambda data, pki, limits: _part_only(data, pki, limits).replace(f' Id="{_ID}"'.encode(), b"", 1),
        ),
        "restricting-transform": Forgery(
            ("SIG-03.restricting-transform",), signed_by("agency", SignaturePlan(transforms=(_XPATH,)))
        ),
        "unsigned-object": Forgery(
            ("SIG-03.unsigned-object",),
            signed_by("agency", SignaturePlan(objects="<Object><Subject>?</Subject></Object>")),
        ),
        "package-in-unsigned-properties": Forgery(
            ("SIG-03.unsigned-object",),
            signed_by("agency", SignaturePlan(objects=_unsigned('<Subject xmlns="">?</Subject>'))),
        ),
        "comment-in-text": Forgery(("SIG-03.comment-in-text",), altered(change=_commented)),
        "weak-digest": Forgery(("SIG-04.weak-digest",), signed_by("agency", SignaturePlan(digest="sha1"))),
        "weak-key": Forgery(("SIG-04.weak-key",), signed_by("weak-key")),
        "bare-key": Forgery(("SIG-05.no-certificate",), signed_by("agency", SignaturePlan(key_info="key"))),
        "expired": Forgery(("SIG-05.expired",), signed_by("expired")),
        "not-yet-valid": Forgery(("SIG-05.not-yet-valid",), signed_by("not-yet-valid")),
        "untrusted": Forgery(("SIG-05.untrusted",), signed_by("untrusted")),
        "issuer-missing": Forgery(("SIG-05.issuer-missing",), signed_by("issuer-missing")),
        "wrong-usage": Forgery(("SIG-05.wrong-usage",), signed_by("wrong-usage")),
        "other-agency": Forgery(("SIG-05.other-name",), signed_by("other-agency")),
        "revoked": Forgery(("SIG-06.revoked",), signed_by("revoked")),
    }
)
