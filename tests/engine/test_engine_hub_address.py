"""The hub address that a candidate gets."""

import pytest

from harness.catalogue.candidate import (
    Candidate,
    DeclaredAgency,
    HttpDriverDeclaration,
    PassiveDriverDeclaration,
    Product,
)
from harness.engine.hub_address import reachable


def declared(driver: HttpDriverDeclaration | PassiveDriverDeclaration) -> Candidate:
    agency = DeclaredAgency(organ_id="H41", organ_name="X")
    return Candidate(schema="lienthong.candidate/1", candidate=Product(name="X"), agency=agency, driver=driver)


def test_one_address_is_kept() -> None:
    driver = HttpDriverDeclaration(url="http://10.1.2.3/driver")
    assert reachable("http://127.0.0.1:8080/vxp", declared(driver)) == "http://127.0.0.1:8080/vxp"


@pytest.mark.parametrize("everywhere", ["http://0.0.0.0:8080/vxp", "http://[::]:8080/vxp"])
def test_all_addresses_become_the_one_towards_the_driver(everywhere: str) -> None:
    driver = HttpDriverDeclaration(url="http://127.0.0.1:9000/driver")
    assert reachable(everywhere, declared(driver)) == "http://127.0.0.1:8080/vxp"


def test_without_a_driver_address_it_is_some_address_of_this_machine() -> None:
    found = reachable("http://0.0.0.0:8080/vxp", declared(PassiveDriverDeclaration()))
    assert "0.0.0.0" not in found
    assert found.endswith(":8080/vxp")
