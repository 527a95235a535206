"""Subscriptions: made by an administrator for all organisations or one, and by a vendor for its own."""

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.api_options import webhook_hosts
from harness.console.data.audit_log import note_change
from harness.console.data.outbox import KINDS, WAITING
from harness.console.data.tables import OrganisationRow, UserRow
from harness.console.data.webhook_tables import DeliveryRow, WebhookRow
from harness.console.subjects.vault import SecretVault
from harness.console.webhooks.sender import end_webhook
from harness.console.webhooks.signature import new_secret
from harness.console.webhooks.target import check_url

MOST = 10
"""Subscriptions that an organisation may have at once."""


def subscribe(
    db: Session, vault: SecretVault, user: UserRow, organisation: OrganisationRow | None, url: str,
    kinds: Sequence[str],
) -> tuple[WebhookRow, str]:  # fmt: skip
    """Add a subscription, and return it with its secret, which is never shown again.

    Args:
        db: a writing transaction.
        vault: keeps the secret.
        user: who subscribes.
        organisation: whose events are told; None for all.
        url: where to.
        kinds: of events; empty for all.

    Raises:
        ConfigurationError: the address may not be told anything, a kind is unknown, or there are too many.
    """
    check_url(url, webhook_hosts(db))
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigurationError("webhook.kind", kind=kind, known=", ".join(KINDS))
    whose = organisation.id if organisation else None
    living = select(func.count()).select_from(WebhookRow).where(
        WebhookRow.ended.is_(None), WebhookRow.organisation_id.is_(whose) if whose is None
        else WebhookRow.organisation_id == whose,
    )  # fmt: skip
    if (db.scalar(living) or 0) >= MOST:
        raise ConfigurationError("webhook.many", most=MOST)
    secret = new_secret()
    row = WebhookRow(
        user_id=user.id, organisation_id=whose, url=url, secret=vault.closed(secret),
        kinds=" ".join(dict.fromkeys(kinds)), created=time.time(), why="",
    )  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, user.name, "webhook.added", urlsplit(url).hostname or "", webhook=row.id, organisation=whose,
                kinds=row.kinds)  # fmt: skip
    return row, secret


def unsubscribe(db: Session, row: WebhookRow, actor: str) -> None:
    """End a subscription; its deliveries stay to be read."""
    if row.ended is None:
        end_webhook(db, row, "removed")
        note_change(db, actor, "webhook.removed", urlsplit(row.url).hostname or "", webhook=row.id)


def deliver_again(db: Session, row: DeliveryRow, actor: str) -> None:
    """Have a delivery sent once more, whatever came of it before.

    Raises:
        ConfigurationError: its subscription has ended.
    """
    if row.webhook.ended is not None:
        raise ConfigurationError("webhook.ended")
    row.state, row.due = WAITING, time.time()
    note_change(db, actor, "webhook.again", row.event_id, webhook=row.webhook_id, delivery=row.id)
