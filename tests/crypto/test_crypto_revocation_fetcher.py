"""OCSP, CRLs and time stamps over real sockets: what is served, what is fetched, and what goes wrong."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from harness.crypto.chains.chain import examine_chain
from harness.crypto.chains.revocation import Standing, examine_revocation
from harness.crypto.chains.trust import Trust
from harness.crypto.revocation_fetcher import RevocationFetcher
from harness.crypto.signers_of import signers_of
from harness.crypto.testpki.folder import write_identity
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.vectors.forged_packages import signed_by
from harness.vectors.forged_pdfs import signed_by as pdf_signed_by
from tests.crypto.signing_material import LIMITS, NOW, PROFILE, SIGNATURES, codes, open_questions, package, report


@pytest.fixture(scope="module")
def served() -> Iterator[Pki]:
    with Responder(clock=lambda: NOW) as responder:
        world = Pki(NOW, responder.url)
        responder.serve(world)
        yield world


def bare(world: Pki) -> Trust:
    """Trust the PKI and know nothing of revocation."""
    return replace(world.trust(NOW), crls=())


def fetched(world: Pki, kind: str) -> Standing:
    der = world.identity(kind).certificate.public_bytes(Encoding.DER)
    with RevocationFetcher() as fetcher:
        found = fetcher.fetch([(der, ())], bare(world))
    assert not found.failures
    return examine_revocation(examine_chain(der, (), found.trust, NOW), (), found.trust, NOW).standing


def test_ocsp_is_asked_first(served: Pki) -> None:
    assert fetched(served, "agency") is Standing.GOOD
    assert fetched(served, "revoked") is Standing.REVOKED


def test_the_list_serves_where_ocsp_does_not(served: Pki) -> None:
    der = served.identity("revoked").certificate.public_bytes(Encoding.DER)
    transport = httpx2.MockTransport(
        lambda request: (
            httpx2.Response(503)
            if request.url.path == "/ocsp"
            else httpx2.Response(200, content=served.revocation_lists(NOW)["issuing"])
        )
    )
    with RevocationFetcher(client=httpx2.Client(transport=transport)) as fetcher:
        found = fetcher.fetch([(der, ())], bare(served))
    assert [failure.problem for failure in found.failures] == ["status"]
    revocation = examine_revocation(examine_chain(der, (), found.trust, NOW), (), found.trust, NOW)
    assert revocation.standing is Standing.REVOKED


def test_a_list_is_fetched_once(served: Pki) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        found = served.revocation_lists(NOW)["issuing"]
        return httpx2.Response(200, content=found) if request.method == "GET" else httpx2.Response(404)

    signers = [(served.identity(kind).certificate.public_bytes(Encoding.DER), ()) for kind in ("agency", "person")]
    with RevocationFetcher(client=httpx2.Client(transport=httpx2.MockTransport(answer))) as fetcher:
        fetcher.fetch(signers, bare(served))
    assert asked.count("/issuing.crl") == 1


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (httpx2.Response(200, content=b"<html>"), "unreadable"),
        (httpx2.Response(302, headers={"Location": "http://127.0.0.1:1/"}), "status"),
        (httpx2.Response(200, content=b"\x30" * (21 * 1024 * 1024)), "too-large"),
    ],
    ids=["html", "redirect", "huge"],
)
def test_an_error_is_named_and_the_revocation_stays_unknown(
    served: Pki, response: httpx2.Response, problem: str
) -> None:
    der = served.identity("agency").certificate.public_bytes(Encoding.DER)
    client = httpx2.Client(transport=httpx2.MockTransport(lambda _: response))
    with RevocationFetcher(client=client) as fetcher:
        found = fetcher.fetch([(der, ())], bare(served))
    assert {failure.problem for failure in found.failures} == {problem}
    assert found.trust == bare(served)


def test_an_unreachable_responder_leaves_it_unknown() -> None:
    world = Pki(NOW, "http://127.0.0.1:1")
    der = world.identity("agency").certificate.public_bytes(Encoding.DER)
    with RevocationFetcher() as fetcher:
        found = fetcher.fetch([(der, ())], bare(world))
    assert {failure.problem for failure in found.failures} == {"unreachable"}
    assert (
        examine_revocation(examine_chain(der, (), found.trust, NOW), (), found.trust, NOW).standing is Standing.UNKNOWN
    )


def test_an_unknown_issuer_and_garbage_are_named(served: Pki) -> None:
    stranger = served.identity("issuer-missing").certificate.public_bytes(Encoding.DER)
    with RevocationFetcher() as fetcher:
        found = fetcher.fetch([(stranger, ()), (b"chung thu", ())], bare(served))
    assert [failure.problem for failure in found.failures] == ["no-issuer", "unreadable"]


def test_a_stranger_cannot_make_us_ask_an_address_of_its_own(served: Pki) -> None:
    stranger = served.identity("untrusted")
    brought = tuple(each.public_bytes(Encoding.DER) for each in stranger.chain)
    asked: list[httpx2.URL] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        return httpx2.Response(404)

    with RevocationFetcher(client=httpx2.Client(transport=httpx2.MockTransport(answer))) as fetcher:
        found = fetcher.fetch([(stranger.certificate.public_bytes(Encoding.DER), brought)], bare(served))
    assert [failure.problem for failure in found.failures] == ["no-issuer"]
    assert not asked


def test_a_brought_intermediate_vouches_when_an_anchor_issued_it(served: Pki) -> None:
    agency = served.identity("agency")
    brought = tuple(each.public_bytes(Encoding.DER) for each in agency.chain)
    with RevocationFetcher() as fetcher:
        found = fetcher.fetch(
            [(agency.certificate.public_bytes(Encoding.DER), brought)], replace(bare(served), intermediates=())
        )
    assert not found.failures
    assert len(found.trust.ocsps) == 1


def test_all_who_signed_a_package_are_found_and_asked_about(served: Pki) -> None:
    pdf = pdf_signed_by("person", "revoked")(served, NOW)
    signed = signed_by("agency")(package([("van-ban.pdf", pdf)]), served, LIMITS)
    found = signers_of(signed, SIGNATURES, LIMITS)
    expected = {"agency", "person", "revoked", "tsa"}
    assert {der for der, _ in found} == {
        served.identity(kind).certificate.public_bytes(Encoding.DER) for kind in expected
    }
    before = report(signed, trusted=bare(served))
    assert codes(before) == []
    assert open_questions(before) == {
        "SIG-06.revocation-unknown",
        "PDF-04.revocation-unknown",
        "PDF-05.revocation-unknown",
    }
    with RevocationFetcher() as fetcher:
        gathered = fetcher.fetch(signers_of(signed, SIGNATURES, PROFILE.parameters.limits), bare(served))
    after = report(signed, trusted=gathered.trust)
    assert codes(after) == ["PDF-04.revoked"]
    assert not after.undecided


def test_an_unreadable_package_has_no_signers() -> None:
    assert signers_of(b"<edXML", SIGNATURES, LIMITS) == ()


def test_openssl_asks_the_responder(served: Pki, tmp_path: Path) -> None:
    for kind in ("root", "issuing", "agency", "revoked"):
        write_identity(served.identity(kind), tmp_path)
    (tmp_path / "anchors.pem").write_bytes(served.anchors_pem())
    answers = {kind: _openssl_ocsp(served, tmp_path, kind) for kind in ("agency", "revoked")}
    assert ": good" in answers["agency"]
    assert ": revoked" in answers["revoked"]


def _openssl_ocsp(world: Pki, folder: Path, kind: str) -> str:
    command = [
        "openssl", "ocsp", "-issuer", str(folder / "issuing.crt"), "-cert", str(folder / f"{kind}.crt"),
        "-url", f"{world.responder}/ocsp", "-CAfile", str(folder / "anchors.pem"), "-no_nonce",
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, check=False, timeout=20)
    assert b"Response verify OK" in shown.stderr
    return shown.stdout.decode()


def test_openssl_verifies_a_time_stamp(served: Pki, tmp_path: Path) -> None:
    (tmp_path / "anchors.pem").write_bytes(served.anchors_pem())
    (tmp_path / "data").write_bytes(b"van ban")
    query, reply = tmp_path / "query", tmp_path / "reply"
    asking = ["openssl", "ts", "-query", "-data", str(tmp_path / "data"), "-sha256", "-cert", "-out", str(query)]
    subprocess.run(asking, capture_output=True, check=True)
    answer = httpx2.post(f"{served.responder}/tsa", content=query.read_bytes(), timeout=20)
    reply.write_bytes(answer.content)
    checking = [
        "openssl", "ts", "-verify", "-in", str(reply), "-queryfile", str(query),
        "-CAfile", str(tmp_path / "anchors.pem"), "-attime", str(int(NOW.timestamp())),
    ]  # fmt: skip
    subprocess.run(checking, capture_output=True, check=True)


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/ocsp/!!!", None, 200),
        ("GET", "/nothing.crl", None, 404),
        ("POST", "/nothing", b"x", 404),
        ("POST", "/tsa", b"x", 400),
        ("POST", "/ocsp", b"x", 200),
        ("POST", "/ocsp", b"x" * 20000, 413),
    ],
)
def test_strange_requests_are_answered(served: Pki, method: str, path: str, content: bytes | None, status: int) -> None:
    assert httpx2.request(method, served.responder + path, content=content, timeout=20).status_code == status
    assert fetched(served, "agency") is Standing.GOOD


def test_before_there_is_a_pki_it_says_so() -> None:
    with Responder() as responder:
        assert httpx2.get(f"{responder.url}/issuing.crl", timeout=20).status_code == 503
        assert httpx2.post(f"{responder.url}/ocsp", content=b"x", timeout=20).status_code == 503


def test_an_answer_that_takes_too_long_is_cut_off(served: Pki) -> None:
    der = served.identity("agency").certificate.public_bytes(Encoding.DER)
    with RevocationFetcher(seconds=0.0) as fetcher:
        found = fetcher.fetch([(der, ())], bare(served))
    assert [failure.problem for failure in found.failures] == ["too-slow", "too-slow"]
    assert found.missing == 1


def test_an_address_that_is_dead_is_not_called_again(served: Pki) -> None:
    asked: list[str] = []

    def dead(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        raise httpx2.ConnectError("refused")

    signers = [(served.identity(kind).certificate.public_bytes(Encoding.DER), ()) for kind in ("agency", "person")]
    with RevocationFetcher(client=httpx2.Client(transport=httpx2.MockTransport(dead))) as fetcher:
        found = fetcher.fetch(signers, bare(served))
    assert sorted(asked) == ["/issuing.crl", "/ocsp"]
    assert found.missing == 2
