"""The test PKI: the government CA's shape with fresh keys, and every kind of bad certificate that a checker must
recognise.

Nothing of it is trusted outside a test: its names say what it is, and its keys exist nowhere but here.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from harness.crypto.chains.trust import Trust
from harness.crypto.testpki.issuance import (
    CertificateOrder,
    IssuedIdentity,
    KeyKind,
    PrivateKey,
    Role,
    issue,
    make_key,
    ocsp_answer,
    revocation_list,
)

Kind = Literal[
    "root", "issuing", "ocsp", "tsa", "person", "agency",
    "expired", "not-yet-valid", "revoked", "wrong-usage", "weak-key", "other-agency",
    "issuer-missing", "untrusted", "untrusted-tsa", "hub", "hub-expired", "hub-wrong-host", "hub-untrusted",
]  # fmt: skip

RESPONDER = "http://127.0.0.1:8990"
AGENCY_NAME = "UBND tỉnh Nghệ An"
OTHER_AGENCY_NAME = "Sở Thử nghiệm tỉnh Lai Châu"

_AUTHORITY = "Ban Cơ yếu thử nghiệm"
_YEAR = timedelta(days=365)
_REVOKED_SINCE = timedelta(days=60)
_FRESH = timedelta(days=7)
_SKEW = timedelta(hours=1)
_SHA256 = hashes.SHA256()
_AGENCY = (("CN", AGENCY_NAME), ("O", "Chính phủ thử nghiệm"), ("L", "Nghệ An"), ("C", "VN"))
_HUB = (("CN", "127.0.0.1"), ("O", "Trục tham chiếu thử nghiệm"), ("C", "VN"))
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OTHER_AGENCY = (("CN", OTHER_AGENCY_NAME), ("O", "UBND tỉnh Lai Châu"), ("L", "Lai Châu"), ("C", "VN"))


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How one identity is made: times are relative to the moment the PKI was made."""

    subject: tuple[tuple[str, str], ...]
    role: Role
    issuer: str | None
    key: KeyKind = "ec-256"
    begins: timedelta = -2 * _YEAR
    ends: timedelta = 3 * _YEAR
    hosts: tuple[str, ...] = ()


def _authority(name: str) -> tuple[tuple[str, str], ...]:
    return (("CN", name), ("O", _AUTHORITY), ("C", "VN"))


def _official(name: str) -> tuple[tuple[str, str], ...]:
    return (
        ("E", "canbo@nghean.example"),
        ("CN", name),
        ("OU", "Văn phòng"),
        ("O", AGENCY_NAME),
        ("C", "VN"),
    )


_RECIPES: dict[str, _Recipe] = {
    "root": _Recipe(_authority("RootCA thử nghiệm G2"), "root", None, begins=-10 * _YEAR, ends=20 * _YEAR),
    "issuing": _Recipe(
        _authority("CA thử nghiệm phục vụ các cơ quan Nhà nước G2"),
        "issuer",
        "root",
        begins=-9 * _YEAR,
        ends=10 * _YEAR,
    ),
    "ocsp": _Recipe(_authority("OCSP thử nghiệm"), "ocsp", "issuing"),
    "tsa": _Recipe(_authority("TSA thử nghiệm"), "tsa", "issuing", "rsa-2048", begins=-4 * _YEAR),
    "person": _Recipe(_official("Nguyễn Văn Mẫu"), "signer", "issuing", "rsa-2048"),
    "agency": _Recipe(_AGENCY, "signer", "issuing", "rsa-2048"),
    "expired": _Recipe(_AGENCY, "signer", "issuing", ends=timedelta(days=-30)),
    "not-yet-valid": _Recipe(_AGENCY, "signer", "issuing", begins=timedelta(days=30)),
    "revoked": _Recipe(_AGENCY, "signer", "issuing"),
    "wrong-usage": _Recipe(_AGENCY, "encipherment", "issuing"),
    "weak-key": _Recipe(_AGENCY, "signer", "issuing", "rsa-1024"),
    "other-agency": _Recipe(_OTHER_AGENCY, "signer", "issuing"),
    "unlisted": _Recipe(_authority("CA thử nghiệm không công bố"), "issuer", "root", begins=-9 * _YEAR),
    "issuer-missing": _Recipe(_AGENCY, "signer", "unlisted"),
    "stranger": _Recipe((("CN", "RootCA lạ"), ("O", "Không rõ"), ("C", "VN")), "root", None, begins=-10 * _YEAR),
    "untrusted": _Recipe(_AGENCY, "signer", "stranger"),
    "untrusted-tsa": _Recipe(_authority("TSA lạ"), "tsa", "stranger", "rsa-2048"),
    "hub": _Recipe(_HUB, "tls-server", "issuing", hosts=_LOOPBACK),
    "hub-expired": _Recipe(_HUB, "tls-server", "issuing", ends=timedelta(days=-30), hosts=_LOOPBACK),
    "hub-wrong-host": _Recipe(_HUB, "tls-server", "issuing", hosts=("truc.khac.example",)),
    "hub-untrusted": _Recipe(_HUB, "tls-server", "stranger", hosts=_LOOPBACK),
}
_ALWAYS_REVOKED = "revoked"
_EMBEDS_NOTHING = "issuer-missing"
_EMBEDS_ROOT = {"untrusted", "untrusted-tsa"}
KINDS: tuple[str, ...] = tuple(_RECIPES)


@cache
def _shared_key(name: str) -> PrivateKey:
    """One key per name and process, for PKIs that are not kept: RSA keys cost more than all the rest."""
    return make_key(_RECIPES[name].key)


def warm_shared_keys() -> None:
    """Make the keys that all PKIs of this process and of those forked from it share, before the first asks for one."""
    for name in KINDS:
        _shared_key(name)


class Pki:
    """A test PKI. Identities are issued when they are first asked for; safe to use from several threads.

    Args:
        made: moment from which all validity is counted.
        responder: base URL of OCSP and CRL that certificates name.
        given: identities that exist already, as read from a folder.
        key: makes the key of an identity by its name.
    """

    def __init__(
        self,
        made: datetime,
        responder: str = RESPONDER,
        *,
        given: Mapping[str, IssuedIdentity] | None = None,
        key: Callable[[str], PrivateKey] = _shared_key,
    ) -> None:
        self.made = made
        self.responder = responder
        self.revoked: dict[str, datetime] = {_ALWAYS_REVOKED: made - _REVOKED_SINCE}
        self._identities = dict(given or {})
        self._key = key
        self._lock = threading.RLock()

    def identity(self, kind: str) -> IssuedIdentity:
        """Return the identity called `kind`: one of `KINDS`, or the name given to `agency` or `person`.

        Raises:
            KeyError: there is none of that name.
        """
        with self._lock:
            if kind not in self._identities:
                self._identities[kind] = self._issued(kind, _RECIPES[kind], self._key(kind))
            return self._identities[kind]

    @staticmethod
    def key_kind(kind: str) -> KeyKind:
        """Return the kind of key that an identity has.

        Raises:
            KeyError: there is none of that name.
        """
        return _RECIPES[kind].key

    def agency(self, name: str, parent: str = "Chính phủ thử nghiệm") -> IssuedIdentity:
        """Return the seal of the agency called `name`, issued when it is first asked for."""
        return self._further(name, (("CN", name), ("O", parent), ("L", "Hà Nội"), ("C", "VN")))

    def person(self, name: str, agency: str) -> IssuedIdentity:
        """Return the certificate of an official of an agency, issued when it is first asked for."""
        subject = (
            ("E", "canbo@co-quan.example"),
            ("CN", name),
            ("OU", "Văn phòng"),
            ("O", agency),
            ("C", "VN"),
        )
        return self._further(f"{name}, {agency}", subject)

    def seal(self, name: str, like: str) -> IssuedIdentity:
        """Return a seal of the agency called `name` that is as good or as bad as the identity called `like`.

        Raises:
            KeyError: there is no identity called `like`.
        """
        with self._lock:
            key = f"{name} ({like})"
            if key not in self._identities:
                subject = (("CN", name), ("O", "Chính phủ thử nghiệm"), ("L", "Hà Nội"), ("C", "VN"))
                recipe = replace(_RECIPES[like], subject=subject)
                self._identities[key] = self._issued(like, recipe, make_key(recipe.key))
                if like in self.revoked:
                    self.revoked[key] = self.revoked[like]
            return self._identities[key]

    def server(self, kind: str, host: str) -> IssuedIdentity:
        """Return a certificate like the hub's called `kind`, for a server that listens at `host`.

        Raises:
            KeyError: there is no identity called `kind`.
        """
        recipe = _RECIPES[kind]
        if host in recipe.hosts or recipe.hosts != _LOOPBACK:
            return self.identity(kind)
        with self._lock:
            key = f"{kind} {host}"
            if key not in self._identities:
                further = replace(recipe, hosts=(*recipe.hosts, host))
                self._identities[key] = self._issued(kind, further, self._key(kind))
            return self._identities[key]

    def revoke(self, kind: str, when: datetime) -> None:
        """Revoke an identity; lists and answers made from now on say so."""
        with self._lock:
            self.revoked[kind] = when

    def identities(self) -> dict[str, IssuedIdentity]:
        """Return every identity issued so far, by name."""
        with self._lock:
            return dict(self._identities)

    def revocation_lists(self, now: datetime) -> dict[str, bytes]:
        """Return the CRLs of root and issuing CA as of `now`, by the CA's name, in DER."""
        return {name: self._crl(name, now) for name in ("root", "issuing")}

    def revocation_lists_pem(self, now: datetime) -> bytes:
        """Return the same lists in one PEM file, as `--trust-anchors` takes them behind its certificates."""
        lists = (x509.load_der_x509_crl(crl) for crl in self.revocation_lists(now).values())
        return b"".join(crl.public_bytes(Encoding.PEM) for crl in lists)

    def ocsp_answer(
        self, certificate: x509.Certificate, now: datetime, algorithm: hashes.HashAlgorithm = _SHA256
    ) -> bytes | None:
        """Return the OCSP answer about a certificate as of `now`, None if the issuing CA issued none such.

        Args:
            certificate: asked about.
            now: time of the answer, with a zone.
            algorithm: hash by which the question names the issuer.
        """
        issuer = self.identity("issuing")
        if certificate.issuer != issuer.certificate.subject:
            return None
        times = (now - _SKEW, now + _FRESH)
        revoked = next((when for known, when in self._revoked_by("issuing") if known == certificate), None)
        return ocsp_answer(certificate, issuer, self.identity("ocsp"), times, revoked, algorithm)

    def anchors_pem(self) -> bytes:
        """Return root and issuing CA in one PEM file, as `--trust-anchors` takes it."""
        return b"".join(self.identity(name).certificate.public_bytes(Encoding.PEM) for name in ("root", "issuing"))

    def trust(self, now: datetime) -> Trust:
        """Return what a checker needs to trust this PKI: root, issuing CA, and the CRLs as of `now`."""
        crls = tuple(self.revocation_lists(now).values())
        return replace(Trust.of_pem(self.anchors_pem()), crls=crls)

    def _further(self, name: str, subject: tuple[tuple[str, str], ...]) -> IssuedIdentity:
        with self._lock:
            if name not in self._identities:
                recipe = _Recipe(subject, "signer", "issuing")
                self._identities[name] = self._issued(name, recipe, make_key(recipe.key))
            return self._identities[name]

    def _issued(self, name: str, recipe: _Recipe, key: PrivateKey) -> IssuedIdentity:
        order = CertificateOrder(
            name=name,
            subject=recipe.subject,
            role=recipe.role,
            begins=self.made + recipe.begins,
            ends=self.made + recipe.ends,
            key=recipe.key,
            responder=self.responder,
            hosts=recipe.hosts,
        )
        issuer = self.identity(recipe.issuer) if recipe.issuer else None
        identity = issue(order, issuer, key)
        if name == _EMBEDS_NOTHING:
            return replace(identity, chain=())
        if name in _EMBEDS_ROOT and issuer:
            return replace(identity, chain=(issuer.certificate,))
        return identity

    def _crl(self, issuer: str, now: datetime) -> bytes:
        return revocation_list(self.identity(issuer), self._revoked_by(issuer), now - _SKEW, now + _FRESH)

    def _revoked_by(self, issuer: str) -> list[tuple[x509.Certificate, datetime]]:
        name = self.identity(issuer).certificate.subject
        with self._lock:  # a seal may be made, and revoked, while the responder answers
            revoked = tuple(self.revoked.items())
        every = [(self.identity(kind).certificate, when) for kind, when in revoked]
        return [(certificate, when) for certificate, when in every if certificate.issuer == name]
