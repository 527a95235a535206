"""Runner machines that may take runs: their tokens, stored as digests, and what they say of themselves."""

import hashlib
import re
import secrets
import time

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.runner_tables import RunnerRow
from harness.console.runners.shapes import Introduction
from harness.console.subjects.default_profile import profile_digests

PREFIX = "ltr_"
"""What every token of a runner begins with, so that a scanner finds one that was left in a repository."""
MOST_AT_ONCE = 64
_LONGEST_TOKEN = 100
_PRESENT = 30.0  # seconds without a sign of life after which a runner is shown as absent
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@_-]{0,59}")
_INSTANCE = re.compile(r"[0-9a-f]{32}")
_FINGERPRINT = re.compile(r"([0-9a-f]{64})?")


def add_runner(db: Session, name: str, actor: str) -> str:
    """Make the token of a runner and return it; only its digest is stored.

    Args:
        db: a writing transaction.
        name: of the machine; one whose token was taken back gets another.
        actor: who adds it.

    Raises:
        ConfigurationError: the name is not one, or a runner with a valid token has it.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError("runner.name", name=name)
    row = db.scalars(select(RunnerRow).where(RunnerRow.name == name)).first()
    if row is not None and row.revoked is None:
        raise ConfigurationError("runner.known", name=name)
    token = PREFIX + secrets.token_urlsafe(32)
    if row is None:
        row = RunnerRow(name=name, created=time.time(), digest="", instance="", version="", profiles="", laboratory="",
                        capacity=0, refused="", draining=False)  # fmt: skip
        db.add(row)
    row.digest, row.revoked, row.instance, row.draining = _digest(token), None, "", False
    db.flush()
    note_change(db, actor, "runner.added", name)
    return token


def runner_of(db: Session, token: str) -> RunnerRow | None:
    """Return the runner with a valid token, None for anything else."""
    if not token.startswith(PREFIX) or len(token) > _LONGEST_TOKEN:
        return None
    row = db.scalars(select(RunnerRow).where(RunnerRow.digest == _digest(token))).first()
    return row if row is not None and row.revoked is None else None


def runner_named(db: Session, name: str) -> RunnerRow:
    """Return the runner of a name.

    Raises:
        ConfigurationError: there is none.
    """
    row = db.scalars(select(RunnerRow).where(RunnerRow.name == name)).first()
    if row is None:
        raise ConfigurationError("runner.unknown", name=name)
    return row


def revoke_runner(db: Session, row: RunnerRow, actor: str) -> None:
    """Take a runner's token back: what it still carries out is lost to it, as if it were switched off."""
    if row.revoked is None:
        row.revoked = time.time()
        note_change(db, actor, "runner.revoked", row.name)


def drain_runner(db: Session, row: RunnerRow, actor: str, *, drain: bool) -> None:
    """Give a runner no more runs, or give it runs again."""
    if row.draining != drain:
        row.draining = drain
        note_change(db, actor, "runner.drained" if drain else "runner.resumed", row.name)


def introduced(db: Session, row: RunnerRow, said: Introduction, laboratory: str) -> ConfigurationError | None:
    """Note what a runner says of itself, and return why it is not let in, None where it is.

    Args:
        db: a writing transaction; what was said is kept also of a runner that is not let in.
        row: the runner.
        said: by it.
        laboratory: fingerprint of the key that has to seal runs here, empty where there is none.

    Raises:
        ConfigurationError: what it said has not the form that a runner of ours gives it.
    """
    fit = _INSTANCE.fullmatch(said.instance) and _FINGERPRINT.fullmatch(said.laboratory)
    if not fit or not 1 <= said.capacity <= MOST_AT_ONCE:
        raise ConfigurationError("console.sent", detail="instance, laboratory, capacity")
    if row.instance not in {"", said.instance} and present(row):
        return ConfigurationError("runner.elsewhere", name=row.name)
    error = _unfit(said, laboratory)
    row.instance, row.version, row.capacity = said.instance, said.version[:50], said.capacity
    row.profiles, row.laboratory = msgspec.json.encode(said.profiles).decode(), said.laboratory
    row.refused = error.code if error else ""
    row.seen = row.seen if error else time.time()
    note_change(db, f"runner {row.name}", "runner.refused" if error else "runner.connected", row.name,
                version=row.version, capacity=row.capacity, laboratory=row.laboratory, refused=row.refused)  # fmt: skip
    return error


def present(row: RunnerRow) -> bool:
    """Return whether a runner gave a sign of life just now."""
    return row.seen is not None and time.time() - row.seen < _PRESENT


def runner_state(row: RunnerRow) -> str:
    """Return a stable word: `revoked`, `refused`, `new`, `absent`, `draining` or `present`."""
    if row.revoked is not None:
        return "revoked"
    if row.refused:
        return "refused"
    if row.seen is None:
        return "new"
    if not present(row):
        return "absent"
    return "draining" if row.draining else "present"


def _unfit(said: Introduction, laboratory: str) -> ConfigurationError | None:
    if said.version != __version__:
        return ConfigurationError("runner.version", theirs=said.version[:50], ours=__version__)
    ours = profile_digests()
    differing = sorted(name for name in {*ours, *said.profiles} if ours.get(name) != said.profiles.get(name))
    if differing:
        return ConfigurationError("runner.profiles", names=", ".join(differing))
    if laboratory and said.laboratory != laboratory:
        return ConfigurationError("runner.laboratory", theirs=said.laboratory[:16] or "–", ours=laboratory[:16])
    return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
