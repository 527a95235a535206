"""The answer to a request that the workbench does not serve."""

from collections.abc import Mapping
from dataclasses import dataclass


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
