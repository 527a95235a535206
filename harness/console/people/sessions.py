"""Sign-in and sessions, which are kept on the server so that they can be ended at any moment."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from harness.console.data.audit_log import note_change
from harness.console.data.tables import AttemptRow, SessionRow, UserRow
from harness.console.people.accounts import verified

_IDLE = 8 * 3600.0
_LONGEST = 24 * 3600.0
_NOTED = 60.0  # a session is noted as seen no more often than this
_FREE = 5  # failures that cause no delay
_FROM_ONE_ADDRESS = 10  # times as many from one address, which many people may share
_LONGEST_WAIT = 900.0
_FORGOTTEN = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: `token` goes into the cookie and is stored nowhere else."""

    token: str
    user: UserRow


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Why a sign-in failed: `seconds` to wait, 0 where name or password is wrong."""

    seconds: int


def sign_in(db: Session, name: str, password: str, address: str) -> SignedIn | NotSignedIn:
    """Sign a person in.

    A wrong password, an unknown name and a closed account get the same answer after the same time.

    Args:
        db: a writing transaction.
        name, password: as typed.
        address: of the browser.
    """
    now = time.time()
    name = name.strip().lower()[:100]
    keys = {_key("name", name): _FREE, _key("address", address): _FREE * _FROM_ONE_ADDRESS}
    rows = {row.key: row for row in db.scalars(select(AttemptRow).where(AttemptRow.key.in_(keys)))}
    waiting = max((row.until - now for row in rows.values()), default=0.0)
    if waiting > 0:
        return NotSignedIn(int(waiting) + 1)
    user = db.scalars(select(UserRow).where(UserRow.name == name)).first()
    if not verified(user, password) or user is None:
        for key, free in keys.items():
            _count_failure(db, rows.get(key), key, free, now)
        note_change(db, "console", "sign-in.failed", name if user else "?", address=address)
        return NotSignedIn(0)
    db.execute(delete(AttemptRow).where(AttemptRow.key == _key("name", name)))
    note_change(db, user.name, "sign-in", user.name, address=address)
    return SignedIn(begin_session(db, user), user)


def session_of(db: Session, token: str) -> SessionRow | None:
    """Return the valid session of a cookie, None if there is none."""
    row = db.get(SessionRow, _digest(token))
    now = time.time()
    if row is None or not row.user.active or now - row.seen > _IDLE or now - row.created > _LONGEST:
        return None
    return row


def stale(row: SessionRow) -> bool:
    """Return whether the use of a session should be noted: the last note is old enough."""
    return time.time() - row.seen > _NOTED


def touch(db: Session, token: str) -> None:
    """Note that a session is in use.

    Args:
        db: a writing transaction.
        token: as it is kept.
    """
    kept = db.get(SessionRow, token)
    if kept is not None:
        kept.seen = time.time()


def sign_out(db: Session, row: SessionRow) -> None:
    """End a session."""
    db.execute(delete(SessionRow).where(SessionRow.token == row.token))
    note_change(db, row.user.name, "sign-out", row.user.name)


def csrf_matches(row: SessionRow, given: str) -> bool:
    """Return whether a form carries the CSRF value of this session."""
    return hmac.compare_digest(row.csrf.encode(), given.encode("utf-8", "replace"))


def begin_session(db: Session, user: UserRow) -> str:
    """Begin a session of a person whose identity was checked, and return the value of the cookie."""
    now, token = time.time(), secrets.token_urlsafe(32)
    db.execute(delete(AttemptRow).where(AttemptRow.last < now - _FORGOTTEN))
    db.add(SessionRow(token=_digest(token), user_id=user.id, csrf=secrets.token_urlsafe(32), created=now, seen=now))
    db.flush()
    return token


def _count_failure(db: Session, row: AttemptRow | None, key: str, free: int, now: float) -> None:
    if row is None:
        row = AttemptRow(key=key, failures=0, until=0.0, last=now)
        db.add(row)
    row.failures += 1
    row.last = now
    if row.failures >= free:
        row.until = now + min(2.0 ** (row.failures - free + 1), _LONGEST_WAIT)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "replace")).hexdigest()
