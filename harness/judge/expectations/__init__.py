"""The vocabulary of expectations. Scenarios state them, the journal keeps them, judges decide them."""

from harness.judge.expectations.base import Expectation
from harness.judge.expectations.directory import DirectoryRead, Registered
from harness.judge.expectations.faulted import FaultMet, KeptOnce, NotMistaken, StoredWhenAcked
from harness.judge.expectations.operating import AnyStatus, Operates, StatusTo, Untouched, Withdrawn
from harness.judge.expectations.receiving import Acked, Fetched, Polled, StillStored, StoredOnce
from harness.judge.expectations.refusing import Refused, Welcomed
from harness.judge.expectations.registry import read_expectation, written_expectation
from harness.judge.expectations.retrying import (
    Bounded,
    GaveUp,
    ListRetried,
    NotTakenForSent,
    Paced,
    PausesGrow,
    Retried,
    Waited,
)
from harness.judge.expectations.security import (
    Greeted,
    NothingWritten,
    SafelyKept,
    SignedRight,
    StillServes,
    Struck,
    Trusted,
    Unvisited,
)
from harness.judge.expectations.sending import (
    Accepted,
    Carries,
    DistinctIds,
    NotReached,
    OneIdentity,
    OrderTaken,
    SentWithin,
    Shown,
    Sound,
)
from harness.judge.expectations.statuses import NoStatus, OnlyGiven, StatusNames, StatusSent
from harness.judge.expectations.storing import AllAcked, AllStored, Handled, StoredAs

__all__ = [
    "Accepted",
    "Acked",
    "AllAcked",
    "AllStored",
    "AnyStatus",
    "Bounded",
    "Carries",
    "DirectoryRead",
    "DistinctIds",
    "Expectation",
    "FaultMet",
    "Fetched",
    "GaveUp",
    "Greeted",
    "Handled",
    "KeptOnce",
    "ListRetried",
    "NoStatus",
    "NotMistaken",
    "NotReached",
    "NotTakenForSent",
    "NothingWritten",
    "OneIdentity",
    "OnlyGiven",
    "Operates",
    "OrderTaken",
    "Paced",
    "PausesGrow",
    "Polled",
    "Refused",
    "Registered",
    "Retried",
    "SafelyKept",
    "SentWithin",
    "Shown",
    "SignedRight",
    "Sound",
    "StatusNames",
    "StatusSent",
    "StatusTo",
    "StillServes",
    "StillStored",
    "StoredAs",
    "StoredOnce",
    "StoredWhenAcked",
    "Struck",
    "Trusted",
    "Untouched",
    "Unvisited",
    "Waited",
    "Welcomed",
    "Withdrawn",
    "read_expectation",
    "written_expectation",
]
