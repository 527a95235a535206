"""By whom the console certifies: the authority, and the laboratory whose runs it takes."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.authority import CertificationAuthority


@dataclass(frozen=True, slots=True)
class Certifier:
    """Who certifies, and whose runs.

    Attributes:
        authority: signs certificates.
        laboratory: public key of the laboratory whose sealed runs may be certified.
    """

    authority: CertificationAuthority
    laboratory: ec.EllipticCurvePublicKey
