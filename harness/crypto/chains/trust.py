"""What a checker trusts: anchors, intermediates and revocation data, of a profile's folder or of a run.

What reads certificates is imported where there is one to read: most packages are checked without.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import Signatures
from harness.catalogue.profiles import Profile

T = TypeVar("T")

_KEPT = 16
_CRL_BLOCK = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----\n?", re.DOTALL)
_FIELDS = ("anchors", "intermediates", "crls", "ocsps")


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything outside a signature that is used to judge it; all parts in DER.

    Attributes:
        anchors: certificates trusted as they are.
        intermediates: certificates that help to build chains and are not trusted by themselves.
        crls: revocation lists.
        ocsps: OCSP answers.
    """

    anchors: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    @classmethod
    def of_pem(cls, data: bytes) -> "Trust":
        """Return the trust in a PEM or DER file: its self-signed certificates are anchors.

        A PEM file may hold revocation lists besides.

        Raises:
            CertificateUnreadable: the file holds no certificate, or a broken one, or a broken list.
        """
        from harness.crypto.chains.certificates import load, read_crl, read_pem_or_der

        certificates = read_pem_or_der(data)
        anchors = tuple(der for der in certificates if load(der).subject == load(der).issuer)
        others = tuple(der for der in certificates if der not in anchors)
        return cls(anchors, others, tuple(read_crl(block) for block in _CRL_BLOCK.findall(data)))

    @classmethod
    def from_data(cls, data: Mapping[str, Sequence[str]]) -> "Trust":
        """Return the trust that `as_data` wrote."""
        return cls(*(tuple(b64decode(text) for text in data.get(field, ())) for field in _FIELDS))

    def as_data(self) -> dict[str, list[str]]:
        """Return it as JSON values, so that a run can keep what it was judged by."""
        return {field: [b64encode(der).decode("ascii") for der in getattr(self, field)] for field in _FIELDS}

    def adding(self, other: "Trust") -> "Trust":
        """Return this trust with all parts of another added, none twice."""
        return Trust(*(tuple(dict.fromkeys(getattr(self, field) + getattr(other, field))) for field in _FIELDS))


def profile_trust(profile: Profile) -> Trust:
    """Return what a profile trusts; read once for every content of its files.

    Args:
        profile: names its files in `parameters.signatures`, looked for in the profile's folder.

    Raises:
        ConfigurationError: a file is missing or is not what it should be.
    """
    return _trust_of_files(profile.folder, profile.parameters.signatures, profile.sha256)


def trust_of(profile: Profile, extra: Sequence[Path] = ()) -> Trust:
    """Return what a profile trusts, with further files of anchors and intermediates.

    Args:
        profile: as for `profile_trust`.
        extra: PEM or DER files, as `--trust-anchors` names them.

    Raises:
        ConfigurationError: a file is missing or is not what it should be.
    """
    trust = profile_trust(profile)
    for path in extra:
        trust = trust.adding(_read(path, Trust.of_pem))
    return trust


def certificates_of(path: Path) -> tuple[bytes, ...]:
    """Return the certificates of a PEM or DER file, in DER.

    Raises:
        ConfigurationError: it cannot be read, or is no such file.
    """
    from harness.crypto.chains.certificates import read_pem_or_der

    return _read(path, read_pem_or_der)


@lru_cache(maxsize=_KEPT)
def _trust_of_files(beside: Path, named: Signatures, _content: str) -> Trust:
    return Trust(
        anchors=_certificates(beside, named.trust_anchors),
        intermediates=_certificates(beside, named.intermediates),
        crls=tuple(crl for name in named.crls for crl in _read(beside / name, _revocation_lists)),
        ocsps=tuple(_read(beside / name, _ocsp_answer) for name in named.ocsp_answers),
    )


def _certificates(beside: Path, names: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(der for name in names for der in certificates_of(beside / name))


def _revocation_lists(data: bytes) -> tuple[bytes, ...]:
    """Return every revocation list of a PEM file, or the one of a DER file."""
    from harness.crypto.chains.certificates import read_crl

    return tuple(read_crl(block) for block in _CRL_BLOCK.findall(data) or [data])


def _ocsp_answer(data: bytes) -> bytes:
    from harness.crypto.chains.certificates import read_ocsp_answer

    return read_ocsp_answer(data)


def _read(path: Path, convert: Callable[[bytes], T]) -> T:
    from harness.crypto.chains.certificates import CertificateUnreadable

    try:
        return convert(path.read_bytes())
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error.strerror or error) from error
    except CertificateUnreadable as error:
        raise ConfigurationError("trust.unreadable", path=path, detail=error.detail) from error
