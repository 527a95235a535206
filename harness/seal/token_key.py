"""A laboratory's key on a PKCS#11 token (smart card, HSM): it signs there and never leaves it."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from harness.catalogue.errors import ConfigurationError

_BITS = 256
_HALF = 32
_TRIAL = b"lienthong"


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a key is: path of the PKCS#11 library, labels of the token and of the key on it."""

    module: str
    token: str
    key: str


class TokenKey(ec.EllipticCurvePrivateKey):
    """A private key on P-256 that is known by what it signs."""

    def __init__(self, key: Any, public: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self._public = public
        self._lock = threading.Lock()  # a session does one thing at a time

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Return the signature over data, in DER."""
        from pkcs11 import Mechanism

        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, Prehashed):
            digest = bytes(data)
        else:
            context = hashes.Hash(algorithm)
            context.update(data)
            digest = context.finalize()
        with self._lock, _told():
            raw: bytes = self._key.sign(digest, mechanism=Mechanism.ECDSA)
        return encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public part."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return ec.SECP256R1()

    @property
    def key_size(self) -> int:
        """Its size in bits."""
        return _BITS

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        """It only signs."""
        raise TypeError("a key on a token only signs")

    def private_numbers(self) -> NoReturn:
        """It never leaves the token."""
        raise TypeError("a key on a token never leaves it")

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> NoReturn:
        """It never leaves the token."""
        raise TypeError("a key on a token never leaves it")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: Any) -> "TokenKey":
        return self


def open_token_key(place: TokenPlace, pin: bytes, public: ec.EllipticCurvePublicKey) -> TokenKey:
    """Return the key on a token.

    Args:
        place: where it is.
        pin: that opens the token.
        public: of the certificate that belongs to it.

    Raises:
        ConfigurationError: there is no such library, token or key, the PIN is wrong, or it is another key.
    """
    with _told():
        from pkcs11 import ObjectClass

        key = TokenKey(_session(place, pin).get_key(object_class=ObjectClass.PRIVATE_KEY, label=place.key), public)
    try:
        public.verify(key.sign(_TRIAL, ec.ECDSA(hashes.SHA256())), _TRIAL, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ConfigurationError("laboratory.other-certificate", path=Path(place.module)) from error
    return key


@contextlib.contextmanager
def new_token_key(place: TokenPlace, pin: bytes) -> Iterator[TokenKey]:
    """Make a key on a token and give it; the token is closed again afterwards.

    Raises:
        ConfigurationError: there is no such library or token, the PIN is wrong, or there is a key of that name.
    """
    with _told():
        session = _session(place, pin)
    try:
        yield _made(session, place)
    finally:
        session.close()


def _made(session: Any, place: TokenPlace) -> TokenKey:
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

    with _told():
        if next(iter(session.get_objects({Attribute.LABEL: place.key})), None) is not None:
            raise ConfigurationError("laboratory.token-key-known", key=place.key)
        curve = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
        )
        public, private = curve.generate_keypair(label=place.key, store=True)
        read = load_der_public_key(encode_ec_public_key(public))
    assert isinstance(read, ec.EllipticCurvePublicKey)
    return TokenKey(private, read)


def _session(place: TokenPlace, pin: bytes) -> Any:
    import pkcs11

    token = pkcs11.lib(place.module).get_token(token_label=place.token)
    try:
        return token.open(rw=True, user_pin=pin.decode())
    except pkcs11.UserAlreadyLoggedIn:  # by this process, which may use it then
        return token.open(rw=True)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say in words what a token complains of."""
    try:
        import pkcs11
    except ImportError as error:
        raise ConfigurationError("laboratory.no-pkcs11") from error
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked) as error:
        raise ConfigurationError("laboratory.wrong-passphrase") from error
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise ConfigurationError("laboratory.token", detail=str(error) or type(error).__name__) from error
