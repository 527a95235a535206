"""A test PKI in a folder: made once per installation, private keys readable by their owner alone."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from harness.catalogue.errors import ConfigurationError
from harness.crypto.testpki.issuance import CertificateOrder, IssuedIdentity, PrivateKey, issue, make_key
from harness.crypto.testpki.pki import KINDS, Pki

DESCRIPTION_FILE = "pki.json"
ANCHORS_FILE = "anchors.pem"
LABORATORY = "lab"
_SCHEMA = "lienthong.pki/1"
_PRIVATE = 0o600
_FOLDER = 0o700
_LABORATORY_LASTS = timedelta(days=3650)
_UNNAMED = "Phòng thử nghiệm liên thông"
_LONGEST_COMMON_NAME = 64  # bytes


def certificate_pem(identity: IssuedIdentity) -> bytes:
    """Return the certificate and the ones above it, in one PEM file, as servers and signing tools take it."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in (identity.certificate, *identity.chain))


def key_pem(identity: IssuedIdentity, passphrase: bytes | None = None) -> bytes:
    """Return the private key as PEM (PKCS#8), encrypted where there is a passphrase."""
    guard = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, guard)


def write_identity(
    identity: IssuedIdentity, folder: Path, name: str | None = None, passphrase: bytes | None = None
) -> tuple[Path, Path]:
    """Write certificate and key of an identity and return their paths; the key is readable by its owner alone.

    Args:
        identity: with its key.
        folder: where to.
        name: of the files, without ending; that of the identity when left out.
        passphrase: by which the key is encrypted; None leaves it plain.

    Raises:
        FileExistsError: one of the files exists.
    """
    certificate = folder / f"{name or identity.name}.crt"
    key = folder / f"{name or identity.name}.key"
    with certificate.open("xb") as file:
        file.write(certificate_pem(identity))
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key_pem(identity, passphrase))
    return certificate, key


def make_laboratory(
    now: datetime, name: str = _UNNAMED, key: ec.EllipticCurvePrivateKey | None = None
) -> IssuedIdentity:
    """Make the key and self-signed certificate that a laboratory seals its runs with.

    Args:
        now: moment from which validity is counted, with a zone.
        name: of the laboratory; a common name has room for 64 bytes, the whole stands beside it.
        key: of the laboratory, made freshly when left out.
    """
    short = name.encode()[:_LONGEST_COMMON_NAME].decode(errors="ignore").rstrip()
    subject = (("CN", short), *((("DESCRIPTION", name),) if short != name else ()), ("C", "VN"))
    return issue(CertificateOrder(LABORATORY, subject, "laboratory", now, now + _LABORATORY_LASTS), None, key)


def create_pki(folder: Path, now: datetime, responder: str) -> Pki:
    """Make a test PKI and a laboratory's key in a folder.

    Args:
        folder: must not exist yet, or be empty.
        now: moment from which validity is counted, with a zone.
        responder: base URL of OCSP and CRL that the certificates name.

    Raises:
        ConfigurationError: the folder holds something, or cannot be written to.
    """
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError("pki.not-empty", path=folder)
        pki = Pki(now, responder, key=make_key_of)
        for kind in KINDS:
            write_identity(pki.identity(kind), folder)
        write_identity(make_laboratory(now), folder)
        (folder / ANCHORS_FILE).write_bytes(pki.anchors_pem())
        for name, crl in pki.revocation_lists(now).items():
            (folder / f"{name}.crl").write_bytes(crl)
        description = {"schema": _SCHEMA, "made": pki.made.isoformat(), "responder": responder}
        (folder / DESCRIPTION_FILE).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("pki.unwritable", path=folder, detail=error.strerror or error) from error
    return pki


def open_pki(folder: Path) -> Pki:
    """Read the test PKI in a folder.

    Raises:
        ConfigurationError: the folder holds none, or a file of it is missing or broken.
    """
    path = folder / DESCRIPTION_FILE
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        made = datetime.fromisoformat(description["made"])
        responder = str(description["responder"])
        given = {kind: _identity(folder, kind) for kind in KINDS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError("pki.unreadable", path=path, detail=error) from error
    return Pki(made, responder, given=given)


def make_key_of(kind: str) -> PrivateKey:
    """Make a key of the sort that an identity of the test PKI has."""
    return make_key(Pki.key_kind(kind))


def _identity(folder: Path, kind: str) -> IssuedIdentity:
    certificate, *chain = x509.load_pem_x509_certificates((folder / f"{kind}.crt").read_bytes())
    key = load_pem_private_key((folder / f"{kind}.key").read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{kind}.key")
    return IssuedIdentity(kind, certificate, key, tuple(chain))
