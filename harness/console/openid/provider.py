"""The identity provider as the console talks to it: where it is, its keys, its word about who signed in.

Written on joserfc and httpx2, which the project has anyway: Authlib's client for Starlette wants httpx, whose
maintained successor the project uses, and keeps what goes on in a cookie session of its own.
"""

import hashlib
import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import quote_plus, urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from harness.console.openid.provider_file import OpenIdFile, OpenIdSettings, is_safe

_DISCOVERY = "/.well-known/openid-configuration"
# Signatures by a key of the provider's alone: with `none` or an HMAC the token would be anybody's word.
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
_KINDS = frozenset({"RSA", "EC", "OKP"})
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LIMIT = 10.0
_LARGEST = 512 * 1024
_KEPT = 3600.0
_PAUSE = 5.0  # seconds between two looks at what the provider says of itself
_SKEW = 60.0  # seconds that two clocks may differ
_OLDEST = 600.0
_LONGEST_SUBJECT = 255


class OpenIdFailure(Exception):
    """Nobody was signed in.

    Attributes:
        key: stable word for what to say to the person: `unreachable`, `refused`, `stale`, `unknown`, `no-role`.
        detail: for who operates the console; without anything secret.
    """

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(f"{key}: {detail}")
        self.key = key
        self.detail = detail


class RoundTrip(msgspec.Struct, frozen=True):
    """What has to come back as it went out: one browser's way to the provider and back."""

    state: str
    nonce: str
    verifier: str
    begun: float

    @classmethod
    def begin(cls) -> "RoundTrip":
        """Return a new one."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), time.time())


@dataclass(slots=True)
class _Known:
    metadata: Mapping[str, Any]
    keys: list[Mapping[str, Any]] = field(default_factory=list)
    at: float = 0.0


class OpenIdProvider:
    """One identity provider."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self._secret = settings.secret
        self.file: OpenIdFile = settings.file
        self._known: _Known | None = None
        self._failed: OpenIdFailure | None = None
        self._tried = -_PAUSE
        self._lock = threading.Lock()

    def authorization(self, trip: RoundTrip, back: str) -> str:
        """Return the address to which the browser is sent.

        Args:
            trip: of this browser.
            back: address to which the provider sends it afterwards.

        Raises:
            OpenIdFailure: the provider does not say where.
        """
        challenge = urlsafe_b64encode(hashlib.sha256(trip.verifier.encode("ascii")).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.file.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.file.scopes),
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        place = str(self._now().metadata["authorization_endpoint"])
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def claims(self, trip: RoundTrip, back: str, answer: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what the provider says of who signed in, after everything about it was checked.

        Args:
            trip: of this browser.
            back: address to which it was to be sent.
            answer: with what it came.

        Raises:
            OpenIdFailure: it is not what was asked for, or not the provider's word.
        """
        if not 0 <= time.time() - trip.begun <= _OLDEST or not _is_same(answer.get("state"), trip.state):
            raise OpenIdFailure("stale", "state")
        now = self._now()
        named = answer.get("iss")
        if named != self.file.issuer and (named or now.metadata.get("authorization_response_iss_parameter_supported")):
            raise OpenIdFailure("refused", "iss of the answer")
        if "code" not in answer:
            raise OpenIdFailure("refused", f"error {answer.get('error', '')[:100]}")
        token = self._exchanged(now, answer["code"], trip.verifier, back).get("id_token")
        if not isinstance(token, str):
            raise OpenIdFailure("refused", "no id_token")
        claims = self._signed(now, token)
        self._check(claims, trip.nonce)
        return claims

    def _exchanged(self, now: _Known, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        login = None
        ways = now.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret is None:
            form["client_id"] = self.file.client_id
        elif "client_secret_basic" in ways:
            login = (quote_plus(self.file.client_id), quote_plus(self._secret))
        else:
            form |= {"client_id": self.file.client_id, "client_secret": self._secret}
        return _fetched("POST", now.metadata["token_endpoint"], form=form, login=login)

    def _signed(self, now: _Known, token: str) -> Mapping[str, Any]:
        """Return the claims of a token that a key of the provider's signed; keys may be new since they were read."""
        for known in (now, None):
            keys = (known or self._now(anew=True)).keys
            for key in keys:
                try:
                    return jwt.decode(token, KeySet.import_key_set({"keys": [dict(key)]}), sorted(_ALGORITHMS)).claims
                except (JoseError, ValueError, TypeError, KeyError):
                    continue
        raise OpenIdFailure("refused", "no key of the provider's signed the token")

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now, expires, issued = time.time(), claims.get("exp"), claims.get("iat")
        subject, party = claims.get("sub"), claims.get("azp")
        right = {
            "iss": claims.get("iss") == self.file.issuer,
            "aud": self.file.client_id in audiences,
            "azp": party == self.file.client_id if party is not None else len(audiences) == 1,
            "exp": _is_number(expires) and now < expires + _SKEW,
            "iat": _is_number(issued) and now - _OLDEST < issued < now + _SKEW,
            "nonce": _is_same(claims.get("nonce"), nonce),
            "sub": isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUBJECT,
        }
        wrong = [name for name, holds in right.items() if not holds]
        if wrong:
            raise OpenIdFailure("refused", ", ".join(wrong))

    def _now(self, *, anew: bool = False) -> _Known:
        """Return what the provider says of itself, read again once in a while."""
        with self._lock:
            known, now = self._known, time.monotonic()
            wanted = known is None or anew or now - known.at > _KEPT
            # Whoever opens the page cannot have us ask the provider all the time.
            if wanted and now - self._tried >= _PAUSE:
                known = self._known = self._read_noting()
            if known is None:
                raise self._failed or OpenIdFailure("unreachable")
            return known

    def _read_noting(self) -> _Known:
        self._tried = time.monotonic()
        try:
            return self._read()
        except OpenIdFailure as error:
            self._failed = error
            raise

    def _read(self) -> _Known:
        metadata = _fetched("GET", self.file.issuer.rstrip("/") + _DISCOVERY)
        if metadata.get("issuer") != self.file.issuer:
            raise OpenIdFailure("unreachable", f"expected issuer {self.file.issuer}, got {metadata.get('issuer')}")
        for name in _ENDPOINTS:
            if not is_safe(str(metadata.get(name, ""))):
                raise OpenIdFailure("unreachable", f"{name} is no https address")
        keys = _fetched("GET", metadata["jwks_uri"]).get("keys")
        return _Known(metadata, list(_fit(keys)), time.monotonic())


def _fit(keys: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the keys that can have signed a token."""
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, dict) and key.get("kty") in _KINDS and key.get("use", "sig") == "sig":
            yield key


def _fetched(
    method: str, address: str, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """Return the JSON object at an address.

    Raises:
        OpenIdFailure: there is none.
    """
    content = b""
    try:
        with (
            httpx2.Client(timeout=_LIMIT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, address, data=form, auth=login, headers={"accept": "application/json"}) as answer,
        ):
            status = answer.status_code
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST:
                    raise OpenIdFailure("unreachable", f"{address}: more than {_LARGEST} bytes")
    except httpx2.HTTPError as error:
        raise OpenIdFailure("unreachable", f"{address}: {type(error).__name__}") from error
    if status != httpx2.codes.OK:
        raise OpenIdFailure("refused" if form else "unreachable", f"{address}: status {status}")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise OpenIdFailure("unreachable", f"{address}: no JSON") from error
    if not isinstance(found, dict):
        raise OpenIdFailure("unreachable", f"{address}: no JSON object")
    return found


def _is_same(given: object, expected: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
