"""Deliberate faults: which calls they affect, how often, and what they do to them."""

from harness.hub.faults.answers import (
    empty_body,
    fail_code,
    foreign_data,
    html,
    missing_data,
    null_data,
    redirect,
    retry_after,
    status,
)
from harness.hub.faults.registry import Fault, Faults, FaultTarget

__all__ = [
    "Fault",
    "FaultTarget",
    "Faults",
    "empty_body",
    "fail_code",
    "foreign_data",
    "html",
    "missing_data",
    "null_data",
    "redirect",
    "retry_after",
    "status",
]
