"""Amended reports of runs: numbered, kept beside the report, signed where the console has an authority."""

import hashlib
import time
from datetime import UTC, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.certificates.issue import moment_text
from harness.certificates.report_amendment import AmendedReport, AmendedStatement
from harness.certificates.signed_documents import digest_of, signed
from harness.console.console_state import ConsoleState
from harness.console.data.amendment_tables import ReportAmendmentRow
from harness.console.data.audit_log import note_change
from harness.console.data.tables import RunRow
from harness.console.runs.run_queue import RUN_FOLDER
from harness.seal.manifest import MANIFEST_FILE
from harness.seal.run_files import REPORT_FILE, read_report

_LONGEST = 2000


def amended_reports(db: Session, run: str) -> list[AmendedReport]:
    """Return the amended reports of a run, the oldest first."""
    wanted = select(ReportAmendmentRow).where(ReportAmendmentRow.run_id == run).order_by(ReportAmendmentRow.sequence)
    return [amended_report_of(row) for row in db.scalars(wanted)]


def amended_report_of(row: ReportAmendmentRow) -> AmendedReport:
    """Return an amended report as it is kept."""
    return msgspec.json.decode(row.content, type=AmendedReport)


def amend_report(
    db: Session, state: ConsoleState, run: RunRow, statement: AmendedStatement, why: str, *, account: str, person: str
) -> AmendedReport:
    """Issue an amended report of a run; the report itself is not touched.

    Args:
        db: a writing transaction.
        state: of the console.
        run: that is over.
        statement: what is corrected.
        why: reason.
        account: of the person, for the change log.
        person: full name, for the document.

    Raises:
        ConfigurationError: the run has no report, or something is left empty.
    """
    if not (statement.part and statement.reads and statement.should_read):
        raise ConfigurationError("amendment.incomplete")
    if not why:
        raise ConfigurationError("certificate.no-reason")
    folder = state.runs / run.id / RUN_FOLDER
    if run.state != "ended" or not (folder / REPORT_FILE).is_file():
        raise ConfigurationError("console.not-judged")
    db.get_one(RunRow, run.id, with_for_update=True)
    earlier = amended_reports(db, run.id)
    report = read_report(folder)
    manifest = folder / MANIFEST_FILE
    document = AmendedReport(
        number=f"{run.id}-A{len(earlier) + 1}",
        run=run.id,
        report=hashlib.sha256((folder / REPORT_FILE).read_bytes()).hexdigest(),
        manifest=hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else "",
        verdict=str(report.verdict),
        product=run.product.name,
        version=run.product.version,
        previous=earlier[-1].number if earlier else "",
        statement=statement,
        why=why[:_LONGEST],
        body=state.certifier.authority.identity.name if state.certifier else "",
        by=person,
        at=moment_text(datetime.now(UTC)),
    )
    content = msgspec.json.encode(document)
    jws = signed(document, state.certifier.authority.key).decode() if state.certifier else ""
    db.add(ReportAmendmentRow(number=document.number, run_id=run.id, sequence=len(earlier) + 1, made=time.time(),
                              content=content.decode(), jws=jws))  # fmt: skip
    note_change(db, account, "report.amended", run.id, number=document.number, digest=digest_of(content), why=why)
    return document
