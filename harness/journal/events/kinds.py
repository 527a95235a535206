"""Which kind of event is which type."""

from collections.abc import Mapping
from typing import Any

import msgspec

from harness.journal.events.candidate import CANDIDATE
from harness.journal.events.fact import Fact, Unlisted
from harness.journal.events.run import RUN
from harness.journal.events.scenario import SCENARIO
from harness.journal.events.wire import WIRE

KINDS: Mapping[str, type[Fact]] = {one.kind: one for one in (*WIRE, *CANDIDATE, *SCENARIO, *RUN)}


def fact_of(kind: str, members: Mapping[str, Any]) -> Fact:
    """Return what an event says.

    Args:
        kind: of the event.
        members: JSON values; members that its type does not know are passed over.

    Raises:
        msgspec.ValidationError: a member is not of its type, or one is missing that every version has written.
    """
    known = KINDS.get(kind)
    return Unlisted(kind, members) if known is None else msgspec.convert(members, type=known)
