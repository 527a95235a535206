"""Signatures of Standard Webhooks: HMAC-SHA256 over id, moment and body, with a secret of 32 bytes."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

_PREFIX = "whsec_"
_SECRET = 32  # bytes


def new_secret() -> str:
    """Return a new secret, as a subscriber is given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET)).decode()


def signature(secret: str, id_: str, moment: int, body: bytes) -> str:
    """Return the signature of a delivery.

    Args:
        secret: of the subscription.
        id_: of the event.
        moment: seconds since 1970.
        body: as it is sent.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.new(key, f"{id_}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(secret: str, id_: str, moment: int, body: bytes) -> Mapping[str, str]:
    """Return the header lines of a delivery by which its receiver checks it; see `signature`."""
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(secret, id_, moment, body),
    }
