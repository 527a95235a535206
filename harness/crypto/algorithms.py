"""The algorithm URIs of XML-DSig that a package's signature may use, by what they mean."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["RSA", "EC"]
Canonicalization = Literal["inclusive", "exclusive"]

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"

ENVELOPED = f"{_DSIG}enveloped-signature"
C14N: dict[Canonicalization, str] = {
    "inclusive": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "exclusive": "http://www.w3.org/2001/10/xml-exc-c14n#",
}
_C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
_WITH_COMMENTS = frozenset(
    {f"{C14N['inclusive']}#WithComments", f"{C14N['exclusive']}WithComments", f"{_C14N_11}#WithComments"}
)
CANONICALIZATIONS = frozenset({*C14N.values(), _C14N_11}) | _WITH_COMMENTS

# Transforms that XML-DSig knows and that can leave parts of the package out of what is signed.
RESTRICTING = frozenset(
    {
        f"{_DSIG}base64",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2002/07/decrypt#XML",
    }
)

DIGESTS: dict[str, str] = {
    "sha1": f"{_DSIG}sha1",
    "sha224": f"{_MORE}sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": f"{_MORE}sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "sha3-256": f"{_MORE_2007}sha3-256",
    "sha3-384": f"{_MORE_2007}sha3-384",
    "sha3-512": f"{_MORE_2007}sha3-512",
}
DIGEST_NAMES: dict[str, str] = {uri: name for name, uri in DIGESTS.items()}


@dataclass(frozen=True, slots=True)
class Method:
    """A signature method: kind of key, digest, and padding (`pkcs1`, `pss`; `raw` for elliptic curves)."""

    family: Family
    digest: str
    padding: Literal["pkcs1", "pss", "raw"]


def _methods() -> dict[str, Method]:
    found = {f"{_DSIG}rsa-sha1": Method("RSA", "sha1", "pkcs1")}
    for digest in ("sha224", "sha256", "sha384", "sha512"):
        found[f"{_MORE}rsa-{digest}"] = Method("RSA", digest, "pkcs1")
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        found[f"{_MORE}ecdsa-{digest}"] = Method("EC", digest, "raw")
        found[f"{_MORE_2007}{digest}-rsa-MGF1"] = Method("RSA", digest, "pss")
    return found


METHODS: dict[str, Method] = _methods()


def method_uri(family: Family, digest: str) -> str:
    """Return the URI of the usual method of a kind of key with a digest.

    Raises:
        KeyError: there is none.
    """
    for uri, method in METHODS.items():
        if method.family == family and method.digest == digest and method.padding != "pss":
            return uri
    raise KeyError(f"{family} {digest}")
