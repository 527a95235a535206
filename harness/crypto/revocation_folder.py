"""Revocation data gathered beforehand, on request, into a folder that a profile names: judging itself uses no
network."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import Parameters
from harness.crypto.chains.certificates import CertificateUnreadable, read_pem_or_der
from harness.crypto.chains.trust import Trust
from harness.crypto.pdf.prechecks import looks_like_pdf
from harness.crypto.revocation_fetcher import FetchFailure, RevocationFetcher
from harness.crypto.signers_of import Signer, signers_of, signers_of_pdf

_NAME = 16  # digits of a digest that tell files apart
_DER = b"\x30\x82"
_PEM = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class GatheredRevocation:
    """What was gathered.

    Attributes:
        signers: how many certificates were asked about.
        written: what each new file is of, an address or the fingerprint of a certificate, and its path.
        missing: about how many of them nothing was had.
        failures: what could not be had.
    """

    signers: int
    missing: int
    written: tuple[tuple[str, Path], ...]
    failures: tuple[FetchFailure, ...]


def gather_revocation(
    files: Sequence[Path], out: Path, parameters: Parameters, trust: Trust, fetcher: RevocationFetcher
) -> GatheredRevocation:
    """Gather revocation lists and OCSP answers about the signers of files, and about the trust's intermediates.

    A file of the same kind about the same address or certificate takes the place of an older one.

    Args:
        files: packages, PDF files, or certificates in PEM or DER.
        out: the folder; made where it is not there.
        parameters: of the profile by which the files are read.
        trust: issuers; no request is made for certificates of other issuers.
        fetcher: does the calls.

    Raises:
        ConfigurationError: a file cannot be read, or the folder not written.
    """
    found = [signer for path in files for signer in _signers(path, parameters)]
    found += [(der, ()) for der in trust.intermediates]
    asked = list(dict.fromkeys(found))
    fetched = fetcher.fetch(asked, trust)
    named = {
        **{url: (f"crl-{_short(url.encode())}.crl", der) for url, der in fetched.lists.items()},
        **{digest: (f"ocsp-{digest[:_NAME]}.ocsp", der) for digest, der in fetched.answers.items()},
    }
    written = tuple((about, _written(out / name, der)) for about, (name, der) in named.items())
    return GatheredRevocation(len(asked), fetched.missing, written, fetched.failures)


def _signers(path: Path, parameters: Parameters) -> Iterator[Signer]:
    data = _content(path, parameters.limits.package_bytes)
    if _PEM in data or data.startswith(_DER):
        try:
            certificates = read_pem_or_der(data)
        except CertificateUnreadable as error:
            raise ConfigurationError("trust.unreadable", path=path, detail=error.detail) from error
        yield from ((one, tuple(other for other in certificates if other != one)) for one in certificates)
    elif looks_like_pdf(data):
        yield from signers_of_pdf(data, parameters.signatures.bounds.pdf_contents)
    else:
        yield from signers_of(data, parameters.signatures, parameters.limits)


def _content(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error.strerror or error) from error
    if len(data) > most:
        raise ConfigurationError("pki.file-too-large", path=path, limit=most)
    return data


def _short(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()[:_NAME]


def _written(path: Path, content: bytes) -> Path:
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise ConfigurationError("pki.not-written", path=path, detail=error.strerror or error) from error
    return path
