"""Exit statuses, the same for every verb."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit status of the process."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    HARNESS = 3
    INCONCLUSIVE = 4
    INCOMPLETE = 5
