"""Tables of what programs are told and answered: kept answers, subscriptions, events to be told, deliveries."""

from sqlalchemy import Float, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from harness.console.data.tables import ConsoleTable, OrganisationRow, UserRow


class KeptAnswerRow(ConsoleTable):
    """The answer to a request with an idempotency key, for whoever sends it again.

    Attributes:
        digest: SHA-256 of access key and idempotency key.
        request: HMAC-SHA256 of method, address and body, by the access key.
        answer: encrypted, as it may hold a secret.
    """

    __tablename__ = "api_answers"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[float] = mapped_column(Float, index=True)


class WebhookRow(ConsoleTable):
    """A subscription: to which address events are told.

    Attributes:
        user_id: who made it; it tells no more than this person may see, and nothing once the account is closed.
        organisation_id: whose events are told; None for all.
        secret: by which deliveries are signed, encrypted.
        kinds: kinds of events, separated by blanks; empty for all.
        ended: when nothing is told any more, and `why` not.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    kinds: Mapped[str] = mapped_column(String(1000), default="")
    created: Mapped[float] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    why: Mapped[str] = mapped_column(String(40), default="")
    user: Mapped[UserRow] = relationship()
    organisation: Mapped[OrganisationRow | None] = relationship()


class WebhookEventRow(ConsoleTable):
    """Something that happened, kept in the transaction in which it did; `body` is what is sent, to the byte."""

    __tablename__ = "webhook_events"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int | None] = mapped_column(Integer)
    created: Mapped[float] = mapped_column(Float, index=True)
    body: Mapped[str] = mapped_column(Text)


class DeliveryRow(ConsoleTable):
    """An event on its way to one subscriber.

    Attributes:
        state: `waiting`, `delivered`, or `given-up`.
        attempts: how often it was tried.
        due: when it is tried next.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"), index=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("webhook_events.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due: Mapped[float] = mapped_column(Float)
    event: Mapped[WebhookEventRow] = relationship()
    webhook: Mapped[WebhookRow] = relationship()


class DeliveryAttemptRow(ConsoleTable):
    """One attempt at a delivery: the status that was answered, or a word for why there was none."""

    __tablename__ = "webhook_attempts"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("webhook_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(Float)
    lasted: Mapped[float] = mapped_column(Float)
    status: Mapped[int | None] = mapped_column(Integer)
    trouble: Mapped[str] = mapped_column(String(60), default="")
