"""Pages with the address that they have and the right that they need."""

from dataclasses import dataclass
from enum import Enum

from harness.console.people.roles import Right
from harness.console.web.visit import Handler


class Door(Enum):
    """Who has access: everyone, or those who are signed in."""

    OPEN = "open"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page: what of an organisation it shows it looks up itself, by the person who asks."""

    method: str
    path: str
    handler: Handler
    right: Right | None = None
    door: Door = Door.SIGNED_IN
