"""Settings of what programs may do: how often they may ask, and where webhooks may go besides public addresses."""

from sqlalchemy.orm import Session

from harness.console.data.tables import SettingRow

REQUESTS, WEBHOOK_HOSTS = "api-requests", "webhook-hosts"
USUAL_REQUESTS = 600


def requests_a_minute(db: Session) -> int:
    """Return how many requests a minute one access key may make."""
    row = db.get(SettingRow, REQUESTS)
    return USUAL_REQUESTS if row is None else int(row.value)


def webhook_hosts(db: Session) -> str:
    """Return names, addresses and networks to which webhooks may go although they are not public, separated by
    blanks."""
    row = db.get(SettingRow, WEBHOOK_HOSTS)
    return "" if row is None else row.value
