"""The laboratory: who tests, and the key its runs are sealed with. A folder, made by `lienthong pki`.

The folder holds `lab.key` (EC private key, PEM, PKCS#8 that may be encrypted by a passphrase), `lab.crt` (its
certificate, then intermediates; optional) and `laboratory.yaml` (name, address, who authorises reports, who stamps the
time, terms of certificates; optional).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import Located, convert, read
from harness.crypto.chains.certificates import whole_name
from harness.seal.timestamp import Roots, TimeStampingAuthority, read_roots
from harness.seal.token_key import TokenKey, TokenPlace, open_token_key

KEY_FILE = "lab.key"
CERTIFICATE_FILE = "lab.crt"
IDENTITY_FILE = "laboratory.yaml"
_MOST_MONTHS = 120

Passphrase = Callable[[], bytes | None]
"""Is asked for the passphrase of a key once it is known to need one; None where nobody can tell it."""


class Authorised(ParameterGroup, frozen=True):
    """The person who authorises a report."""

    name: str
    title: str = ""


class TimeStamping(ParameterGroup, frozen=True):
    """Who stamps the time of a seal: address of the authority, and the PEM file of its roots beside this file."""

    url: str
    roots: str


class CertificateTerms(ParameterGroup, frozen=True):
    """On which terms certificates are given out.

    Attributes:
        register: address of the public register, to which the QR code of a certificate leads.
        prefix: of the numbers of certificates.
        months: for which a certificate is valid.
    """

    register: str
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{0,19}$")] = "LT"
    months: Annotated[int, msgspec.Meta(ge=1, le=_MOST_MONTHS)] = 36


class HardwareToken(ParameterGroup, frozen=True):
    """Where the key is that is no file: path of the PKCS#11 library, labels of the token and of the key on it."""

    module: str
    token: str
    key: str

    @property
    def place(self) -> TokenPlace:
        """The same for whom opens it."""
        return TokenPlace(self.module, self.token, self.key)


class LaboratoryIdentity(ParameterGroup, frozen=True):
    """Who tests, as ISO/IEC 17025 clause 7.8.2 asks of a report; schema lienthong.laboratory/1."""

    schema: Literal["lienthong.laboratory/1"] = "lienthong.laboratory/1"
    name: str = ""
    address: str = ""
    place: str = ""
    accreditation: str = ""
    authorised: Authorised | None = None
    tsa: TimeStamping | None = None
    certificates: CertificateTerms | None = None
    token: HardwareToken | None = None

    def public(self) -> dict[str, object]:
        """Return it as run.json has it: what concerns the laboratory alone is left out."""
        content: dict[str, object] = msgspec.to_builtins(self)
        del content["tsa"], content["certificates"], content["token"]
        return content


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public part of a laboratory's key: SHA-256 over its SubjectPublicKeyInfo in hex, and PEM."""

    sha256: str
    pem: str


@dataclass(frozen=True, slots=True)
class LaboratoryKey:
    """The key that seals a run.

    Attributes:
        private: EC key.
        chain: its certificate first, then intermediates; empty where there is no certificate.
    """

    private: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def public(self) -> PublicKey:
        """The public part, for report and manifest."""
        return public_part(self.private.public_key())


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Who tests and, where there are such, the key and the authority that stamps the time of its seals."""

    identity: LaboratoryIdentity
    key: LaboratoryKey | None = None
    tsa: TimeStampingAuthority | None = None


def public_part(key: ec.EllipticCurvePublicKey) -> PublicKey:
    """Return a public key as reports and manifests name it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(hashlib.sha256(der).hexdigest(), pem)


@dataclass(frozen=True, slots=True)
class KnownSigner:
    """Whose signatures are trusted: the public part of a laboratory, known without opening its key.

    Attributes:
        key: its public key.
        name: as its own folder or its certificate says; empty where neither does.
    """

    key: ec.EllipticCurvePublicKey
    name: str = ""


def load_laboratory(folder: Path, passphrase: Passphrase | None = None) -> Laboratory:
    """Read a laboratory's folder.

    Args:
        folder: the folder.
        passphrase: is asked where the key is encrypted.

    Raises:
        ConfigurationError: it has neither key nor identity, one of its files is wrong, or the passphrase is.
    """
    identity_path, key_path = folder / IDENTITY_FILE, folder / KEY_FILE
    if not identity_path.is_file() and not key_path.is_file():
        raise ConfigurationError("laboratory.empty", path=folder, key=KEY_FILE, identity=IDENTITY_FILE)
    identity, tsa = _identity(identity_path, folder) if identity_path.is_file() else (LaboratoryIdentity(), None)
    certificate = folder / CERTIFICATE_FILE
    if key_path.is_file():
        return Laboratory(identity, _key(_private(key_path, passphrase), key_path, certificate), tsa)
    if identity.token is None:
        return Laboratory(identity, None, tsa)
    private = _on_token(identity.token, certificate, passphrase)
    return Laboratory(identity, _key(private, certificate, certificate), tsa)


def known_laboratory(folder: Path) -> tuple[KnownSigner | None, TimeStampingAuthority | None]:
    """Return what is publicly known of the laboratory in a folder: whose signatures are its own, and who stamps them.

    Where there is a certificate the key is not opened, so that nobody is asked for a passphrase.

    Raises:
        ConfigurationError: it has neither key nor identity, or one of its files is wrong.
    """
    if not (folder / CERTIFICATE_FILE).is_file():
        laboratory = load_laboratory(folder)
        key = laboratory.key.private.public_key() if laboratory.key else None
        return KnownSigner(key, laboratory.identity.name) if key else None, laboratory.tsa
    path = folder / IDENTITY_FILE
    identity, tsa = _identity(path, folder) if path.is_file() else (LaboratoryIdentity(), None)
    signer = read_signer(folder / CERTIFICATE_FILE)
    return KnownSigner(signer.key, identity.name or signer.name), tsa


def read_signer(path: Path) -> KnownSigner:
    """Read who signs from a PEM file that holds a laboratory's certificate, which names it, or its bare public key.

    Raises:
        ConfigurationError: unreadable, or no EC key.
    """
    key = read_public_key(path)
    content = path.read_bytes()
    if b"BEGIN CERTIFICATE" not in content:
        return KnownSigner(key)
    return KnownSigner(key, whole_name(x509.load_pem_x509_certificates(content)[0].subject))


def read_identity(folder: Path) -> LaboratoryIdentity | None:
    """Read who a laboratory is, without its key; None where its folder does not say.

    Raises:
        ConfigurationError: the file is wrong.
    """
    path = folder / IDENTITY_FILE
    return _identity(path, folder)[0] if path.is_file() else None


def read_public_key(path: Path) -> ec.EllipticCurvePublicKey:
    """Read the public key of a laboratory from a PEM file that holds its certificate or the bare key.

    Raises:
        ConfigurationError: unreadable, or no EC key.
    """
    try:
        key = _public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("laboratory.bad-key", path=path, detail=error) from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ConfigurationError("laboratory.not-p256", path=path)
    return key


def _identity(path: Path, folder: Path) -> tuple[LaboratoryIdentity, TimeStampingAuthority | None]:
    located = read(path)
    identity = convert(located, LaboratoryIdentity)
    if identity.certificates and not is_web_address(identity.certificates.register):
        place, line = located.place(("certificates", "register"))
        raise ConfigurationError("laboratory.register", path=place, line=line)
    return identity, _tsa(identity.tsa, located, folder) if identity.tsa else None


def _tsa(named: TimeStamping, located: Located, folder: Path) -> TimeStampingAuthority:
    if not is_web_address(named.url):
        path, line = located.place(("tsa", "url"))
        raise ConfigurationError("tsa.bad-url", path=path, line=line)
    return TimeStampingAuthority(named.url, _roots(folder / named.roots, located))


def _roots(file: Path, located: Located) -> Roots:
    """Read the roots; an error names the line of their file's name."""
    try:
        return read_roots(file)
    except ConfigurationError as error:
        path, line = located.place(("tsa", "roots"))
        raise ConfigurationError(error.code, path=path, line=line, **error.parameters) from error


def is_web_address(text: str) -> bool:
    """Say whether a text is an address of http or https with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _public_key(content: bytes) -> object:
    if b"BEGIN CERTIFICATE" in content:
        return x509.load_pem_x509_certificates(content)[0].public_key()
    return load_pem_public_key(content)


def _on_token(token: HardwareToken, certificate: Path, passphrase: Passphrase | None) -> TokenKey:
    """Return the key on a token; its certificate, which tells the public part, is a file all the same."""
    public = read_public_key(certificate)
    pin = passphrase() if passphrase else None
    if not pin:
        raise ConfigurationError("laboratory.passphrase-needed", path=certificate)
    return open_token_key(token.place, pin, public)


def _key(private: object, key_path: Path, certificate_path: Path) -> LaboratoryKey:
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise ConfigurationError("laboratory.not-p256", path=key_path)
    if not certificate_path.is_file():
        return LaboratoryKey(private)
    try:
        chain = tuple(x509.load_pem_x509_certificates(certificate_path.read_bytes()))
    except (OSError, ValueError) as error:
        raise ConfigurationError("laboratory.bad-certificate", path=certificate_path, detail=error) from error
    if chain[0].public_key() != private.public_key():
        raise ConfigurationError("laboratory.other-certificate", path=certificate_path)
    return LaboratoryKey(private, chain)


def _private(path: Path, passphrase: Passphrase | None) -> object:
    try:
        content = path.read_bytes()
        return load_pem_private_key(content, password=None)
    except TypeError:
        given = passphrase() if passphrase else None  # it is encrypted
    except (OSError, ValueError) as error:
        raise ConfigurationError("laboratory.bad-key", path=path, detail=error) from error
    if not given:
        raise ConfigurationError("laboratory.passphrase-needed", path=path)
    try:
        return load_pem_private_key(content, password=given)
    except ValueError as error:
        raise ConfigurationError("laboratory.wrong-passphrase", path=path) from error
