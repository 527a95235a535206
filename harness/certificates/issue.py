"""Making a certificate of an examined run and a decision, and the acts that follow it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from harness.catalogue.errors import ConfigurationError
from harness.certificates.authority import CertificationAuthority
from harness.certificates.document import (
    Certificate,
    CertificationDecision,
    CertifiedAgency,
    CertifiedProduct,
    CertifiedProfile,
    CertifiedRun,
    CertifiedScope,
    CertifyingBody,
    CertifyingHarness,
    EarlierCertificate,
    StatedOpinion,
)
from harness.certificates.eligibility import RunExamination
from harness.certificates.life import CertificateLife, LifeAct, LifeEntry, LifeState
from harness.certificates.signed_documents import digest_of, signed
from harness.journal.recorder import VIETNAM
from harness.judge.report_schema import candidate_of, harness_of

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class GrantedDecision:
    """A decision to certify.

    Attributes:
        holder: organisation to which the certificate is given.
        evaluated_by: who proposed it.
        decided_by: who decided, another person.
        at: when.
        reasons: of the decision.
        conditions: on which it is given; empty for none.
        opinions: of people on the results.
        replaces: certificate that it takes the place of; None for none.
    """

    holder: str
    evaluated_by: str
    decided_by: str
    at: datetime
    reasons: str
    conditions: str = ""
    opinions: tuple[StatedOpinion, ...] = ()
    replaces: EarlierCertificate | None = None


def moment_text(at: datetime) -> str:
    """Return a moment as certificates carry it: ISO 8601 in Vietnam time, to the second."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


def made_certificate(
    number: str, examined: RunExamination, decision: GrantedDecision, authority: CertificationAuthority
) -> Certificate:
    """Return the certificate that a decision gives for an examined run.

    Args:
        number: of the certificate.
        examined: the run, as it was looked at just now.
        decision: to certify.
        authority: that certifies.

    Raises:
        ConfigurationError: the run may not be certified; nothing overrules that.
    """
    report = examined.report
    if not examined.may_be_certified or report is None:
        raise ConfigurationError("certificate.barred", bars=", ".join(examined.bars))
    candidate, harness, profile = candidate_of(report), harness_of(report), report.profile
    tested, identity = candidate.candidate, authority.identity
    return Certificate(
        number=number,
        issued=moment_text(decision.at),
        valid_until=_last_day(decision.at, authority.terms.months).isoformat(),
        body=CertifyingBody(name=identity.name, address=identity.address, accreditation=identity.accreditation),
        holder=decision.holder,
        product=CertifiedProduct(name=tested.name, version=tested.version, vendor=tested.vendor),
        agency=CertifiedAgency(organ_id=candidate.agency.organ_id, organ_name=candidate.agency.organ_name),
        profile=CertifiedProfile(id=profile.id, version=profile.version, sha256=profile.sha256, title=profile.title),
        harness=CertifyingHarness(name=harness.name, version=harness.version, program=harness.program),
        run=CertifiedRun(
            run_id=report.run_id,
            started=report.started,
            finished=report.finished,
            evidence=examined.evidence,
            manifest=digest_of(examined.manifest),
            laboratory=examined.laboratory,
            key=examined.key,
        ),
        scope=CertifiedScope(capabilities=candidate.capabilities, required=report.required),
        limits=report.limits,
        conditions=decision.conditions,
        opinions=decision.opinions,
        decision=CertificationDecision(
            evaluated_by=decision.evaluated_by,
            decided_by=decision.decided_by,
            at=moment_text(decision.at),
            reasons=decision.reasons,
        ),
        status=authority.status_address(number),
        replaces=decision.replaces,
    )


def issue_entry(certificate: Certificate, signed_certificate: bytes) -> LifeEntry:
    """Return the first act in the life of a certificate."""
    return LifeEntry(
        certificate=certificate.number,
        sequence=1,
        previous=digest_of(signed_certificate),
        act=LifeAct.ISSUE,
        state=LifeState.ACTIVE,
        at=certificate.issued,
        by=certificate.decision.decided_by,
    )


def next_entry(
    life: CertificateLife, last: bytes, act: LifeAct, *, at: datetime, by: str, reason: str = "", detail: str = ""
) -> LifeEntry:
    """Return the next act in the life of a certificate.

    Args:
        life: so far.
        last: its last act, as it is signed.
        act: to be done.
        at: when.
        by: who does it.
        reason: why; for a consent, how it was given.
        detail: number of the certificate that replaces it, or version to which it is extended.

    Raises:
        ConfigurationError: there is no such step, or it wants a reason.
    """
    state = life.after(act, at, reason, detail)
    entry = life.entries[-1]
    return LifeEntry(
        certificate=entry.certificate,
        sequence=entry.sequence + 1,
        previous=digest_of(last),
        act=act,
        state=state,
        at=moment_text(at),
        by=by,
        reason=reason,
        detail=detail,
    )


def signed_entry(entry: LifeEntry, authority: CertificationAuthority) -> bytes:
    """Return an act as the authority signs it."""
    return signed(entry, authority.key)


def _last_day(at: datetime, months: int) -> date:
    """Return the day so many months later; of a shorter month its last one."""
    day = at.astimezone(VIETNAM).date()
    month = day.month - 1 + months
    year, month = day.year + month // _MONTHS, month % _MONTHS + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
