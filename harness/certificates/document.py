"""The certificate as a document: product, holder, certification body, basis and validity."""

from datetime import date
from typing import Literal

import msgspec

from harness.catalogue.texts import LocalisedText

CERTIFICATE_SCHEMA = "lienthong.certificate/1"


class CertificatePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts of a certificate: immutable, unknown members refused."""


class CertifyingBody(CertificatePart, frozen=True, kw_only=True):
    """The certification body."""

    name: str
    address: str = ""
    accreditation: str = ""


class CertifiedProduct(CertificatePart, frozen=True, kw_only=True):
    """The certified product."""

    name: str
    version: str
    vendor: str = ""


class CertifiedAgency(CertificatePart, frozen=True, kw_only=True):
    """The agency as which the product was tested."""

    organ_id: str = ""
    organ_name: str = ""


class CertifiedProfile(CertificatePart, frozen=True, kw_only=True):
    """The profile used; its digest covers every value."""

    id: str
    version: str
    sha256: str
    title: LocalisedText


class CertifyingHarness(CertificatePart, frozen=True, kw_only=True):
    """The version of the harness used; the digest covers the whole program."""

    name: str
    version: str
    program: str


class CertifiedRun(CertificatePart, frozen=True, kw_only=True):
    """The run on which the certificate is based.

    Attributes:
        evidence: digest over all its evidence, as in the manifest.
        manifest: SHA-256 of manifest.json.
        laboratory: name of the laboratory that recorded and sealed it.
        key: fingerprint of the key that sealed it.
    """

    run_id: str
    started: str
    finished: str
    evidence: str
    manifest: str
    laboratory: str
    key: str


class CertifiedScope(CertificatePart, frozen=True, kw_only=True):
    """The scope: capabilities that the product declares, and the requirements that had to pass."""

    capabilities: tuple[str, ...]
    required: tuple[str, ...]


class StatedOpinion(CertificatePart, frozen=True, kw_only=True):
    """A person's opinion on the results; not a result itself (ISO/IEC 17025, clause 7.8.7)."""

    author: str
    at: str
    text: str


class CertificationDecision(CertificatePart, frozen=True, kw_only=True):
    """Who evaluated, who decided, and why."""

    evaluated_by: str
    decided_by: str
    at: str
    reasons: str


class EarlierCertificate(CertificatePart, frozen=True, kw_only=True):
    """The certificate that this one replaces, what changed and why.

    Attributes:
        kind: `replaced` by a new decision on a run; `amended` where only facts were corrected and the decision stays.
    """

    number: str
    kind: Literal["replaced", "amended"] = "replaced"
    changed: str
    why: str


class Certificate(CertificatePart, frozen=True, kw_only=True):
    """A certificate, schema lienthong.certificate/1.

    Attributes:
        issued: when, ISO 8601 in Vietnam time.
        valid_until: last day, ISO 8601.
        holder: organisation to which it is issued.
        address: of the holder; empty where none was stated.
        limits: what the test could not show, as sentences.
        conditions: on which it was issued; empty for none.
        status: address of its page in the public register.
        replaces: the earlier certificate; None if it replaces none.
    """

    schema: Literal["lienthong.certificate/1"] = "lienthong.certificate/1"
    number: str
    issued: str
    valid_until: str
    body: CertifyingBody
    holder: str
    product: CertifiedProduct
    agency: CertifiedAgency
    profile: CertifiedProfile
    harness: CertifyingHarness
    run: CertifiedRun
    scope: CertifiedScope
    limits: tuple[LocalisedText, ...]
    conditions: str
    opinions: tuple[StatedOpinion, ...]
    decision: CertificationDecision
    status: str
    replaces: EarlierCertificate | None = None
    address: str = ""

    @property
    def last_day(self) -> date:
        """The last day of its validity."""
        return date.fromisoformat(self.valid_until)
