"""Which records are past their period, and which of them stay all the same, and why. Nothing is changed here."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harness.certificates.life import LifeState
from harness.certificates.recall import RecallQuestion
from harness.console.certification.book import KeptCertificate, kept_certificates
from harness.console.certification.proposals import ProposalState
from harness.console.certification.recall_work import sought_certificates
from harness.console.console_state import ConsoleState
from harness.console.data.amendment_tables import ReportAmendmentRow
from harness.console.data.certificate_tables import CertificateRow, ProposalRow, RecallRow
from harness.console.data.retention_tables import TombstoneRow
from harness.console.data.tables import NoteRow, RunRow, SessionRow
from harness.console.safekeeping.holds import StandingHolds, standing_holds
from harness.console.safekeeping.log_cut import log_cut
from harness.console.safekeeping.periods import KeptPeriod, RecordKind, periods
from harness.console.subjects.system_registry import EVIDENCE
from harness.journal.recorder import VIETNAM

_LIVING = (LifeState.ACTIVE, LifeState.SUSPENDED)
_BY_VERDICT = {"pass": RecordKind.RUN_PASSED, "fail": RecordKind.RUN_FAILED}
_UNDECIDED = (ProposalState.OPEN, ProposalState.DECIDING)
# What goes with a run, by the words of its tombstone.
_WITH_A_RUN: Mapping[str, type[NoteRow | ProposalRow | ReportAmendmentRow]] = {
    "notes": NoteRow, "proposals": ProposalRow, "amended": ReportAmendmentRow,
}  # fmt: skip
_DAY_LENGTH = 24 * 3600.0
_SESSION_LENGTH = _DAY_LENGTH  # after which a session is over in any case


@dataclass(frozen=True, slots=True)
class RetainedRecord:
    """A record past its period.

    Attributes:
        kind: of which it is.
        subject: by which its address names it.
        run: id of the run that it is or belongs to; empty for none.
        organisation: number of whose it is, None for the console's own.
        since: moment from which its period counted, seconds since 1970.
        due: end of the period.
        period: as written, `10y`.
        title: what it is, as facts.
        public: whether everybody could see it.
    """

    kind: RecordKind
    subject: str
    run: str
    organisation: int | None
    since: float
    due: float
    period: str
    title: Mapping[str, str]
    public: bool = False


@dataclass(frozen=True, slots=True)
class SparedRecord:
    """A record past its period that stays: `why` is `hold`, `living`, `damaged`, `recall`, `certificate-kept`,
    `proposal` or `needed`, and `detail` what it is about.
    """

    record: RetainedRecord
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RetentionSurvey:
    """What is due to be deleted, and what is past its period and stays."""

    due: tuple[RetainedRecord, ...]
    spared: tuple[SparedRecord, ...]


@dataclass(slots=True)
class _Surveyor:
    db: Session
    state: ConsoleState
    now: float
    periods: Mapping[RecordKind, KeptPeriod]
    holds: StandingHolds
    certificates: dict[str, list[KeptCertificate]] = field(default_factory=dict)
    recalled: frozenset[str] = frozenset()
    found: list[RetainedRecord] = field(default_factory=list)
    spared: list[SparedRecord] = field(default_factory=list)

    def weigh(self, record: RetainedRecord, shield: tuple[str, str] | None) -> None:
        if shield is None:
            self.found.append(record)
        else:
            self.spared.append(SparedRecord(record, *shield))

    def over(self, kind: RecordKind, since: float) -> float | None:
        """Return when a record's period ended, None while it has not."""
        end = self.periods[kind].end(since)
        return end if end is not None and end <= self.now else None


def survey(db: Session, state: ConsoleState, now: float) -> RetentionSurvey:
    """Return what is past its period.

    A run under a living certificate, under a hold, or about whose certificate a recall asked is never due; nor is one
    while a certificate based on it is kept.

    Args:
        db: any transaction.
        state: of the console.
        now: seconds since 1970.
    """
    by_run, recalled = _certificates(db, state)
    surveyor = _Surveyor(db, state, now, periods(db), standing_holds(db), by_run, recalled)
    _survey_certificates(surveyor)
    _survey_runs(surveyor)
    _survey_notes(surveyor)
    _survey_sessions(surveyor)
    _survey_log(surveyor)
    return RetentionSurvey(tuple(surveyor.found), tuple(surveyor.spared))


def _certificates(db: Session, state: ConsoleState) -> tuple[dict[str, list[KeptCertificate]], frozenset[str]]:
    """Return the certificates by run, and the numbers about which a recall asked."""
    by_run: dict[str, list[KeptCertificate]] = defaultdict(list)
    if state.certifier is None:
        return by_run, frozenset()
    for kept in kept_certificates(db, state.certifier.authority):
        by_run[kept.run].append(kept)
    return by_run, frozenset(_recalled(db, state))


def _recalled(db: Session, state: ConsoleState) -> Iterator[str]:
    for row in db.scalars(select(RecallRow)):
        if row.state == "ended":
            yield from (str(one.get("number", "")) for one in json.loads(row.content or "[]"))
        else:
            question = msgspec.json.decode(row.sought, type=RecallQuestion)
            yield from (kept.number for kept, _ in sought_certificates(db, state, question))


def _survey_certificates(surveyor: _Surveyor) -> None:
    for kept in (one for many in surveyor.certificates.values() for one in many):
        certificate, life, state = kept.certificate, kept.life, kept.state
        if certificate is None or life is None or state is None or state in _LIVING:
            continue  # what cannot be read is never deleted
        since = _moment(life.since(kept.at))
        due = surveyor.over(RecordKind.CERTIFICATE, since)
        if due is None:
            continue
        title = {"product": f"{certificate.product.name} {certificate.product.version}", "holder": certificate.holder,
                 "state": str(state)}  # fmt: skip
        record = RetainedRecord(
            RecordKind.CERTIFICATE, kept.number, kept.run, kept.organisation, since, due,
            surveyor.periods[RecordKind.CERTIFICATE].written, title, public=life.published,
        )  # fmt: skip
        surveyor.weigh(record, _shield_of_certificate(surveyor, kept))


def _shield_of_certificate(surveyor: _Surveyor, kept: KeptCertificate) -> tuple[str, str] | None:
    run = surveyor.db.get_one(RunRow, kept.run)
    if surveyor.holds.on_run(run, [kept.number]):
        return "hold", ""
    return ("recall", kept.number) if kept.number in surveyor.recalled else None


def _survey_runs(surveyor: _Surveyor) -> None:
    based = _numbers(surveyor.db)
    undecided = set(surveyor.db.scalars(select(ProposalRow.run_id).where(ProposalRow.state.in_(_UNDECIDED))))
    needed = set(surveyor.db.scalars(select(RunRow.earlier).where(RunRow.state != "ended", RunRow.earlier != "")))
    ends = _certified_before(surveyor.db)
    for row in surveyor.db.scalars(select(RunRow).where(RunRow.state == "ended").order_by(RunRow.created)):
        ended = row.ended or row.created
        _survey_uploads(surveyor, row, ended)
        certified = row.id in based or row.id in ends
        kind = RecordKind.RUN_CERTIFIED if certified else _BY_VERDICT.get(row.verdict, RecordKind.RUN_INCONCLUSIVE)
        since = ends.get(row.id, ended)
        due = surveyor.over(kind, since)
        if due is None:
            continue
        shield = _shield_of_run(surveyor, row, based.get(row.id, ()))
        if shield is None and row.id in undecided:
            shield = "proposal", ""
        if shield is None and row.id in needed:
            shield = "needed", ""
        surveyor.weigh(_run_record(surveyor, row, kind, since, due), shield)


def _run_record(surveyor: _Surveyor, row: RunRow, kind: RecordKind, since: float, due: float) -> RetainedRecord:
    title = {
        "product": f"{row.product.name} {row.product.version}",
        "holder": row.organisation.name,
        "verdict": row.verdict,
        "preset": row.preset,
        **{name: str(_number_of(surveyor.db, table, row.id)) for name, table in _WITH_A_RUN.items()},
    }
    written = surveyor.periods[kind].written
    return RetainedRecord(kind, row.id, row.id, row.organisation_id, since, due, written, title)


def _number_of(db: Session, table: type[NoteRow | ProposalRow | ReportAmendmentRow], run: str) -> int:
    return db.scalar(select(func.count()).select_from(table).where(table.run_id == run)) or 0


def _shield_of_run(surveyor: _Surveyor, row: RunRow, numbers: Sequence[str]) -> tuple[str, str] | None:
    """Return why a run stays, None if nothing protects it."""
    if surveyor.holds.on_run(row, numbers):
        return "hold", ""
    known = {kept.number: kept for kept in surveyor.certificates.get(row.id, ())}
    for number in numbers:
        kept = known.get(number)
        if kept is None or kept.state is None:
            return "damaged", number
        if kept.state in _LIVING:
            return "living", number
        if number in surveyor.recalled:
            return "recall", number
    return ("certificate-kept", numbers[0]) if numbers else None


def _numbers(db: Session) -> dict[str, list[str]]:
    """Return the numbers of the certificates that are kept, by run."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for number, run in db.execute(select(CertificateRow.number, CertificateRow.run_id)):
        numbers[run].append(number)
    return numbers


def _certified_before(db: Session) -> dict[str, float]:
    """Return when the last deleted certificate of each run had ended."""
    ends: dict[str, float] = {}
    for row in db.scalars(select(TombstoneRow).where(TombstoneRow.kind == RecordKind.CERTIFICATE)):
        ends[row.run] = max(row.since, ends.get(row.run, 0.0))
    return ends


def _survey_uploads(surveyor: _Surveyor, row: RunRow, ended: float) -> None:
    due = surveyor.over(RecordKind.UPLOAD, ended)
    folder = surveyor.state.runs / row.id / EVIDENCE
    if due is None or not folder.is_dir():
        return
    title = {"product": f"{row.product.name} {row.product.version}", "holder": row.organisation.name}
    record = RetainedRecord(RecordKind.UPLOAD, row.id, row.id, row.organisation_id, ended, due,
                            surveyor.periods[RecordKind.UPLOAD].written, title)  # fmt: skip
    surveyor.weigh(record, ("hold", "") if surveyor.holds.on_run(row, ()) else None)


def _survey_notes(surveyor: _Surveyor) -> None:
    based = _numbers(surveyor.db)
    whole = {one.run for one in surveyor.found if one.subject == one.run}
    for note, run in surveyor.db.execute(select(NoteRow, RunRow).join(RunRow, NoteRow.run_id == RunRow.id)):
        due = surveyor.over(RecordKind.NOTE, note.at)
        if due is None or run.id in whole:  # a note goes with its run
            continue
        title = {"holder": run.organisation.name, "author": note.author, "finding": str(note.number)}
        record = RetainedRecord(RecordKind.NOTE, f"{run.id}/{note.number}/{note.id}", run.id, run.organisation_id,
                                note.at, due, surveyor.periods[RecordKind.NOTE].written, title)  # fmt: skip
        surveyor.weigh(record, _shield_of_run(surveyor, run, based.get(run.id, ())))


def _survey_sessions(surveyor: _Surveyor) -> None:
    """Find the sessions that are over; all of them are one record."""
    created = list(surveyor.db.scalars(select(SessionRow.created)))
    over = [one for one in created if one + _SESSION_LENGTH < surveyor.now]
    ends = [(one, end) for one in over if (end := surveyor.over(RecordKind.SESSION, one)) is not None]
    if ends:
        newest, end = max(ends)
        period = surveyor.periods[RecordKind.SESSION].written
        surveyor.weigh(RetainedRecord(RecordKind.SESSION, f"{newest:.6f}", "", None, newest, end, period,
                                      {"number": str(len(ends))}), None)  # fmt: skip


def _survey_log(surveyor: _Surveyor) -> None:
    period = surveyor.periods[RecordKind.AUDIT_LOG]
    if not period.written:
        return
    cut = log_cut(surveyor.db, lambda at: surveyor.over(RecordKind.AUDIT_LOG, at) is not None)
    if cut is not None:
        end = period.end(cut.newest) or cut.newest
        title = {"first": str(cut.first), "last": str(cut.last)}
        surveyor.weigh(RetainedRecord(RecordKind.AUDIT_LOG, str(cut.last), "", None, cut.newest, end, period.written,
                                      title), None)  # fmt: skip


def _moment(written: str) -> float:
    """Return a moment of a certificate's life in seconds since 1970; of a day, its end in Vietnam."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIETNAM) + timedelta(days=1)
    return moment.timestamp()
