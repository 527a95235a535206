"""The state of this machine's clock: whether something synchronises it, and how far off it may be."""

import ctypes
import sys

from harness.journal.events import RecordedClock

_UNSYNCHRONISED = 5
_MICROSECOND = 1e-6


class _Moment(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_long))


class _Adjustment(ctypes.Structure):
    """The state of the kernel's clock discipline; see adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("most_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", _Moment),
        ("tick", ctypes.c_long),
        ("rest", ctypes.c_byte * 256),
    )


def clock_state() -> RecordedClock:
    """Return whether the clock is kept right, and its largest error in seconds; None where this system does not say."""
    unknown = RecordedClock()
    if not sys.platform.startswith("linux"):
        return unknown
    try:
        asked = _Adjustment()
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):
        return unknown
    if state < 0:
        return unknown
    kept = state != _UNSYNCHRONISED
    return RecordedClock(synchronised=kept, error=round(asked.most_error * _MICROSECOND, 6) if kept else None)
