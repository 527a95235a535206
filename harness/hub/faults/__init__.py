"""Faults on purpose: which calls they meet, how often, and what is done to them."""

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
