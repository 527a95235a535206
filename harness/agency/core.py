"""What all components of an agency system share between one start and the next stop."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.agency.settings import AgencySettings
from harness.agency.store import AgencyStore
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust


@dataclass(frozen=True, slots=True)
class Core:
    """What every component of one agency system works with.

    Attributes:
        settings: they do not change before the next stop.
        profile: rules, code lists and limits.
        store: open until the system stops.
        folder: where the store is.
        trust: trust anchors of signers, besides the profile's.
        now: returns the official time.
        spawn: runs a coroutine in the background until it ends or the system stops.
        stop: ends the whole system at once, as if the program were killed.
    """

    settings: AgencySettings
    profile: Profile
    store: AgencyStore
    folder: Path
    trust: Trust
    now: Callable[[], datetime]
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    stop: Callable[[], Coroutine[Any, Any, None]]
