"""Keys by which programs act for people: made by a person for no more than he may himself, kept as digests."""

import hashlib
import re
import secrets
import time
from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.tables import AccessTokenRow, UserRow
from harness.console.people.roles import Right, may

PREFIX = "lth_"
"""What every key begins with, so that a scanner finds one that was left in a repository."""
LONGEST_DAYS = 366
MOST_LIVING = 20
_LONGEST_NAME = 60
_LONGEST_KEY = 100
_DAY = 24 * 3600.0
_NOTED = 60.0  # a key is noted as used no more often than this
_NAME = re.compile(r"[^\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def make_token(
    db: Session, user: UserRow, name: str, rights: Collection[str], days: int, *, known: Collection[Right]
) -> str:
    """Make a key for a person, and return it; it is kept nowhere.

    Args:
        db: a writing transaction.
        user: whose it is.
        name: by which he tells it from others.
        rights: what it may do beside reading.
        days: for how long.
        known: rights that a key can have.

    Raises:
        ConfigurationError: it has no name, or asks for more than the person may, for too long, or there are too many.
    """
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ConfigurationError("console.token-name", most=_LONGEST_NAME)
    for right in rights:
        if right not in set(known) or not may(user.role, Right(right)):
            raise ConfigurationError("console.token-right", right=right)
    if not 1 <= days <= LONGEST_DAYS:
        raise ConfigurationError("console.token-days", most=LONGEST_DAYS)
    now = time.time()
    living = select(func.count()).select_from(AccessTokenRow).where(
        AccessTokenRow.user_id == user.id, AccessTokenRow.revoked.is_(None), AccessTokenRow.expires > now
    )  # fmt: skip
    if (db.scalar(living) or 0) >= MOST_LIVING:
        raise ConfigurationError("console.token-many", most=MOST_LIVING)
    key = PREFIX + secrets.token_urlsafe(32)
    row = AccessTokenRow(
        digest=_digest(key), user_id=user.id, name=name, rights=" ".join(sorted(rights)), created=now,
        expires=now + days * _DAY,
    )  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, user.name, "token.made", name, token=row.id, rights=row.rights, days=days)
    return key


def token_of(db: Session, key: str) -> AccessTokenRow | None:
    """Return what is kept of a key that holds, None for any other."""
    if not key.startswith(PREFIX) or len(key) > _LONGEST_KEY:
        return None
    row = db.scalars(select(AccessTokenRow).where(AccessTokenRow.digest == _digest(key))).first()
    return row if row is not None and row.user.active and holds(row) else None


def holds(row: AccessTokenRow) -> bool:
    """Tell whether a key is neither taken back nor past its time."""
    return row.revoked is None and time.time() < row.expires


def tokens_of(db: Session, user: UserRow) -> list[AccessTokenRow]:
    """Return the keys of a person, newest first."""
    wanted = select(AccessTokenRow).where(AccessTokenRow.user_id == user.id)
    return list(db.scalars(wanted.order_by(AccessTokenRow.id.desc())))


def long_unnoted(row: AccessTokenRow) -> bool:
    """Tell whether it should be noted that a key is in use."""
    return row.used is None or time.time() - row.used > _NOTED


def note_use(db: Session, number: int) -> None:
    """Note that a key is in use; `db` is a writing transaction."""
    db.execute(update(AccessTokenRow).where(AccessTokenRow.id == number).values(used=time.time()))


def revoke_token(db: Session, row: AccessTokenRow, actor: str) -> None:
    """Take a key back; it never holds again."""
    if row.revoked is None:
        row.revoked = time.time()
        note_change(db, actor, "token.revoked", row.name, token=row.id, owner=row.user.name)


def revoke_all(db: Session, user: UserRow, actor: str) -> None:
    """Take every key of a person back."""
    for row in tokens_of(db, user):
        if holds(row):
            revoke_token(db, row, actor)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
