"""The vocabulary of expectations. Scenarios state them, the journal keeps them, judges decide them."""

from harness.judge.expectations.base import Expectation
from harness.judge.expectations.receiving import Acked, Fetched, Polled, StoredOnce
from harness.judge.expectations.registry import read_expectation, written_expectation
from harness.judge.expectations.sending import Accepted, OneIdentity, Shown, Sound
from harness.judge.expectations.statuses import NoStatus, StatusNames, StatusSent

__all__ = [
    "Accepted",
    "Acked",
    "Expectation",
    "Fetched",
    "NoStatus",
    "OneIdentity",
    "Polled",
    "Shown",
    "Sound",
    "StatusNames",
    "StatusSent",
    "StoredOnce",
    "read_expectation",
    "written_expectation",
]
