"""Recalls: the runs of the affected certificates are judged again in the background; the result is stored."""

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.certificates.document import Certificate
from harness.certificates.recall import RecallCase, RecallQuestion, changed_values
from harness.console.certification.bench import ExaminationBench
from harness.console.certification.book import KeptCertificate, kept_certificates
from harness.console.certification.issuing import profile_json
from harness.console.certification.stored_certificate import MANIFEST
from harness.console.console_state import ConsoleState
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateFileRow, CertificateRow, RecallRow
from harness.console.runs.run_queue import RUN_FOLDER
from harness.seal.run_files import REPORT_FILE

_logger = logging.getLogger(__name__)


ProfileLookup = Callable[[str], tuple[str, Profile] | None]


def changed_since(db: Session, called: ProfileLookup, kept: KeptCertificate) -> tuple[str, ...]:
    """Return the values of a certificate's profile that have changed since its issue."""
    certificate = kept.certificate
    known = called(certificate.profile.id) if certificate else None
    if certificate is None or known is None:
        return ("*",)  # the profile no longer exists
    if known[1].sha256 == certificate.profile.sha256:
        return ()
    row = db.get_one(CertificateRow, kept.number)
    return changed_values(json.loads(row.profile), json.loads(profile_json(known[1]))) or ("*",)


def sought_certificates(
    db: Session, state: ConsoleState, question: RecallQuestion
) -> list[tuple[KeptCertificate, tuple[str, ...]]]:
    """Return the certificates that match a question, with the values of their profiles that changed.

    Raises:
        ConfigurationError: there is no authority, or one of its profiles is wrong.
    """
    authority = state.certifying.authority
    called = cache(authority.profiles.called)  # reading one takes a while
    found = []
    for kept in kept_certificates(db, authority):
        certificate = kept.certificate
        changed = changed_since(db, called, kept)
        if certificate is not None and question.rests(certificate, changed):
            found.append((kept, changed))
    return found


def begin_recall(db: Session, state: ConsoleState, question: RecallQuestion, profile: str, actor: str) -> RecallRow:
    """Store a question; `carry_out_recall` answers it.

    Raises:
        ConfigurationError: the question is empty, or names a profile that the authority does not have.
    """
    if question == RecallQuestion():
        raise ConfigurationError("certification.no-question")
    if profile and state.certifying.authority.profiles.called(profile) is None:
        raise ConfigurationError("certification.no-profile", id=profile)
    row = RecallRow(actor=actor, created=time.time(), sought=msgspec.json.encode(question).decode(), profile=profile,
                    state="running", content="")  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, actor, "recall", str(row.id), sought=json.loads(row.sought), profile=profile)
    return row


def carry_out_recall(state: ConsoleState, bench: ExaminationBench, key: int) -> None:
    """Judge the runs of the certificates of a question again, in a separate thread."""
    threading.Thread(target=_carry_out, args=(state, bench, key), name="recall", daemon=True).start()


def _carry_out(state: ConsoleState, bench: ExaminationBench, key: int) -> None:
    try:
        content, outcome = _judged(state, bench, key), "ended"
    except ConfigurationError as error:
        content, outcome = [{"trouble": error.code}], "broken"
    except (OSError, BrokenExecutor, SQLAlchemyError):
        _logger.exception("a recall")
        content, outcome = [], "broken"
    try:
        with state.database.writing() as db:
            row = db.get_one(RecallRow, key)
            row.content, row.state = json.dumps(content, ensure_ascii=False), outcome
    except SQLAlchemyError:
        _logger.exception("a recall")


def _judged(state: ConsoleState, bench: ExaminationBench, key: int) -> list[dict[str, Any]]:
    called = cache(state.certifying.authority.profiles.called)
    with state.database.reading() as db:
        row = db.get_one(RecallRow, key)
        question = msgspec.json.decode(row.sought, type=RecallQuestion)
        sought = sought_certificates(db, state, question)
        cases = [
            RecallCase(kept.number, state.runs / kept.run / RUN_FOLDER, _report_digest(db, kept.number),
                       _named(called, kept.certificate))
            for kept, _ in sought
        ]  # fmt: skip
        by = _by(called, row.profile)
    results = [future.result() for future in bench.recall(cases, by)]
    rows = []
    for (kept, changed), result in zip(sought, results, strict=True):
        rows.append({**msgspec.to_builtins(result), **_whose(kept), "values": list(changed)})
    return rows


def _whose(kept: KeptCertificate) -> dict[str, Any]:
    certificate = kept.certificate
    if certificate is None:
        return {"holder": "", "product": "", "state": ""}
    product = f"{certificate.product.name} {certificate.product.version}"
    return {"holder": certificate.holder, "product": product, "state": str(kept.state or "")}


def _report_digest(db: Session, number: str) -> str:
    manifest = json.loads(db.get_one(CertificateFileRow, (number, MANIFEST)).content)
    return str(next((one["sha256"] for one in manifest["evidence"]["files"] if one["path"] == REPORT_FILE), ""))


def _named(called: ProfileLookup, certificate: Certificate | None) -> str:
    known = called(certificate.profile.id) if certificate else None
    return known[0] if known else str(Path("-"))


def _by(called: ProfileLookup, id_: str) -> str:
    known = called(id_) if id_ else None
    return known[0] if known else ""
