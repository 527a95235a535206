"""The steps after a decision to certify: the run is verified and judged again, and then a certificate is issued."""

import contextlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from datetime import UTC, datetime
from types import MappingProxyType

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.certificates.certificate_file import certificate_file
from harness.certificates.certificate_pdf import certificate_pdf
from harness.certificates.document import Certificate, EarlierCertificate, StatedOpinion
from harness.certificates.eligibility import RunExamination
from harness.certificates.issue import GrantedDecision, made_certificate, moment_text
from harness.certificates.life import LifeAct
from harness.certificates.signed_documents import digest_of, read_signed
from harness.console.certification.acts import add_act
from harness.console.certification.amendments import amends, issue_amendment
from harness.console.certification.bench import ExaminationBench
from harness.console.certification.book import kept_certificates
from harness.console.certification.certifier import Certifier
from harness.console.certification.persons import check_independent
from harness.console.certification.proposals import ProposalState, check_replaced, product_of
from harness.console.certification.stored_certificate import (
    MANIFEST,
    REPORT,
    CertifiedEvidence,
    next_number,
    store_certificate,
)
from harness.console.console_state import ConsoleState
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import (
    CertificateFileRow,
    CertificateRow,
    LifeRow,
    OpinionRow,
    ProposalRow,
)
from harness.console.data.tables import UserRow
from harness.console.runs.run_queue import RUN_FOLDER
from harness.report.pdf import PdfUnavailable

PDF = "pdf"
_logger = logging.getLogger(__name__)


def carry_out(state: ConsoleState, bench: ExaminationBench, key: int) -> None:
    """Verify and judge the run of a decided proposal again, and issue the certificate if nothing prevents it.

    It may take minutes and holds no transaction meanwhile; after an interruption it can be repeated.

    Args:
        state: of the console.
        bench: where runs are examined.
        key: number of the proposal's row.
    """
    with state.database.reading() as db:
        proposal = db.get_one(ProposalRow, key)
        folder, product = state.runs / proposal.run_id / RUN_FOLDER, product_of(proposal.run)
        correction = amends(db, key)
    try:
        if correction:
            number = issue_amendment(state, key)
        else:
            number = _issued(state, key, bench.examine(folder, product, state.certifying))
    except ConfigurationError as error:
        _note_trouble(state, key, error.code, error.parameters)
    except IntegrityError:
        _note_trouble(state, key, "certification.again")
    except (OSError, BrokenExecutor):
        _logger.exception("judging a run again")
        _note_trouble(state, key, "certification.broken")
    else:
        with contextlib.suppress(PdfUnavailable):  # the certificate is valid without it
            if number is not None:
                make_pdf(state, number)


def _issued(state: ConsoleState, key: int, examined: RunExamination) -> str | None:
    """Issue the certificate in one transaction, or note what prevents it; return its number."""
    certifier = state.certifying
    with state.database.writing() as db:
        proposal = db.get_one(ProposalRow, key, with_for_update=True)
        if proposal.state != ProposalState.DECIDING:
            return None
        if not examined.may_be_certified:
            proposal.state = ProposalState.BARRED
            proposal.trouble = json.dumps([{"code": f"bar.{bar}", "parameters": {}} for bar in examined.bars])
            note_change(db, "console", "proposal.barred", proposal.run_id, proposal=key, bars=list(examined.bars),
                        details=list(examined.details))  # fmt: skip
            return None
        decider = db.scalars(select(UserRow).where(UserRow.name == proposal.decider)).one()
        check_independent(db, decider, proposal)
        check_replaced(db, certifier, proposal.run, proposal.replaces)
        _check_no_other(db, certifier, examined, proposal.replaces)
        now = datetime.now(UTC)
        number = next_number(db, certifier, now)
        certificate = made_certificate(number, examined, _decision(db, proposal, now), certifier.authority)
        known = certifier.authority.profiles.called(certificate.profile.id)
        profile = profile_json(known[1]) if known else "{}"
        store_certificate(
            db, certifier, proposal, certificate, CertifiedEvidence(examined.manifest, examined.content, profile)
        )
        if proposal.replaces:
            add_act(db, certifier, proposal.replaces, LifeAct.REPLACE, decider, reason=proposal.why, detail=number)
        proposal.state, proposal.trouble = ProposalState.GRANTED, ""
    return number


def _check_no_other(db: Session, certifier: Certifier, examined: RunExamination, replaces: str) -> None:
    """Check that no certificate is based on the same evidence in the folder of another run.

    Raises:
        ConfigurationError: one does.
    """
    for kept in kept_certificates(db, certifier.authority):
        certificate = kept.certificate
        succeeded = kept.life is not None and kept.life.successor and kept.whole
        same = certificate is not None and certificate.run.evidence == examined.evidence
        if same and kept.number != replaces and not succeeded:
            raise ConfigurationError("certification.same-evidence", number=kept.number)


def _decision(db: Session, proposal: ProposalRow, at: datetime) -> GrantedDecision:
    said = db.scalars(select(OpinionRow).where(OpinionRow.proposal_id == proposal.id).order_by(OpinionRow.at))
    opinions = tuple(
        StatedOpinion(author=one.author_name, at=moment_text(datetime.fromtimestamp(one.at, UTC)), text=one.text)
        for one in said
    )
    replaces = None
    if proposal.replaces:
        replaces = EarlierCertificate(number=proposal.replaces, changed=proposal.changed, why=proposal.why)
    return GrantedDecision(
        holder=proposal.organisation.name,
        evaluated_by=proposal.proposer_name,
        decided_by=proposal.decider_name,
        at=at,
        reasons=proposal.reasons,
        conditions=proposal.conditions,
        opinions=opinions,
        replaces=replaces,
    )


def profile_json(profile: Profile) -> str:
    """Return every value of a profile as JSON, so that a recall can find those that changed later."""
    parts = {"levels": {key: entry.level for key, entry in profile.requirements.items()},
             "severities": profile.severities, "parameters": profile.parameters}  # fmt: skip
    return msgspec.json.encode(parts, order="sorted").decode()


def make_pdf(state: ConsoleState, number: str) -> None:
    """Make the PDF of a certificate if there is none yet; once made, it is never changed.

    Raises:
        PdfUnavailable: a library needed to make a PDF is missing; the certificate is valid without a PDF.
        ConfigurationError: the stored certificate differs from what was signed.
    """
    authority = state.certifying.authority
    with state.database.reading() as db:
        if db.get(CertificateFileRow, (number, PDF)) is not None:
            return
        row = db.get_one(CertificateRow, number)
        first = db.get_one(LifeRow, (number, 1)).jws.encode()
        manifest = db.get_one(CertificateFileRow, (number, MANIFEST)).content
        report = db.get_one(CertificateFileRow, (number, REPORT)).content
    content = row.jws.encode()
    document = read_signed(content, Certificate)
    if document is None or not document.signed_by(authority.keys):
        raise ConfigurationError("certification.damaged")
    made = certificate_pdf(document.content, certificate_file(content, [first]), manifest, report, authority)
    with state.database.writing() as db:
        if db.get(CertificateFileRow, (number, PDF)) is None:
            db.add(CertificateFileRow(number=number, form=PDF, content=made.content))
            note_change(db, "console", "document.made", number, form=PDF, sha256=digest_of(made.content),
                        unstamped=made.unstamped.reason if made.unstamped else "")  # fmt: skip


def _note_trouble(
    state: ConsoleState, key: int, code: str, parameters: Mapping[str, object] = MappingProxyType({})
) -> None:
    with state.database.writing() as db:
        proposal = db.get_one(ProposalRow, key, with_for_update=True)
        if proposal.state == ProposalState.DECIDING:
            texts = {name: str(value) for name, value in parameters.items()}
            proposal.trouble = json.dumps([{"code": code, "parameters": texts}])
