"""The address of the hub is tried before a run is begun."""

import socket

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.doctor.network import check_address


def test_any_port_of_this_machine_will_do() -> None:
    check_address("127.0.0.1", 0)


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError) as caught:
            check_address("127.0.0.1", taken.getsockname()[1])
    assert caught.value.code == "hub.cannot-listen"


@pytest.mark.parametrize(("host", "port"), [("192.0.2.77", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)])
def test_an_address_of_another_machine_is_refused(host: str, port: int) -> None:
    with pytest.raises(ConfigurationError):
        check_address(host, port)
