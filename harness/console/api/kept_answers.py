"""The answer to a request that is sent again with the same `Idempotency-Key`: the first one, for a day."""

import hashlib
import hmac
import time

import msgspec
from sqlalchemy import delete, text
from sqlalchemy.orm import Session
from starlette.responses import Response

from harness.console.data.webhook_tables import KeptAnswerRow
from harness.console.subjects.vault import SecretVault

HEADER, REPLAYED = "idempotency-key", "idempotent-replayed"
LONGEST_KEY = 255
_KEPT = 24 * 3600.0
_HEADERS = ("content-type", "location", "content-language")


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer as it is kept."""

    status: int
    headers: dict[str, str]
    body: str

    def again(self) -> Response:
        """Return it once more."""
        return Response(self.body.encode(), self.status, {**self.headers, REPLAYED: "true"})


def is_key(written: str) -> bool:
    """Return whether a header holds a key: 1 to 255 printable signs of ASCII."""
    return 0 < len(written) <= LONGEST_KEY and written.isascii() and written.isprintable()


def digest_of_key(token: int, key: str) -> str:
    """Return under which name the answer to an access key's request is kept."""
    return hashlib.sha256(f"{token}:{key}".encode()).hexdigest()


def digest_of_request(access: str, method: str, address: str, body: bytes) -> str:
    """Return what tells a request from others; it may hold a password, which nobody finds by trying without the key.

    Args:
        access: the access key, in clear.
        method: of HTTP.
        address: path and query.
        body: as sent.
    """
    return hmac.new(access.encode(), f"{method} {address}\n".encode() + body, hashlib.sha256).hexdigest()


def hold(db: Session, digest: str) -> None:
    """Have other requests with the same key wait for the end of this transaction; SQLite's writers do so anyway."""
    if db.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(digest)[:8], "big", signed=True)
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


def kept_answer(db: Session, vault: SecretVault, digest: str) -> tuple[str, KeptAnswer] | None:
    """Return the digest of the first request and its answer, None where there was none in the last day."""
    row = db.get(KeptAnswerRow, digest)
    if row is None or time.time() - row.created > _KEPT:
        return None
    return row.request, msgspec.json.decode(vault.opened(row.answer), type=KeptAnswer)


def keep_answer(db: Session, vault: SecretVault, digest: str, request: str, answer: Response) -> None:
    """Keep an answer in the transaction of what it tells, and forget those that are too old."""
    now = time.time()
    db.execute(delete(KeptAnswerRow).where(KeptAnswerRow.created < now - _KEPT))
    headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
    kept = KeptAnswer(answer.status_code, headers, bytes(answer.body).decode())
    content = vault.closed(msgspec.json.encode(kept).decode())
    db.add(KeptAnswerRow(digest=digest, request=request, status=answer.status_code, answer=content, created=now))
    db.flush()
