"""How far a scenario must be kept apart from the others of its run."""

from typing import Literal

Isolation = Literal["shared", "faulted", "spoilt", "exclusive"]
SHARED: Isolation = "shared"
FAULTED: Isolation = "faulted"
SPOILT: Isolation = "spoilt"
EXCLUSIVE: Isolation = "exclusive"
