"""What a watch is: a function over what a candidate sent, the requirement it watches, and the codes it may give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, ParamSpec

from harness.catalogue.declared_codes import codes_of, refuse_undeclared
from harness.catalogue.findings import Finding

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Watch(Generic[P]):
    """A watch; called, it yields the findings of its function.

    Attributes:
        requirement: id of the requirement it watches.
        codes: of the findings that it may give.
        check: the function.
    """

    requirement: str
    codes: frozenset[str]
    check: Callable[P, Iterator[Finding]]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Iterator[Finding]:
        """Yield what is wrong.

        Raises:
            UndeclaredCode: the function gives a code that is not declared.
        """
        for found in self.check(*args, **kwargs):
            refuse_undeclared(found.code, self.codes)
            yield found


def watch(requirement: str, *, codes: tuple[str, ...]) -> Callable[[Callable[P, Iterator[Finding]]], Watch[P]]:
    """Make the decorated function a watch.

    Args:
        requirement: id of the requirement.
        codes: the reasons that it may give, without the requirement.
    """

    def declare(check: Callable[P, Iterator[Finding]]) -> Watch[P]:
        return Watch(requirement, codes_of(requirement, codes), check)

    return declare
