"""The certificates of the government's CA as published: whether a file is one of them, or only has its name."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.verdicts import Basis
from harness.crypto.chains.certificates import facts_of, same_name
from harness.resources import folder

Likeness = Literal["published", "begins-so", "name-only"]


class PublishedCertificate(ParameterGroup, frozen=True, kw_only=True):
    """What is published of a certificate.

    Attributes:
        name: for people.
        subject: its common name, empty where it is not known.
        sha256: fingerprint in hex, capitals; empty where only its beginning is known.
        sha256_begins: the beginning of the fingerprint.
        valid_from, valid_to: its first and last day.
        ocsp, crls: addresses that go with it, to be shown.
        basis: how sure all this is.
    """

    name: LocalisedText
    basis: Basis
    subject: str = ""
    sha256: str = ""
    sha256_begins: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    ocsp: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()


class _PublishedFile(ParameterGroup, frozen=True):
    schema: Literal["lienthong.published-certificates/1"]
    certificates: dict[str, PublishedCertificate]


class Recognition(msgspec.Struct, frozen=True):
    """What a certificate is among those published.

    Attributes:
        likeness: `published`: the fingerprint is that one; `begins-so`: as far as it was published, which is too little
            to rely on; `name-only`: it has the name, but another fingerprint.
        of: the published one.
        sha256: its own fingerprint in hex, capitals.
    """

    likeness: Likeness
    of: PublishedCertificate
    sha256: str


@cache
def published_certificates() -> Mapping[str, PublishedCertificate]:
    """Return what is published, by id."""
    path: Path = folder("profiles") / "published_certificates.yaml"
    content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(content, _PublishedFile).certificates


def recognised(der: bytes) -> Recognition | None:
    """Tell which published certificate this is, or seems to be; None where it resembles none of them.

    Raises:
        CertificateUnreadable: these bytes are no certificate.
    """
    digest = hashlib.sha256(der).hexdigest().upper()
    names = facts_of(der).values("CN")
    found: dict[Likeness, PublishedCertificate] = {}
    for one in published_certificates().values():
        if one.sha256 == digest:
            found["published"] = one
        elif one.sha256_begins and digest.startswith(one.sha256_begins):
            found["begins-so"] = one
        elif one.subject and any(same_name(name, one.subject) for name in names):
            found["name-only"] = one
    kinds: tuple[Likeness, ...] = ("published", "begins-so", "name-only")
    return next((Recognition(kind, found[kind], digest) for kind in kinds if kind in found), None)
