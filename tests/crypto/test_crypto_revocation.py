"""Revocation by CRL and OCSP: what is said, what is not, and when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from harness.crypto.chains import examine_chain
from harness.crypto.issuing import revocation_list
from harness.crypto.revocation import Revocation, Standing, examine_revocation
from harness.crypto.testpki import Pki
from harness.crypto.trust import Trust
from tests.crypto.signing_material import NOW, pki, trust

DAY = timedelta(days=1)
REVOKED_AT = NOW - 60 * DAY


def standing(kind: str, trusted: Trust, at: datetime = NOW, world: Pki | None = None) -> Revocation:
    der = (world or pki()).identity(kind).certificate.public_bytes(Encoding.DER)
    chain = examine_chain(der, (), trusted, at)
    assert chain.fault is None
    return examine_revocation(chain, (), trusted, at)


def by_ocsp(kind: str, at: datetime = NOW) -> Trust:
    answer = pki().ocsp_answer(pki().identity(kind).certificate, at)
    assert answer is not None
    return replace(trust(), crls=(), ocsps=(answer,))


@pytest.mark.parametrize("kind", ["agency", "person", "weak-key"])
def test_good_by_list_and_by_answer(kind: str) -> None:
    assert standing(kind, trust()).standing is Standing.GOOD
    assert standing(kind, by_ocsp(kind)).standing is Standing.GOOD


@pytest.mark.parametrize("trusted", [trust(), by_ocsp("revoked")], ids=["crl", "ocsp"])
def test_revoked_with_date_and_reason(trusted: Trust) -> None:
    found = standing("revoked", trusted)
    assert found.standing is Standing.REVOKED
    assert (found.date, found.reason) == (REVOKED_AT, "key_compromise")


@pytest.mark.parametrize("trusted", [trust(), by_ocsp("revoked")], ids=["crl", "ocsp"])
def test_what_was_signed_before_the_revocation_stands(trusted: Trust) -> None:
    assert standing("revoked", trusted, at=REVOKED_AT - DAY).standing is Standing.GOOD


def test_without_data_nothing_is_known() -> None:
    found = standing("agency", replace(trust(), crls=()))
    assert (found.standing, found.reason) == (Standing.UNKNOWN, "none")


def test_an_answer_about_another_certificate_says_nothing() -> None:
    found = standing("agency", by_ocsp("person"))
    assert (found.standing, found.reason) == (Standing.UNKNOWN, "unusable")


def test_a_list_of_another_ca_says_nothing() -> None:
    root_only = replace(trust(), crls=(pki().revocation_lists(NOW)["root"],))
    assert standing("agency", root_only).standing is Standing.UNKNOWN


def test_a_list_past_its_time_says_nothing() -> None:
    old = replace(trust(), crls=tuple(pki().revocation_lists(NOW - 100 * DAY).values()))
    found = standing("agency", old)
    assert (found.standing, found.reason) == (Standing.UNKNOWN, "stale")


def test_an_answer_past_its_time_says_nothing() -> None:
    assert standing("agency", by_ocsp("agency", NOW - 100 * DAY)).standing is Standing.UNKNOWN


def test_a_forged_list_says_nothing() -> None:
    issuing, stranger = pki().identity("issuing"), pki().identity("stranger")
    forged = replace(issuing, key=stranger.key)
    content = revocation_list(forged, [], NOW - DAY, NOW + DAY)
    assert standing("revoked", replace(trust(), crls=(content,))).standing is Standing.UNKNOWN


def test_a_forged_answer_says_nothing() -> None:
    other = Pki(NOW)
    answer = other.ocsp_answer(other.identity("revoked").certificate, NOW)
    assert answer is not None
    assert standing("revoked", replace(trust(), crls=(), ocsps=(answer,))).standing is Standing.UNKNOWN


def test_a_revoked_issuing_ca_revokes_what_it_issued() -> None:
    world = Pki(NOW)
    world.revoke("issuing", NOW - DAY)
    found = standing("agency", world.trust(NOW), world=world)
    assert found.standing is Standing.REVOKED
    assert found.date == NOW - DAY


@pytest.mark.parametrize("anchors", [("issuing",), ("issuing", "root")])
def test_an_issuing_ca_may_be_the_anchor(anchors: tuple[str, ...]) -> None:
    ders = tuple(pki().identity(kind).certificate.public_bytes(Encoding.DER) for kind in anchors)
    trusted = replace(trust(), anchors=ders, intermediates=())
    assert standing("agency", trusted).standing is Standing.GOOD
    found = standing("revoked", trusted)
    assert (found.standing, found.date, found.reason) == (Standing.REVOKED, REVOKED_AT, "key_compromise")
    assert standing("revoked", trusted, at=REVOKED_AT - DAY).standing is Standing.GOOD
    assert standing("agency", replace(trusted, crls=())).standing is Standing.UNKNOWN
    old = replace(trusted, crls=tuple(pki().revocation_lists(NOW - 100 * DAY).values()))
    assert standing("agency", old).standing is Standing.UNKNOWN
    forged = replace(pki().identity("issuing"), key=pki().identity("stranger").key)
    content = revocation_list(forged, [], NOW - DAY, NOW + DAY)
    assert standing("revoked", replace(trusted, crls=(content,))).standing is Standing.UNKNOWN


def test_a_chain_with_a_fault_has_nothing_to_be_said() -> None:
    der = pki().identity("expired").certificate.public_bytes(Encoding.DER)
    with pytest.raises(ValueError, match="fault"):
        examine_revocation(examine_chain(der, (), trust(), NOW), (), trust(), NOW)
