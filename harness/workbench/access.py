"""Who may see the workbench and change something there: people at this machine, or those who know the password."""

import ipaddress

from starlette.requests import Request

from harness.workbench.password_guard import PasswordGuard
from harness.workbench.turned import Turned

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN_SITE = frozenset({"same-origin", "none"})


def is_loopback(host: str) -> bool:
    """Tell whether an address or name means this machine alone."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def turned_away(request: Request, guard: PasswordGuard | None) -> Turned | None:
    """Return why a request is turned away, None for one that is served.

    Without a password only names of this machine are served, so that no other site can make its name resolve to this
    machine and read the page (DNS rebinding); with one, a browser has no password for such a name. A change is taken
    from
    pages of this very address alone, whose origin a browser always sends (CSRF).

    Args:
        request: its header lines count.
        guard: checks the password; None where everyone on this machine may.
    """
    host = request.headers.get("host", "")
    if guard is None and not is_loopback(_name(host)):
        return Turned(403, "foreign-host", {})
    if guard is not None:
        address = request.client.host if request.client else ""
        turned = guard.turned(address, request.headers.get("authorization", ""))
        if turned is not None:
            return turned
    if request.method in _CHANGING and not _from_here(request, host):
        return Turned(403, "foreign-origin", {})
    return None


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0]
    return host.partition(":")[0]


def _from_here(request: Request, host: str) -> bool:
    """Tell whether a change comes from a page of this address, or from a program, which sends no origin."""
    origin = request.headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return False
    return request.headers.get("sec-fetch-site", "none") in _OWN_SITE
