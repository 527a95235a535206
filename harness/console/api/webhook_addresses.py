"""Webhooks for programs: subscribe, end, try out, and see what was delivered."""

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.api.address import PAGE, ROOT, ApiAddress, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.data.outbox import TEST, keep_for
from harness.console.data.tables import OrganisationRow, UserRow
from harness.console.data.webhook_tables import DeliveryAttemptRow, DeliveryRow, WebhookRow
from harness.console.people.roles import Right
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit
from harness.console.webhooks.subscriptions import deliver_again, subscribe, unsubscribe

_CREATED, _ACCEPTED, _NO_CONTENT = 201, 202, 204


class WantedWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription to be made.

    Attributes:
        url: where to, https.
        events: kinds of events; empty for all.
        organisation: whose events; null for all that the person may see.
    """

    url: str
    events: list[str] = []
    organisation: int | None = None


class WebhookShape(msgspec.Struct, frozen=True):
    """A subscription.

    Attributes:
        organisation_id: whose events are told; null for all.
        events: kinds of events; empty for all.
        ended: when it ended, null while it holds.
        why: `removed` by a person, or `gone` where its receiver answered 410.
    """

    id: int
    url: str
    organisation_id: int | None
    events: list[str]
    owner: str
    created: str
    ended: str | None
    why: str


class MadeWebhookShape(msgspec.Struct, frozen=True):
    """A new subscription, with the secret by which deliveries are signed; it is shown once."""

    webhook: WebhookShape
    secret: str


class WebhookList(msgspec.Struct, frozen=True):
    """Subscriptions, newest first."""

    webhooks: list[WebhookShape]


class DeliveryAttemptShape(msgspec.Struct, frozen=True):
    """One attempt at a delivery.

    Attributes:
        lasted: seconds.
        status: that was answered, null where there was no answer.
        trouble: why not: `address` not allowed, `name` not resolved, `connection`, `tls`, `slow`, `no-http`.
    """

    at: str
    lasted: float
    status: int | None
    trouble: str


class DeliveryShape(msgspec.Struct, frozen=True):
    """An event on its way.

    Attributes:
        event: its id, the same for all subscribers and attempts.
        state: `waiting`, `delivered` or `given-up`.
        due: when it is tried next, null where it is over.
        body: what is sent.
    """

    id: int
    event: str
    kind: str
    state: str
    created: str
    due: str | None
    body: str
    attempts: list[DeliveryAttemptShape]


class DeliveryList(msgspec.Struct, frozen=True):
    """Deliveries of a subscription, newest first; those older than 30 days are forgotten."""

    deliveries: list[DeliveryShape]


def webhooks(visit: Visit) -> Response:
    """List the subscriptions."""
    wanted = select(WebhookRow)
    if visit.own is not None:
        wanted = wanted.join(UserRow).where(UserRow.organisation_id == visit.own)
    return rows_of_page(visit, wanted, WebhookRow.id).answer(WebhookList, _webhook)


def webhook_wanted(visit: Visit) -> Response:
    """Subscribe."""
    sent = visit.sent
    row, secret = subscribe(visit.db, visit.state.vault, visit.user, _whose(visit), sent.url, sent.events)
    made = MadeWebhookShape(_webhook(row), secret)
    return json_answer(made, _CREATED, {"location": f"{ROOT}/webhooks/{row.id}"})


def webhook(visit: Visit) -> Response:
    """Return a subscription."""
    return json_answer(_webhook(_row(visit)))


def webhook_ended(visit: Visit) -> Response:
    """End a subscription."""
    unsubscribe(visit.db, _row(visit), visit.actor)
    return Response(status_code=_NO_CONTENT)


def tried_out(visit: Visit) -> Response:
    """Send an event that means nothing, to try the receiver out."""
    row = _row(visit)
    if row.ended is not None:
        raise ConfigurationError("webhook.ended")
    (delivery,) = keep_for(visit.db, [row], TEST, row.organisation_id, {"webhook": row.id})
    return json_answer(_delivery(visit, delivery), _ACCEPTED, {"location": f"{ROOT}/webhooks/{row.id}/deliveries"})


def deliveries(visit: Visit) -> Response:
    """List the deliveries of a subscription."""
    wanted = select(DeliveryRow).where(DeliveryRow.webhook_id == _row(visit).id)
    return rows_of_page(visit, wanted, DeliveryRow.id).answer(DeliveryList, lambda row: _delivery(visit, row))


def delivered_again(visit: Visit) -> Response:
    """Send a delivery once more."""
    row = visit.db.get(DeliveryRow, visit.request.path_params["number"])
    if row is None or row.webhook_id != _row(visit).id:
        raise Missing
    deliver_again(visit.db, row, visit.actor)
    return json_answer(_delivery(visit, row), _ACCEPTED)


def _whose(visit: Visit) -> OrganisationRow | None:
    """Return the organisation whose events are wanted; a vendor's is always its own."""
    asked = visit.sent.organisation if visit.own is None else visit.sent.organisation or visit.own
    if asked is None:
        return None
    row = visit.db.get(OrganisationRow, asked) if 0 < asked < 2**31 else None
    if row is None or not visit.sees(row.id):
        raise Missing
    return row


def _row(visit: Visit) -> WebhookRow:
    """Return the subscription that the address names; what an administrator subscribed to is not the vendor's to see.

    Raises:
        Missing: there is none, or it belongs to another organisation.
    """
    row = visit.db.get(WebhookRow, visit.request.path_params["key"])
    if row is None or (visit.own is not None and row.user.organisation_id != visit.own):
        raise Missing
    return row


def _webhook(row: WebhookRow) -> WebhookShape:
    return WebhookShape(
        row.id, row.url, row.organisation_id, row.kinds.split(), row.user.name, machine_moment(row.created),
        machine_moment(row.ended) or None, row.why,
    )  # fmt: skip


def _delivery(visit: Visit, row: DeliveryRow) -> DeliveryShape:
    tried = select(DeliveryAttemptRow).where(DeliveryAttemptRow.delivery_id == row.id)
    attempts = [
        DeliveryAttemptShape(machine_moment(one.at), round(one.lasted, 3), one.status, one.trouble)
        for one in visit.db.scalars(tried.order_by(DeliveryAttemptRow.number))
    ]
    due = machine_moment(row.due) if row.state == "waiting" else None
    event = row.event
    return DeliveryShape(
        row.id, event.id, event.kind, row.state, machine_moment(event.created), due, event.body, attempts
    )


ADDRESSES = (
    ApiAddress("listWebhooks", "GET", "/webhooks", webhooks, Right.SUBSCRIBE, given=WebhookList, asked=PAGE),
    ApiAddress("subscribe", "POST", "/webhooks", webhook_wanted, Right.SUBSCRIBE, WantedWebhook, MadeWebhookShape,
               status=_CREATED),
    ApiAddress("showWebhook", "GET", "/webhooks/{key:int}", webhook, Right.SUBSCRIBE, given=WebhookShape),
    ApiAddress("unsubscribe", "DELETE", "/webhooks/{key:int}", webhook_ended, Right.SUBSCRIBE, status=_NO_CONTENT),
    ApiAddress("tryWebhook", "POST", "/webhooks/{key:int}/test", tried_out, Right.SUBSCRIBE, given=DeliveryShape,
               status=_ACCEPTED),
    ApiAddress("listDeliveries", "GET", "/webhooks/{key:int}/deliveries", deliveries, Right.SUBSCRIBE,
               given=DeliveryList, asked=PAGE),
    ApiAddress("deliverAgain", "POST", "/webhooks/{key:int}/deliveries/{number:int}/again", delivered_again,
               Right.SUBSCRIBE, given=DeliveryShape, status=_ACCEPTED),
)  # fmt: skip
