"""Who may see the workbench and change something there: people at this machine, or those who know the password."""

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN_SITE = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Turned:
    """A request that is turned away.

    Attributes:
        status: HTTP status.
        code: `error.<code>` of the message file says why.
        headers: of the answer.
    """

    status: int
    code: str
    headers: Mapping[str, str]


def is_loopback(host: str) -> bool:
    """Tell whether an address or name means this machine alone."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def turned_away(request: Request, password: str | None) -> Turned | None:
    """Return why a request is turned away, None for one that is served.

    Without a password only names of this machine are served, so that no page elsewhere can make its own name mean this
    machine and read along (DNS rebinding); with one, a browser has no password for such a name. A change is taken from
    pages of this very address alone, whose origin a browser always tells (CSRF).

    Args:
        request: its header lines count.
        password: None where everybody on this machine may.
    """
    host = request.headers.get("host", "")
    if password is None and not is_loopback(_name(host)):
        return Turned(403, "foreign-host", {})
    if password is not None and not _knows(request, password):
        return Turned(401, "password", {"WWW-Authenticate": 'Basic realm="lienthong hub", charset="UTF-8"'})
    if request.method in _CHANGING and not _from_here(request, host):
        return Turned(403, "foreign-origin", {})
    return None


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0]
    return host.partition(":")[0]


def _from_here(request: Request, host: str) -> bool:
    """Tell whether a change comes from a page of this address, or from a program, which tells no origin."""
    origin = request.headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return False
    return request.headers.get("sec-fetch-site", "none") in _OWN_SITE


def _knows(request: Request, password: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        _, _, told = base64.b64decode(given.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(told, password.encode("utf-8"))
