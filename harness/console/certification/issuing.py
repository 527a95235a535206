"""What follows a decision to certify: the run is verified and judged again, and only then is there a certificate."""

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
from harness.certificates.issue import GrantedDecision, issue_entry, made_certificate, moment_text
from harness.certificates.life import LifeAct
from harness.certificates.signed_documents import digest_of, read_signed, signed
from harness.console.certification.acts import add_act
from harness.console.certification.bench import ExaminationBench
from harness.console.certification.book import kept_certificates
from harness.console.certification.certifier import Certifier
from harness.console.certification.persons import check_independent
from harness.console.certification.proposals import ProposalState, check_replaced, product_of
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
from harness.journal.recorder import VIETNAM
from harness.report.pdf import PdfUnavailable

PDF = "pdf"
MANIFEST, _REPORT = "manifest", "report"
_logger = logging.getLogger(__name__)


def carry_out(state: ConsoleState, bench: ExaminationBench, key: int) -> None:
    """Verify and judge the run of a decided proposal, and certify it where nothing bars it.

    It may take minutes, and holds no transaction meanwhile; where it breaks off it can be done again.

    Args:
        state: of the console.
        bench: where runs are examined.
        key: of the proposal.
    """
    with state.database.reading() as db:
        proposal = db.get_one(ProposalRow, key)
        folder, product = state.runs / proposal.run_id / RUN_FOLDER, product_of(proposal.run)
    try:
        examined = bench.examine(folder, product, state.certifying)
        number = _issued(state, key, examined)
    except ConfigurationError as error:
        _note_trouble(state, key, error.code, error.parameters)
    except IntegrityError:
        _note_trouble(state, key, "certification.again")
    except (OSError, BrokenExecutor):
        _logger.exception("judging a run again")
        _note_trouble(state, key, "certification.broken")
    else:
        with contextlib.suppress(PdfUnavailable):  # the certificate stands all the same
            if number is not None:
                make_pdf(state, number)


def _issued(state: ConsoleState, key: int, examined: RunExamination) -> str | None:
    """Issue the certificate in one transaction, or note what bars it; return its number."""
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
        number = _next_number(db, certifier, now)
        certificate = made_certificate(number, examined, _decision(db, proposal, now), certifier.authority)
        _keep(db, certifier, proposal, certificate, examined)
        if proposal.replaces:
            add_act(db, certifier, proposal.replaces, LifeAct.REPLACE, decider, reason=proposal.why, detail=number)
        proposal.state, proposal.trouble = ProposalState.GRANTED, ""
    return number


def _check_no_other(db: Session, certifier: Certifier, examined: RunExamination, replaces: str) -> None:
    """Check that no certificate rests on the same evidence, laid into the folder of another run.

    Raises:
        ConfigurationError: one does.
    """
    for kept in kept_certificates(db, certifier.authority):
        certificate = kept.certificate
        if certificate and certificate.run.evidence == examined.evidence and kept.number != replaces:
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


def _keep(
    db: Session, certifier: Certifier, proposal: ProposalRow, certificate: Certificate, examined: RunExamination
) -> None:
    authority = certifier.authority
    content = signed(certificate, authority.key)
    act = signed(issue_entry(certificate, content), authority.key)
    known = authority.profiles.called(certificate.profile.id)
    row = CertificateRow(
        number=certificate.number, proposal_id=proposal.id, run_id=proposal.run_id,
        organisation_id=proposal.organisation_id, issued=datetime.now(UTC).timestamp(), jws=content.decode(),
        profile=profile_json(known[1]) if known else "{}",
    )  # fmt: skip
    db.add(row)
    db.flush()
    for form, kept in ((MANIFEST, examined.manifest), (_REPORT, examined.content)):
        db.add(CertificateFileRow(number=certificate.number, form=form, content=kept))
    db.add(LifeRow(number=certificate.number, sequence=1, jws=act.decode()))
    db.flush()
    note_change(db, proposal.decider, f"certificate.{LifeAct.ISSUE}", certificate.number, sequence=1,
                digest=digest_of(act), certificate=digest_of(content), run=proposal.run_id)  # fmt: skip


def profile_json(profile: Profile) -> str:
    """Return every value of a profile as JSON, to see later which of them changed."""
    parts = {"levels": {key: entry.level for key, entry in profile.requirements.items()},
             "severities": profile.severities, "parameters": profile.parameters}  # fmt: skip
    return msgspec.json.encode(parts, order="sorted").decode()


def make_pdf(state: ConsoleState, number: str) -> None:
    """Make the PDF of a certificate where it is not made yet; it stays as it is given out first.

    Raises:
        PdfUnavailable: the system lacks what making a PDF needs; the certificate stands all the same.
        ConfigurationError: what is kept of the certificate is not what was signed.
    """
    authority = state.certifying.authority
    with state.database.reading() as db:
        if db.get(CertificateFileRow, (number, PDF)) is not None:
            return
        row = db.get_one(CertificateRow, number)
        first = db.get_one(LifeRow, (number, 1)).jws.encode()
        manifest = db.get_one(CertificateFileRow, (number, MANIFEST)).content
        report = db.get_one(CertificateFileRow, (number, _REPORT)).content
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


def _next_number(db: Session, certifier: Certifier, at: datetime) -> str:
    """Return the next number of the year, in the authority's own series."""
    head = f"{certifier.authority.terms.prefix}-{at.astimezone(VIETNAM).year}-"
    taken = db.scalars(select(CertificateRow.number).where(CertificateRow.number.startswith(head, autoescape=True)))
    last = max((int(number.removeprefix(head)) for number in taken if number.removeprefix(head).isdigit()), default=0)
    return f"{head}{last + 1:04d}"


def _note_trouble(
    state: ConsoleState, key: int, code: str, parameters: Mapping[str, object] = MappingProxyType({})
) -> None:
    with state.database.writing() as db:
        proposal = db.get_one(ProposalRow, key, with_for_update=True)
        if proposal.state == ProposalState.DECIDING:
            told = {name: str(value) for name, value in parameters.items()}
            proposal.trouble = json.dumps([{"code": code, "parameters": told}])
