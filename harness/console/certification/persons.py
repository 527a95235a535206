"""The full names of account users: the persons who evaluate and decide are named, and must be different people."""

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import PersonRow, ProposalRow
from harness.console.data.tables import AuditRow, RunRow, UserRow

_LONGEST = 200
_ENTRUSTED = ("user.added", "user.password")
_BESIDE = ("note", "hold.placed", "hold.lifted")  # acts on a run that are no part of it


def person_of(db: Session, account: str) -> str:
    """Return the full name of an account's user, empty if none is registered."""
    wanted = select(PersonRow.name).join(UserRow, UserRow.id == PersonRow.user_id).where(UserRow.name == account)
    return db.scalars(wanted).first() or ""


def named_person(db: Session, user: UserRow) -> str:
    """Return the full name of an account's user.

    Raises:
        ConfigurationError: no name is registered.
    """
    name = person_of(db, user.name)
    if not name:
        raise ConfigurationError("certification.no-person", account=user.name)
    return name


def register_person(db: Session, user: UserRow, name: str, actor: str) -> None:
    """Register the full name of an account's user.

    Raises:
        ConfigurationError: the name is empty, too long or not printable.
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
    """Check that the person who decides took no part in the evaluation, with this account or another.

    It is not enough that the accounts differ: the persons must differ too, and no participant may have created the
    deciding account or set its password, as that participant could sign in with it.

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
    last = db.scalars(entrusted.order_by(AuditRow.seq.desc()).limit(1)).first() or ""
    if _owner(last) in took_part:
        raise ConfigurationError("certification.entrusted", account=_owner(last))


def _took_part(db: Session, run: RunRow) -> set[str]:
    """Return the accounts that took part in a run or its evaluation; a note on a finding or a hold does not count.

    A program counts as the owner of its access key; the log names the owner before the name of the key.
    """
    noted = select(AuditRow.actor).where(AuditRow.subject == run.id, AuditRow.action.not_in(_BESIDE))
    actors = {run.starter, *db.scalars(noted.distinct())}
    return {_owner(actor) for actor in actors} - {"console"}


def _owner(actor: str) -> str:
    """Return the account of who acted, by its own hands or by an access key."""
    return actor.partition(" (")[0]


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
