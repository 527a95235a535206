"""What a rule could not find out: neither a finding nor a pass."""

import msgspec

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Cause

OPEN = frozenset({"no-anchors", "not-examined", "not-resolved", "revocation-unknown", "not-compared", "not-read"})
"""Reasons that leave a question open; `revocation-unknown` only where the profile's revocation is `soft`."""


class Undecided(msgspec.Struct, frozen=True):
    """An open question about one package.

    Attributes:
        finding: what could not be found out and where, with a code that has words as every finding has.
        cause: where the cause is: `network` for a revocation list out of reach, `configuration` for a profile
            that names no trust anchor.
    """

    finding: Finding
    cause: Cause

    @property
    def requirement(self) -> str:
        """Id of the requirement that cannot be decided."""
        return self.finding.requirement

    @property
    def detail(self) -> str:
        """Stable code of the question."""
        return self.finding.code
