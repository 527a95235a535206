"""The certification body of a console, and the laboratory whose runs it accepts."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.authority import CertificationAuthority


@dataclass(frozen=True, slots=True)
class Certifier:
    """The certification body and the laboratory.

    Attributes:
        authority: signs certificates.
        laboratory: public key of the laboratory whose sealed runs may be certified.
    """

    authority: CertificationAuthority
    laboratory: ec.EllipticCurvePublicKey
