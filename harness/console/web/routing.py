"""Pages with the address that they have and the right that they need."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from harness.console.people.roles import Right
from harness.console.web.guards import LARGEST_BODY
from harness.console.web.visit import Handler, Visit


class Door(Enum):
    """Who has access: everyone, or those who are signed in."""

    OPEN = "open"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page: what of an organisation it shows it looks up itself, by the person who asks.

    Attributes:
        largest: bytes of what a form may send.
        entry: asked before a larger form than usual is read; raises as the handler does where it is not for them.
    """

    method: str
    path: str
    handler: Handler
    right: Right | None = None
    door: Door = Door.SIGNED_IN
    largest: int = LARGEST_BODY
    entry: Callable[[Visit], object] | None = None
