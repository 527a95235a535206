"""The persons behind accounts: whoever evaluates or decides is named, and both are different people."""

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import PersonRow, ProposalRow
from harness.console.data.tables import AuditRow, RunRow, UserRow

_LONGEST = 200
_ENTRUSTED = ("user.added", "user.password")


def person_of(db: Session, account: str) -> str:
    """Return the full name of the person behind an account, empty where none is registered."""
    wanted = select(PersonRow.name).join(UserRow, UserRow.id == PersonRow.user_id).where(UserRow.name == account)
    return db.scalars(wanted).first() or ""


def named_person(db: Session, user: UserRow) -> str:
    """Return the full name of the person behind an account.

    Raises:
        ConfigurationError: none is registered.
    """
    name = person_of(db, user.name)
    if not name:
        raise ConfigurationError("certification.no-person", account=user.name)
    return name


def register_person(db: Session, user: UserRow, name: str, actor: str) -> None:
    """Register the person behind an account.

    Raises:
        ConfigurationError: it is no name, or somebody registers another name for themselves.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST or not name.isprintable():
        raise ConfigurationError("certification.person", most=_LONGEST)
    row = db.get(PersonRow, user.id)
    before = row.name if row else ""
    if row is None:
        db.add(PersonRow(user_id=user.id, name=name))
    else:
        row.name = name
    db.flush()
    note_change(db, actor, "person.registered", user.name, before=before, name=name)


def check_independent(db: Session, decider: UserRow, proposal: ProposalRow) -> None:
    """Check that who decides took no part in what is decided on, by this account or another.

    Not only the account counts: neither may the person be the same, nor may somebody who took part have made the
    account or given it its password, and so be able to sign in as the decider.

    Raises:
        ConfigurationError: they are not independent.
    """
    took_part = {proposal.proposer, *_took_part(db, proposal.run)}
    if decider.name in took_part:
        raise ConfigurationError("certification.own", account=decider.name)
    person = _folded(named_person(db, decider))
    for account in sorted(took_part):
        if _folded(person_of(db, account)) == person:
            raise ConfigurationError("certification.same-person", account=account)
    entrusted = select(AuditRow.actor).where(AuditRow.subject == decider.name, AuditRow.action.in_(_ENTRUSTED))
    last = db.scalars(entrusted.order_by(AuditRow.seq.desc()).limit(1)).first()
    if last in took_part:
        raise ConfigurationError("certification.entrusted", account=last or "")


def _took_part(db: Session, run: RunRow) -> set[str]:
    """Return the accounts that did something about a run; a note beside a finding is no part of its evaluation.

    A program acts for the account whose key it has, which the log names before the name of the key.
    """
    noted = select(AuditRow.actor).where(AuditRow.subject == run.id, AuditRow.action != "note")
    actors = {run.starter, *db.scalars(noted.distinct())}
    return {actor.partition(" (")[0] for actor in actors} - {"console"}


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
