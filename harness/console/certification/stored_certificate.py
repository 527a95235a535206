"""Storing a new certificate: its number, its rows, its first act, its line in the change log."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.certificates.document import Certificate
from harness.certificates.issue import issue_entry
from harness.certificates.life import LifeAct
from harness.certificates.signed_documents import digest_of, signed
from harness.console.certification.certifier import Certifier
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateFileRow, CertificateRow, LifeRow, ProposalRow
from harness.console.data.retention_tables import TombstoneRow
from harness.journal.recorder import VIETNAM

MANIFEST, REPORT = "manifest", "report"


@dataclass(frozen=True, slots=True)
class CertifiedEvidence:
    """What is stored with a certificate.

    Attributes:
        manifest, report: bytes of manifest.json and report.json of the run.
        profile: every value of the profile, JSON.
    """

    manifest: bytes
    report: bytes
    profile: str


def next_number(db: Session, certifier: Certifier, at: datetime) -> str:
    """Return the next number of the year in the authority's series; that of a deleted one is never given again."""
    head = f"{certifier.authority.terms.prefix}-{at.astimezone(VIETNAM).year}-"
    taken = [
        *db.scalars(select(CertificateRow.number).where(CertificateRow.number.startswith(head, autoescape=True))),
        *db.scalars(select(TombstoneRow.subject).where(TombstoneRow.subject.startswith(head, autoescape=True))),
    ]
    last = max((int(number.removeprefix(head)) for number in taken if number.removeprefix(head).isdigit()), default=0)
    return f"{head}{last + 1:04d}"


def store_certificate(
    db: Session, certifier: Certifier, proposal: ProposalRow, certificate: Certificate, evidence: CertifiedEvidence
) -> None:
    """Sign and store a certificate with the first act of its history.

    Args:
        db: a writing transaction.
        certifier: signs.
        proposal: on which it was decided.
        certificate: the document.
        evidence: of its run.
    """
    authority = certifier.authority
    content = signed(certificate, authority.key)
    act = signed(issue_entry(certificate, content), authority.key)
    row = CertificateRow(
        number=certificate.number, proposal_id=proposal.id, run_id=proposal.run_id,
        organisation_id=proposal.organisation_id, issued=datetime.now(UTC).timestamp(), jws=content.decode(),
        profile=evidence.profile,
    )  # fmt: skip
    db.add(row)
    db.flush()
    for form, kept in ((MANIFEST, evidence.manifest), (REPORT, evidence.report)):
        db.add(CertificateFileRow(number=certificate.number, form=form, content=kept))
    db.add(LifeRow(number=certificate.number, sequence=1, jws=act.decode()))
    db.flush()
    note_change(db, proposal.decider, f"certificate.{LifeAct.ISSUE}", certificate.number, sequence=1,
                digest=digest_of(act), certificate=digest_of(content), run=proposal.run_id)  # fmt: skip
