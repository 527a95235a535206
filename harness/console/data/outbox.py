"""The outbox: what happened is kept for subscribers in the transaction in which it happened, and sent afterwards."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.certificates.life import LifeAct, LifeEntry
from harness.certificates.signed_documents import read_signed
from harness.console.data.certificate_tables import CertificateRow, LifeRow, ProposalRow
from harness.console.data.tables import RunRow
from harness.console.data.webhook_tables import DeliveryRow, WebhookEventRow, WebhookRow
from harness.console.people.roles import Right, Role, may
from harness.journal.recorder import VIETNAM

WAITING = "waiting"
TEST = "webhook.test"
_CERTIFICATE = "certificate."
# What an act is called once it is done; another act is called as it is.
_DONE: Mapping[str, str] = {
    "issue": "issued",
    "consent": "consented",
    "retract-consent": "consent-retracted",
    "publish": "published",
    "suspend": "suspended",
    "reinstate": "reinstated",
    "withdraw": "withdrawn",
    "replace": "replaced",
    "amend": "amended",
    "extend": "extended",
}
# What the log calls it, and what subscribers are told.
_KINDS: Mapping[str, str] = {
    **{name: name for name in ("run.queued", "run.ended", "proposal.made", "proposal.decided", "proposal.barred")},
    **{f"{_CERTIFICATE}{act}": f"{_CERTIFICATE}{_DONE.get(act, act)}" for act in LifeAct},
}
KINDS: tuple[str, ...] = tuple(_KINDS.values())
"""Kinds of events that can be subscribed to."""


def keep_event(db: Session, action: str, subject: str, detail: Mapping[str, Any]) -> None:
    """Keep a change for those who subscribed to it.

    Args:
        db: the writing transaction of the change.
        action, subject, detail: as the log has them.
    """
    kind = _KINDS.get(action)
    if kind is None:
        return
    living = db.scalars(select(WebhookRow).where(WebhookRow.ended.is_(None)).order_by(WebhookRow.id)).all()
    if not living:
        return
    organisation, data = _told(db, action, subject, detail)
    takers = [row for row in living if _takes(row, kind) and may_tell(row, organisation)]
    if takers:
        keep_for(db, takers, kind, organisation, data)


def keep_for(
    db: Session, takers: Sequence[WebhookRow], kind: str, organisation: int | None, data: Mapping[str, Any]
) -> list[DeliveryRow]:
    """Keep an event for some subscribers.

    Args:
        db: a writing transaction.
        takers: to be told.
        kind: of the event.
        organisation: whose event it is.
        data: what is told.
    """
    now = time.time()
    said = {"type": kind, "timestamp": datetime.now(VIETNAM).isoformat(timespec="milliseconds"), "data": data}
    event = WebhookEventRow(
        id=f"msg_{secrets.token_hex(12)}", kind=kind, organisation_id=organisation, created=now,
        body=json.dumps(said, ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip
    db.add(event)
    db.flush()
    deliveries = [
        DeliveryRow(webhook_id=row.id, event_id=event.id, state=WAITING, attempts=0, due=now) for row in takers
    ]
    db.add_all(deliveries)
    db.flush()
    return deliveries


def may_tell(row: WebhookRow, organisation: int | None) -> bool:
    """Return whether a subscriber may know of an event of an organisation: who subscribed may see it today."""
    user = row.user
    if not user.active or not may(user.role, Right.SUBSCRIBE):
        return False
    if user.role == Role.VENDOR and (user.organisation_id is None or user.organisation_id != organisation):
        return False
    return row.organisation_id is None or row.organisation_id == organisation


def _takes(row: WebhookRow, kind: str) -> bool:
    return not row.kinds or kind in row.kinds.split()


def _told(db: Session, action: str, subject: str, detail: Mapping[str, Any]) -> tuple[int | None, dict[str, Any]]:
    """Return whose event a change is, and what is told of it."""
    if action.startswith(_CERTIFICATE):
        return _of_certificate(db, action.removeprefix(_CERTIFICATE), subject, detail)
    if action.startswith("proposal."):
        number = int(subject) if action == "proposal.decided" else detail["proposal"]
        proposal = db.get_one(ProposalRow, number)
        whose, run = _of_run(proposal.run)
        return whose, {"proposal": proposal.id, "state": str(proposal.state), **run}
    row = db.get_one(RunRow, subject)
    whose, run = _of_run(row)
    ended = {"verdict": row.verdict, "narrowed": bool(row.narrowed)} if row.state == "ended" else {}
    return whose, {"state": row.state, **run, **ended}


def _of_run(row: RunRow) -> tuple[int, dict[str, Any]]:
    return row.organisation_id, {
        "run": row.id,
        "system": row.system_id,
        "organisation_id": row.organisation_id,
        "organisation": row.organisation.name,
        "product": row.product.name,
        "version": row.product.version,
    }


def _of_certificate(db: Session, act: str, number: str, detail: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    row = db.get_one(CertificateRow, number)
    entry = read_signed(db.get_one(LifeRow, (number, detail["sequence"])).jws.encode(), LifeEntry)
    told = {"certificate": number, "act": act, "state": str(entry.content.state) if entry else "",
            "sequence": detail["sequence"]}  # fmt: skip
    more = str(detail.get("detail", ""))
    run = db.get(RunRow, row.run_id)  # None where it was cleared away
    whose = {"organisation_id": row.organisation_id} if run is None else _of_run(run)[1]
    return row.organisation_id, {**told, **({"detail": more} if more else {}), **whose}
