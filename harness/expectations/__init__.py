"""The vocabulary of expectations. Scenarios state them, the journal keeps them, judges decide them."""

from harness.expectations.base import Expectation
from harness.expectations.directory import ClosedCodeShown, DirectoryRead, DirectoryRenewed, Registered
from harness.expectations.faulted import FaultMet, KeptOnce, NotMistaken, StoredWhenAcked
from harness.expectations.operating import AnyStatus, Operates, StatusTo, Untouched, Withdrawn
from harness.expectations.receiving import Acked, FetchedByCandidate, Polled, StillStored, StoredOnce
from harness.expectations.refusing import RefusedOrFlagged, Welcomed
from harness.expectations.registry import read_expectation, written_expectation
from harness.expectations.retrying import (
    Bounded,
    GaveUp,
    ListRetried,
    NotTakenForSent,
    Paced,
    PausesGrow,
    Retried,
    Waited,
)
from harness.expectations.security import (
    Greeted,
    NothingWritten,
    SafelyKept,
    SignedRight,
    StillServes,
    Struck,
    Trusted,
    Unvisited,
)
from harness.expectations.sending import (
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
from harness.expectations.statuses import NoStatus, OnlyGiven, StatusNames, StatusSent
from harness.expectations.storing import AllAcked, AllStored, Handled, StoredAs

__all__ = [
    "Accepted",
    "Acked",
    "AllAcked",
    "AllStored",
    "AnyStatus",
    "Bounded",
    "Carries",
    "ClosedCodeShown",
    "DirectoryRead",
    "DirectoryRenewed",
    "DistinctIds",
    "Expectation",
    "FaultMet",
    "FetchedByCandidate",
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
    "RefusedOrFlagged",
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
