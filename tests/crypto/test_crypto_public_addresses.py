"""Which addresses in certificates are called: those of the public network, at the number that was looked at."""

import ipaddress
import socket
from typing import Any

import pytest

from harness.crypto.public_addresses import AddressRefused, PinnedAddress, is_public, pinned


def _resolving(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    def found(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1"],
)  # fmt: skip
def test_numbers_of_other_networks_are_not_public(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_numbers_of_the_public_network(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


def test_the_call_goes_to_the_number_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "8.8.8.8")
    expected = PinnedAddress("http://8.8.8.8:80/crl/a.crl?x", "ca.example", "ca.example")
    assert pinned("http://ca.example/crl/a.crl?x#y") == expected
    _resolving(monkeypatch, "2606:4700::1111")
    assert pinned("https://ca.example:8443/").url == "https://[2606:4700::1111]:8443/"


def test_a_name_that_leads_inside_with_any_of_its_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefused) as caught:
        pinned("http://ca.example/")
    assert caught.value.reason == "private"


@pytest.mark.parametrize(
    "url", ["ftp://a/", "file:///etc/passwd", "http://", "http://u:p@8.8.8.8/", "http://a:99999/", "http://[::1"]
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        pinned(url)
    assert caught.value.reason == "malformed"


def test_an_unknown_host_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(AddressRefused) as caught:
        pinned("http://nowhere.example/")
    assert caught.value.reason == "unresolved"
