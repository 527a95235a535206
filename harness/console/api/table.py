"""All JSON addresses, and the rights that keys can have because some address needs them."""

from harness.console.api import certificate_addresses, run_addresses
from harness.console.api.address import ApiAddress
from harness.console.people.roles import Right

ADDRESSES: tuple[ApiAddress, ...] = (*run_addresses.ADDRESSES, *certificate_addresses.ADDRESSES)
GRANTED: tuple[Right, ...] = tuple(right for right in Right if any(one.right is right for one in ADDRESSES))
