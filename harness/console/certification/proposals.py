"""Proposals: a run that a tester proposes for a certificate, opinions on it, and the decision of another person."""

import json
import time
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.certificates.eligibility import Bar, ProductUnderTest, plain_bars
from harness.certificates.life import STEPS, LifeAct
from harness.console.certification.book import kept_certificate
from harness.console.certification.certifier import Certifier
from harness.console.certification.persons import check_independent, named_person
from harness.console.console_state import ConsoleState
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateRow, OpinionRow, ProposalRow
from harness.console.data.tables import RunRow, UserRow
from harness.console.runs.run_queue import RUN_FOLDER

_LONGEST = 4000


class ProposalState(StrEnum):
    """State of a proposal; after a decision to certify, the run is judged again before a certificate is issued."""

    OPEN = "open"
    DECIDING = "deciding"
    GRANTED = "granted"
    REFUSED = "refused"
    BARRED = "barred"
    TAKEN_BACK = "taken-back"


PENDING = (ProposalState.OPEN, ProposalState.DECIDING)
"""States of proposals that are not finished."""


def product_of(run: RunRow) -> ProductUnderTest:
    """Return the product that a run must have tested, as its holder declared it."""
    return ProductUnderTest(run.product.name, run.product.version)


def bars_of(state: ConsoleState, run: RunRow) -> tuple[Bar, ...]:
    """Return the reasons against a run by its report.

    Raises:
        ConfigurationError: there is no authority, or one of its profiles is wrong.
    """
    profiles = state.certifying.authority.profiles
    if run.state != "ended":
        return (Bar.NO_RUN,)
    return plain_bars(state.runs / run.id / RUN_FOLDER, product_of(run), profiles)


def propose(
    db: Session, state: ConsoleState, run: RunRow, user: UserRow, *, note: str, replaces: str, changed: str, why: str
) -> ProposalRow:
    """Propose a run for a certificate.

    Args:
        db: a writing transaction.
        state: of the console.
        run: to be certified.
        user: account of the person who evaluated it.
        note: on the evaluation.
        replaces: number of the certificate to be replaced; empty for none.
        changed: what differs from that certificate.
        why: reason for the difference.

    Raises:
        ConfigurationError: the run may not be certified, is proposed or certified already, or what it replaces cannot
            be replaced.
    """
    name = named_person(db, user)
    bars = bars_of(state, run)
    if bars:
        raise ConfigurationError("certificate.barred", bars=", ".join(bars))
    pending = select(ProposalRow.id).where(ProposalRow.run_id == run.id, ProposalRow.state.in_(PENDING))
    if db.scalars(pending).first() is not None:
        raise ConfigurationError("certification.proposed")
    check_replaced(db, state.certifying, run, replaces)
    if replaces and not (changed and why):
        raise ConfigurationError("certification.no-change")
    row = ProposalRow(
        run_id=run.id, organisation_id=run.organisation_id, product_id=run.product_id, proposer=user.name,
        proposer_name=name, note=note[:_LONGEST], replaces=replaces, changed=changed[:_LONGEST], why=why[:_LONGEST],
        created=time.time(), state=ProposalState.OPEN, decider="", decider_name="", reasons="", conditions="",
        trouble="",
    )  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, user.name, "proposal.made", run.id, proposal=row.id, replaces=replaces)
    return row


def check_replaced(db: Session, certifier: Certifier, run: RunRow, replaces: str) -> None:
    """Check that a certificate can be replaced by one for a run, and that no other is based on that run.

    Raises:
        ConfigurationError: it cannot be replaced, or another certificate is based on the run.
    """
    others = select(CertificateRow.number).where(CertificateRow.run_id == run.id, CertificateRow.number != replaces)
    for number in db.scalars(others):
        kept = kept_certificate(db, certifier.authority, number)
        if kept is None or kept.state is None or (kept.state, LifeAct.REPLACE) in STEPS:
            raise ConfigurationError("certification.certified", number=number)
    if not replaces:
        return
    kept = kept_certificate(db, certifier.authority, replaces)
    if kept is None or kept.organisation != run.organisation_id:
        raise ConfigurationError("certification.no-such", number=replaces)
    if kept.state is None or (kept.state, LifeAct.REPLACE) not in STEPS:
        raise ConfigurationError(f"certificate.step-{kept.state}" if kept.state else "certification.damaged")


def add_opinion(db: Session, proposal: ProposalRow, user: UserRow, words: str) -> None:
    """Add an opinion to a proposal that is not decided yet.

    Raises:
        ConfigurationError: the opinion is empty, or the proposal is already decided.
    """
    if not words:
        raise ConfigurationError("certification.no-opinion")
    if proposal.state != ProposalState.OPEN:
        raise ConfigurationError("certification.decided")
    name = named_person(db, user)
    db.add(OpinionRow(proposal_id=proposal.id, author=user.name, author_name=name, at=time.time(), text=words))
    note_change(db, user.name, "proposal.opinion", str(proposal.id), run=proposal.run_id, text=words)


def take_back(db: Session, proposal: ProposalRow, user: UserRow) -> None:
    """Withdraw a proposal that is not decided yet.

    Raises:
        ConfigurationError: it is decided, or another person made it.
    """
    if proposal.state != ProposalState.OPEN:
        raise ConfigurationError("certification.decided")
    if proposal.proposer != user.name:
        raise ConfigurationError("certification.not-own")
    proposal.state = ProposalState.TAKEN_BACK
    note_change(db, user.name, "proposal.taken-back", proposal.run_id, proposal=proposal.id)


def decide(
    db: Session, state: ConsoleState, proposal: ProposalRow, user: UserRow, *, grant: bool, reasons: str,
    conditions: str,
) -> None:  # fmt: skip
    """Decide on a proposal, once. After a decision to certify the run is judged again, which may still prevent it.

    Args:
        db: a writing transaction; the row of the proposal is locked in it.
        state: of the console.
        proposal: to be decided on.
        user: account of the person who decides.
        grant: whether to certify.
        reasons: of the decision.
        conditions: of the certificate; empty for none.

    Raises:
        ConfigurationError: it is decided, the person is not independent, there is no reason, or no authority.
    """
    db.refresh(proposal, with_for_update=True)
    if proposal.state != ProposalState.OPEN:
        raise ConfigurationError("certification.decided")
    if not reasons:
        raise ConfigurationError("certificate.no-reason")
    check_independent(db, user, proposal)
    if grant:
        check_replaced(db, state.certifying, proposal.run, proposal.replaces)
    proposal.state = ProposalState.DECIDING if grant else ProposalState.REFUSED
    proposal.decider, proposal.decider_name = user.name, named_person(db, user)
    proposal.decided, proposal.reasons = time.time(), reasons[:_LONGEST]
    proposal.conditions = conditions[:_LONGEST] if grant else ""
    note_change(db, user.name, "proposal.decided", str(proposal.id), run=proposal.run_id, grant=grant, reasons=reasons,
                conditions=proposal.conditions)  # fmt: skip


def troubles(proposal: ProposalRow) -> list[tuple[str, dict[str, str]]]:
    """Return why the run was not certified or could not be judged: codes with the values of their sentences."""
    found = json.loads(proposal.trouble) if proposal.trouble else []
    return [(one["code"], one["parameters"]) for one in found]
