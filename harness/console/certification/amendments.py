"""Amendments of certificates: a tester proposes a correction, another person decides; the run is not judged again."""

import time
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.certificates.amendment import CorrectedFacts, amended_certificate, corrections
from harness.certificates.document import CertificationDecision
from harness.certificates.issue import moment_text
from harness.certificates.life import STEPS, LifeAct, LifeState
from harness.console.certification.acts import add_act
from harness.console.certification.book import KeptCertificate, kept_certificate
from harness.console.certification.persons import check_independent, named_person
from harness.console.certification.proposals import PENDING, ProposalState
from harness.console.certification.stored_certificate import (
    MANIFEST,
    REPORT,
    CertifiedEvidence,
    next_number,
    store_certificate,
)
from harness.console.console_state import ConsoleState
from harness.console.data.amendment_tables import AmendmentRow
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateFileRow, CertificateRow, ProposalRow
from harness.console.data.tables import RunRow, UserRow

_LONGEST = 4000


def propose_amendment(
    db: Session, kept: KeptCertificate, user: UserRow, corrected: CorrectedFacts, why: str
) -> ProposalRow:
    """Propose to correct facts of a certificate.

    Args:
        db: a writing transaction.
        kept: the certificate.
        user: account of the person who proposes.
        corrected: the facts as they should read.
        why: reason of the correction.

    Raises:
        ConfigurationError: it is not in force, its run has a proposal that waits, there is no reason, or nothing would
            change.
    """
    name = named_person(db, user)
    certificate = kept.certificate
    if certificate is None or kept.state is None:
        raise ConfigurationError("certification.damaged")
    if (LifeState(kept.state), LifeAct.AMEND) not in STEPS:
        raise ConfigurationError("amendment.state")
    if not why:
        raise ConfigurationError("certificate.no-reason")
    changed = corrections(certificate, corrected)
    pending = select(ProposalRow.id).where(ProposalRow.run_id == kept.run, ProposalRow.state.in_(PENDING))
    if db.scalars(pending).first() is not None:
        raise ConfigurationError("certification.proposed")
    run = db.get_one(RunRow, kept.run)
    row = ProposalRow(
        run_id=run.id, organisation_id=run.organisation_id, product_id=run.product_id, proposer=user.name,
        proposer_name=name, note="", replaces=kept.number, changed=changed[:_LONGEST], why=why[:_LONGEST],
        created=time.time(), state=ProposalState.OPEN, decider="", decider_name="", reasons="", conditions="",
        trouble="",
    )  # fmt: skip
    db.add(row)
    db.flush()
    db.add(AmendmentRow(proposal_id=row.id, holder=corrected.holder, address=corrected.address,
                        capabilities=" ".join(corrected.capabilities)))  # fmt: skip
    note_change(db, user.name, "proposal.amendment", run.id, proposal=row.id, replaces=kept.number, changed=changed)
    return row


def amends(db: Session, proposal: int) -> bool:
    """Return whether a proposal is to amend a certificate, and not to certify a run."""
    return db.get(AmendmentRow, proposal) is not None


def issue_amendment(state: ConsoleState, key: int) -> str | None:
    """Issue the amended certificate of a decided proposal, in one transaction with the end of the earlier one.

    Args:
        state: of the console.
        key: number of the proposal's row.

    Returns:
        Its number; None where the proposal is no longer to be carried out.

    Raises:
        ConfigurationError: the earlier certificate cannot be amended any more.
    """
    certifier = state.certifying
    with state.database.writing() as db:
        proposal = db.get_one(ProposalRow, key, with_for_update=True)
        if proposal.state != ProposalState.DECIDING:
            return None
        decider = db.scalars(select(UserRow).where(UserRow.name == proposal.decider)).one()
        check_independent(db, decider, proposal)
        earlier = kept_certificate(db, certifier.authority, proposal.replaces)
        if earlier is None or earlier.certificate is None or not earlier.whole:
            raise ConfigurationError("certification.damaged")
        wanted, now = db.get_one(AmendmentRow, key), datetime.now(UTC)
        number = next_number(db, certifier, now)
        corrected = CorrectedFacts(wanted.holder, wanted.address, tuple(wanted.capabilities.split()))
        decision = CertificationDecision(
            evaluated_by=proposal.proposer_name, decided_by=proposal.decider_name, at=moment_text(now),
            reasons=proposal.reasons,
        )  # fmt: skip
        certificate = amended_certificate(
            number, earlier.certificate, corrected, proposal.why, decision, certifier.authority, now
        )
        add_act(db, certifier, earlier.number, LifeAct.AMEND, decider, reason=proposal.why, detail=number)
        store_certificate(db, certifier, proposal, certificate, _evidence(db, earlier.number))
        for entry in earlier.life.entries if earlier.life else ():
            if entry.act is LifeAct.EXTEND:  # to versions of the product: they stay with it
                add_act(db, certifier, number, LifeAct.EXTEND, decider, reason=entry.reason, detail=entry.detail)
        proposal.state, proposal.trouble = ProposalState.GRANTED, ""
    return number


def _evidence(db: Session, number: str) -> CertifiedEvidence:
    manifest, report = (db.get_one(CertificateFileRow, (number, form)).content for form in (MANIFEST, REPORT))
    return CertifiedEvidence(manifest, report, db.get_one(CertificateRow, number).profile)
