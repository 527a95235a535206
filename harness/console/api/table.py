"""All JSON addresses, and the rights that access keys can have: those that an address needs."""

from harness.console.api import (
    administration_addresses,
    certificate_addresses,
    evidence_addresses,
    proposal_addresses,
    register_addresses,
    run_addresses,
    subject_addresses,
    webhook_addresses,
)
from harness.console.api.address import ApiAddress
from harness.console.people.roles import Right

ADDRESSES: tuple[ApiAddress, ...] = (
    *run_addresses.ADDRESSES,
    *subject_addresses.ADDRESSES,
    *evidence_addresses.ADDRESSES,
    *proposal_addresses.ADDRESSES,
    *certificate_addresses.ADDRESSES,
    *register_addresses.ADDRESSES,
    *webhook_addresses.ADDRESSES,
    *administration_addresses.ADDRESSES,
)
GRANTED: tuple[Right, ...] = tuple(right for right in Right if any(one.right is right for one in ADDRESSES))
