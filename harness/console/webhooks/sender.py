"""Deliveries: what is in the outbox is sent, again and again with growing pauses, until it is taken or given up."""

import contextlib
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.console.console_state import ConsoleState
from harness.console.data.api_options import webhook_hosts
from harness.console.data.outbox import WAITING, may_tell
from harness.console.data.webhook_tables import DeliveryAttemptRow, DeliveryRow, WebhookEventRow, WebhookRow
from harness.console.webhooks.posting import PostOutcome, PostTrouble, post
from harness.console.webhooks.signature import signed_headers
from harness.console.webhooks.target import Resolver, resolved

DELIVERED, GIVEN_UP = "delivered", "given-up"
GONE = 410
RETRIES = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds from one attempt to the next; after the last one it is given up."""
_AT_ONCE = 4
_TICK = 1.0
_KEPT = 30 * 24 * 3600.0  # the log of deliveries
_CLEARED = 3600.0
_SPREAD = 0.1
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A delivery as it is sent; nothing of the database is held meanwhile."""

    url: str
    secret: str
    event: str
    body: bytes
    hosts: str


class WebhookSender:
    """Sends what is due, one delivery to a subscriber at a time; all of its state is in the database."""

    def __init__(self, state: ConsoleState, resolve: Resolver | None = None) -> None:
        """Prepare; nothing is sent before `open`.

        Args:
            state: of the console.
            resolve: what resolves names, as `socket.getaddrinfo`; None for that.
        """
        self._state = state
        self._resolve = resolve
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook")
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._bell = threading.Event()
        self._cleared = 0.0
        self._thread = threading.Thread(target=self._watch, name="webhooks", daemon=True)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Send no more; what is under way ends by itself, and what is not confirmed is sent again another time."""
        self._closing = True
        self._bell.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _watch(self) -> None:
        while not self._closing:
            self._bell.wait(_TICK)
            self._bell.clear()
            try:
                for number, hook in self.due():
                    self._pool.submit(self.carry, number, hook)
                self._clear()
            except (SQLAlchemyError, RuntimeError):
                if not self._closing:
                    _logger.exception("webhooks")

    def due(self) -> list[tuple[int, int]]:
        """Return what is to be sent now, a delivery and its subscription each, and take it in hand."""
        with self._state.database.reading() as db:
            wanted = select(func.min(DeliveryRow.id), DeliveryRow.webhook_id).where(
                DeliveryRow.state == WAITING, DeliveryRow.due <= time.time()
            )
            rows = db.execute(wanted.group_by(DeliveryRow.webhook_id)).all()
        taken = []
        with self._lock:
            for number, hook in rows:
                if hook not in self._busy:
                    self._busy.add(hook)
                    taken.append((number, hook))
        return taken

    def send(self, number: int) -> None:
        """Send a delivery once, and note what came of it."""
        with self._state.database.reading() as db:
            parcel = self._parcel(db, number)
        if parcel is None:
            with self._state.database.writing() as db:
                db.execute(update(DeliveryRow).where(DeliveryRow.id == number).values(state=GIVEN_UP))
            return
        began = time.time()
        outcome = self._posted(parcel, int(began))
        with self._state.database.writing() as db:
            _note(db, number, began, outcome)

    def carry(self, number: int, hook: int) -> None:
        """Send a delivery that was taken in hand; whatever goes wrong here, it is tried again later.

        Args:
            number: of the delivery.
            hook: its subscription, which is free for another one afterwards.
        """
        try:
            self.send(number)
        except Exception:  # an exception in a thread of the pool would be lost
            _logger.exception("webhook delivery %s", number)
            with contextlib.suppress(SQLAlchemyError), self._state.database.writing() as db:
                later = update(DeliveryRow).where(DeliveryRow.id == number)
                db.execute(later.values(due=time.time() + RETRIES[1]))
        with self._lock:
            self._busy.discard(hook)
        self._bell.set()

    def _parcel(self, db: Session, number: int) -> _Parcel | None:
        """Return what is sent, None where the subscriber must not be told any more."""
        row = db.get_one(DeliveryRow, number)
        if row.webhook.ended is not None or not may_tell(row.webhook, row.event.organisation_id):
            return None
        secret = self._state.vault.opened(row.webhook.secret)
        return _Parcel(row.webhook.url, secret, row.event_id, row.event.body.encode(), webhook_hosts(db))

    def _posted(self, parcel: _Parcel, moment: int) -> PostOutcome:
        headers = {
            "content-type": "application/json",
            "user-agent": f"lienthong-harness/{__version__}",
            **signed_headers(parcel.secret, parcel.event, moment, parcel.body),
        }
        try:
            more = () if self._resolve is None else (self._resolve,)
            target = resolved(parcel.url, parcel.hosts, *more)
        except ConfigurationError:
            return PostOutcome(trouble=PostTrouble.ADDRESS)
        except (OSError, UnicodeError):
            return PostOutcome(trouble=PostTrouble.NAME)
        return post(target, headers, parcel.body)

    def _clear(self) -> None:
        """Forget deliveries that are long over."""
        now = time.time()
        if now - self._cleared < _CLEARED:
            return
        self._cleared = now
        with self._state.database.writing() as db:
            old = select(WebhookEventRow.id).where(WebhookEventRow.created < now - _KEPT)
            gone = select(DeliveryRow.id).where(DeliveryRow.event_id.in_(old))
            db.execute(delete(DeliveryAttemptRow).where(DeliveryAttemptRow.delivery_id.in_(gone)))
            db.execute(delete(DeliveryRow).where(DeliveryRow.event_id.in_(old)))
            db.execute(delete(WebhookEventRow).where(WebhookEventRow.created < now - _KEPT))


def _note(db: Session, number: int, began: float, outcome: PostOutcome) -> None:
    row, now = db.get_one(DeliveryRow, number), time.time()
    row.attempts += 1
    db.add(
        DeliveryAttemptRow(delivery_id=number, number=row.attempts, at=began, lasted=now - began,
                           status=outcome.status, trouble=str(outcome.trouble or ""))
    )  # fmt: skip
    if outcome.taken:
        row.state = DELIVERED
    elif outcome.status == GONE:
        row.state = GIVEN_UP
        end_webhook(db, row.webhook, "gone")
    elif row.attempts > len(RETRIES):
        row.state = GIVEN_UP
    else:
        row.due = now + RETRIES[row.attempts - 1] * random.uniform(1.0, 1.0 + _SPREAD)  # noqa: S311 - a pause


def end_webhook(db: Session, row: WebhookRow, why: str) -> None:
    """End a subscription: nothing that waits is sent any more.

    Args:
        db: a writing transaction.
        row: the subscription.
        why: `gone` where its receiver wants no more, `removed` where a person ended it.
    """
    if row.ended is None:
        row.ended, row.why = time.time(), why
    waiting = update(DeliveryRow).where(DeliveryRow.webhook_id == row.id, DeliveryRow.state == WAITING)
    db.execute(waiting.values(state=GIVEN_UP))
