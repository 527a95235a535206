"""Accounts: added, changed, closed; passwords kept as argon2 hashes."""

import re
import threading
import time

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.tables import OrganisationRow, SessionRow, UserRow
from harness.console.people.access_tokens import revoke_all
from harness.console.people.roles import Role

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_LONGEST_NAME = 200
_NAME = re.compile(r"[\w.@+-]{2,100}")
_hasher = PasswordHasher()
# Each verification takes 64 MB, so that simultaneous ones wait for each other.
_at_once = threading.BoundedSemaphore(4)
# Verified where there is no such account, so that the time it takes does not reveal which names exist.
_NOBODY = _hasher.hash("no account has this password")


def add_user(db: Session, name: str, role: str, password: str | None, organisation: str | None, actor: str) -> UserRow:
    """Add an account.

    Args:
        db: a writing transaction.
        name: to sign in by; small and capital letters are one.
        role: word of `Role`.
        password: in clear; None where an identity provider alone says who it is.
        organisation: name of a vendor's; made when it is not known yet.
        actor: who adds it.

    Raises:
        ConfigurationError: the name is taken or unfit, the password too short, a vendor has no organisation, or another
        role has one.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise ConfigurationError("console.user-name", name=name)
    if role not in set(Role):
        raise ConfigurationError("console.role", role=role, known=", ".join(Role))
    if (role == Role.VENDOR) != bool(organisation):
        raise ConfigurationError("console.vendor-organisation" if role == Role.VENDOR else "console.no-organisation")
    if db.scalars(select(UserRow).where(UserRow.name == name)).first() is not None:
        raise ConfigurationError("console.user-known", name=name)
    place = organisation_named(db, organisation, actor) if organisation else None
    kept = "" if password is None else hashed(password)
    user = UserRow(name=name, role=role, password=kept, organisation=place, active=True, created=time.time())
    db.add(user)
    db.flush()
    note_change(db, actor, "user.added", name, role=role, organisation=organisation or "", password=bool(kept))
    return user


def has_accounts(db: Session) -> bool:
    """Tell whether there is any account yet."""
    return db.scalars(select(UserRow.id).limit(1)).first() is not None


def organisation_named(db: Session, name: str, actor: str) -> OrganisationRow:
    """Return the organisation of a name, made now if it is not known yet.

    Raises:
        ConfigurationError: it is no name.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise ConfigurationError("console.organisation-name")
    known = db.scalars(select(OrganisationRow).where(OrganisationRow.name == name)).first()
    if known is not None:
        return known
    made = OrganisationRow(name=name, created=time.time())
    db.add(made)
    db.flush()
    note_change(db, actor, "organisation.added", name)
    return made


def hashed(password: str) -> str:
    """Return the hash that is kept of a password.

    Raises:
        ConfigurationError: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ConfigurationError("console.password", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    return _hasher.hash(password)


def verified(user: UserRow | None, password: str) -> bool:
    """Tell whether a password is that of an open account; takes as long where there is none."""
    able = user is not None and user.active and bool(user.password)
    known = user.password if user is not None and able else _NOBODY
    try:
        with _at_once:
            _hasher.verify(known, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return able


def set_password(db: Session, user: UserRow, password: str, actor: str) -> None:
    """Give an account another password; every browser signed in under it is signed out, every key taken back.

    Raises:
        ConfigurationError: it is too short or too long.
    """
    user.password = hashed(password)
    _shut_out(db, user, actor)
    note_change(db, actor, "user.password", user.name)


def set_role(db: Session, user: UserRow, role: Role, organisation: str | None, actor: str) -> None:
    """Give an account another role; nothing happens where it has that one already.

    Args:
        db: a writing transaction.
        user: the account.
        role: the new one.
        organisation: of a vendor; None leaves the one that it has.
        actor: who changes it.

    Raises:
        ConfigurationError: a vendor has no organisation, or no administrator would be left.
    """
    place = user.organisation if role == Role.VENDOR else None
    if role == Role.VENDOR and organisation:
        place = organisation_named(db, organisation, actor)
    if role == Role.VENDOR and place is None:
        raise ConfigurationError("console.vendor-organisation")
    if user.role == role and user.organisation_id == (place.id if place else None):
        return
    if user.role == Role.ADMIN:
        _check_other_admin(db, user)
    before, user.role, user.organisation = user.role, role, place
    note_change(db, actor, "user.role", user.name, before=before, role=role, organisation=place.name if place else "")


def close_account(db: Session, user: UserRow, actor: str) -> None:
    """Close an account, so that it cannot sign in any more.

    Raises:
        ConfigurationError: no administrator would be left.
    """
    if user.role == Role.ADMIN:
        _check_other_admin(db, user)
    user.active = False
    _shut_out(db, user, actor)
    note_change(db, actor, "user.closed", user.name)


def open_account(db: Session, user: UserRow, actor: str) -> None:
    """Open a closed account again."""
    user.active = True
    note_change(db, actor, "user.opened", user.name)


def _check_other_admin(db: Session, user: UserRow) -> None:
    others = select(UserRow).where(UserRow.role == Role.ADMIN, UserRow.active, UserRow.id != user.id)
    if db.scalars(others).first() is None:
        raise ConfigurationError("console.last-admin")


def _shut_out(db: Session, user: UserRow, actor: str) -> None:
    db.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
    revoke_all(db, user, actor)
