"""The expectations that the head of a scenario declares; stating any other is an error of the harness."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.expectations import Expectation
from harness.expectations.base import Role

_WORDS: Mapping[Role, str] = {"duty": "expects", "precondition": "awaits", "liveness": "alive"}
Kinds = tuple[type[Expectation], ...]


class UndeclaredExpectation(Exception):
    """A scenario states an expectation that its head does not name."""


@dataclass(frozen=True, slots=True)
class Head:
    """Kinds of the expectations that a scenario states.

    Attributes:
        scenario: its id.
        expects: kinds stated as duties: their findings are charged to the scenario's requirement.
        awaits: kinds stated as preconditions: one that is not met leaves the scenario inconclusive.
        alive: kinds stated as signs of life.
        open: whether others may be stated as well.
    """

    scenario: str
    expects: Kinds = ()
    awaits: Kinds = ()
    alive: Kinds = ()
    open: bool = False

    def admit(self, expectation: Expectation, role: Role) -> None:
        """Check that an expectation is declared.

        Raises:
            UndeclaredExpectation: it is not.
        """
        word = _WORDS[role]
        if not self.open and type(expectation) not in getattr(self, word):
            raise UndeclaredExpectation(f"{self.scenario} states {type(expectation).__name__}: add it to {word}=(…)")


UNDECLARED = Head("", open=True)
"""For what is no scenario."""
