"""Revocation by CRL and OCSP: what is said, what is not, and when."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.crypto.chains.certificates import read_crl, read_ocsp_answer, readable
from harness.crypto.chains.chain import examine_chain
from harness.crypto.chains.revocation import Revocation, Standing, examine_revocation
from harness.crypto.chains.trust import Trust, profile_trust
from harness.crypto.testpki.issuance import make_key, ocsp_answer, revocation_list
from harness.crypto.testpki.pki import Pki
from tests.crypto.signing_material import NOW, PROFILE, SIGNATURES, pki, trust

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
def test_what_was_signed_before_the_revocation_stays_valid(trusted: Trust) -> None:
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


def outdated(kind: str) -> tuple[bytes, bytes]:
    """Return a list and an answer from before the revocation, which hold until after it."""
    issuing, times = pki().identity("issuing"), (REVOKED_AT - 5 * DAY, REVOKED_AT + 5 * DAY)
    certificate = pki().identity(kind).certificate
    return revocation_list(issuing, [], *times), ocsp_answer(certificate, issuing, pki().identity("ocsp"), times)


def test_newer_data_that_revoke_outdo_older_ones_that_do_not() -> None:
    """A thief of a key may embed old answers: the CA's newer data override them."""
    old_list, old_answer = outdated("revoked")
    new_list, new_answer = trust().crls, by_ocsp("revoked").ocsps
    for crls, ocsps in [
        ((old_list, *new_list), ()),
        ((*new_list, old_list), ()),
        ((), (old_answer, *new_answer)),
        ((), (*new_answer, old_answer)),
        (new_list, (old_answer,)),
        ((old_list,), new_answer),
    ]:
        found = standing("revoked", replace(trust(), crls=crls, ocsps=ocsps), at=REVOKED_AT + DAY)
        assert (found.standing, found.date) == (Standing.REVOKED, REVOKED_AT)


@given(place=st.integers(0, 400), byte=st.integers(0, 255), which=st.sampled_from(["crl", "ocsp"]))
@settings(max_examples=100, deadline=None)
def test_altered_revocation_data_never_revoke_and_never_stumble(place: int, byte: int, which: str) -> None:
    der = trust().crls[1] if which == "crl" else by_ocsp("revoked").ocsps[0]
    place %= len(der)
    altered = der[:place] + bytes([byte]) + der[place + 1 :]
    read = read_crl if which == "crl" else read_ocsp_answer
    usable = readable([altered], read)
    kind = {"crls": usable} if which == "crl" else {"ocsps": usable}
    found = standing("revoked", replace(trust(), **{"crls": (), "ocsps": (), **kind}))
    assert found.standing is Standing.UNKNOWN or altered == der or found.date == REVOKED_AT


def test_a_forged_list_says_nothing() -> None:
    issuing, stranger = pki().identity("issuing"), pki().identity("stranger")
    forged = replace(issuing, key=stranger.key)
    content = revocation_list(forged, [], NOW - DAY, NOW + DAY)
    assert standing("revoked", replace(trust(), crls=(content,))).standing is Standing.UNKNOWN


def test_a_forged_answer_says_nothing() -> None:
    other = Pki(NOW, key=lambda name: make_key(Pki.key_kind(name)))
    answer = other.ocsp_answer(pki().identity("revoked").certificate, NOW)
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


def test_every_list_of_a_pem_file_that_a_profile_names_is_heard(tmp_path: Path) -> None:
    written = (x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM) for crl in trust().crls)
    (tmp_path / "lists.pem").write_bytes(b"\n".join(written))
    (tmp_path / "list.crl").write_bytes(trust().crls[1])
    for name, wanted in (("lists.pem", trust().crls), ("list.crl", trust().crls[1:])):
        named = msgspec.structs.replace(SIGNATURES, crls=(str(tmp_path / name),))
        parameters = msgspec.structs.replace(PROFILE.parameters, signatures=named)
        profile = msgspec.structs.replace(PROFILE, parameters=parameters, sha256=name)
        assert profile_trust(profile).crls == wanted
