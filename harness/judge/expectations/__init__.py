"""The vocabulary of expectations. Scenarios state them, the journal keeps them, judges decide them."""

from harness.judge.expectations.base import Expectation
from harness.judge.expectations.receiving import Acked, Fetched, Polled, StoredOnce
from harness.judge.expectations.registry import read_expectation, written_expectation
from harness.judge.expectations.sending import (
    Accepted,
    Carries,
    DistinctIds,
    NotReached,
    OneIdentity,
    SentWithin,
    Shown,
    Sound,
)
from harness.judge.expectations.statuses import NoStatus, StatusNames, StatusSent
from harness.judge.expectations.storing import AllAcked, Refused, StoredAs

__all__ = [
    "Accepted",
    "Acked",
    "AllAcked",
    "Carries",
    "DistinctIds",
    "Expectation",
    "Fetched",
    "NoStatus",
    "NotReached",
    "OneIdentity",
    "Polled",
    "Refused",
    "SentWithin",
    "Shown",
    "Sound",
    "StatusNames",
    "StatusSent",
    "StoredAs",
    "StoredOnce",
    "read_expectation",
    "written_expectation",
]
