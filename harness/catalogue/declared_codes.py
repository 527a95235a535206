"""Codes of findings are declared where they arise, and what gives another than it declares is refused.

So the declarations are complete: the self-check requires texts for every declared code.
"""

from collections.abc import Iterable


class UndeclaredCode(Exception):
    """A rule, an expectation or a watch gave a finding with a code that its declaration does not have."""

    def __init__(self, code: str, declared: Iterable[str]) -> None:
        super().__init__(f"{code} is not among the declared codes: {', '.join(sorted(declared)) or 'none'}")
        self.code = code


def codes_of(requirement: str, reasons: Iterable[str]) -> frozenset[str]:
    """Return the whole codes for reasons of one requirement."""
    return frozenset(f"{requirement}.{reason}" for reason in reasons)


def refuse_undeclared(code: str, declared: frozenset[str]) -> None:
    """Check that a code is declared.

    Raises:
        UndeclaredCode: it is not.
    """
    if code not in declared:
        raise UndeclaredCode(code, declared)
