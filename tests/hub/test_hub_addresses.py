"""The address that a hub announces to others."""

import ipaddress

import pytest

from harness.hub.addresses import outward


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "hub.example.vn"])
def test_one_place_is_named_as_it_is(host: str) -> None:
    assert outward(host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_everywhere_is_named_by_an_address_that_can_be_reached(host: str) -> None:
    named = ipaddress.ip_address(outward(host))
    assert not named.is_unspecified
    assert named.version == ipaddress.ip_address(host).version
