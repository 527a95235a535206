"""The password of the workbench, and delays against guessing it: each wrong guess makes the next one wait longer."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from harness.workbench.turned import Turned

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="lienthong hub", charset="UTF-8"'}
# Wrong guesses that cost nothing: people mistype.
_FREE = 5
_LONGEST = 300.0  # seconds
# From many addresses at once: so many guesses in so many seconds, and no more.
_IN_ALL = 50
_SPAN = 60.0
# Addresses remembered; beyond that the limit for all addresses applies.
_MOST = 10_000


@dataclass(slots=True)
class _Caller:
    wrong: int = 0
    last: bytes = b""
    until: float = 0.0
    known: bool = False


class PasswordGuard:
    """Asks for a password, with growing delays after wrong ones, by address and in total."""

    def __init__(self, password: str, now: Callable[[], float] = time.monotonic) -> None:
        """Guard.

        Args:
            password: the one that is right.
            now: a clock that never goes back, in seconds.
        """
        self._right = _digest(password.encode("utf-8"))
        self._now = now
        self._callers: OrderedDict[str, _Caller] = OrderedDict()
        self._guesses = 0
        self._since = -math.inf

    def turned(self, address: str, authorization: str) -> Turned | None:
        """Return why a request is turned away, None for one that has the password.

        While a caller has to wait, the password is not checked: no answer reveals whether a guess was right. One
        that gave the right one before is not kept out by what others guess. The same wrong password again, as a browser
        sends it that remembers it, is no new guess.

        Args:
            address: where the request comes from.
            authorization: value of that header line, `` where there is none.
        """
        given = _password_in(authorization)
        if given is None:
            return Turned(401, "password", _CHALLENGE)
        caller = self._caller(address)
        wait = max(caller.until - self._now(), 0.0 if caller.known else self._wait_of_all())
        if wait > 0:
            return Turned(429, "too-many-guesses", {"Retry-After": str(math.ceil(wait))})
        guess = _digest(given)
        if hmac.compare_digest(guess, self._right):
            caller.wrong, caller.known = 0, True
            return None
        if not hmac.compare_digest(guess, caller.last):
            self._count(caller, guess)
        return Turned(401, "password", _CHALLENGE)

    def _caller(self, address: str) -> _Caller:
        place = _place(address)
        caller = self._callers.setdefault(place, _Caller())
        self._callers.move_to_end(place)
        while len(self._callers) > _MOST:
            self._callers.popitem(last=False)
        return caller

    def _count(self, caller: _Caller, guess: bytes) -> None:
        caller.wrong += 1
        caller.last = guess
        if caller.wrong >= _FREE:
            caller.until = self._now() + min(2.0 ** (caller.wrong - _FREE), _LONGEST)
        if self._now() - self._since >= _SPAN:
            self._since, self._guesses = self._now(), 0
        self._guesses += 1

    def _wait_of_all(self) -> float:
        left = self._since + _SPAN - self._now()
        return left if self._guesses >= _IN_ALL else 0.0


def _password_in(authorization: str) -> bytes | None:
    """Return the password in an Authorization line; None where it holds none."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return None


def _digest(content: bytes) -> bytes:
    # Of one length, so that comparing reveals nothing about the password's.
    return hashlib.sha256(content).digest()


def _place(address: str) -> str:
    """Return what counts as one caller: an address, of IPv6 the network that one customer has all of."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
