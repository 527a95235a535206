"""A signed PDF file inside a signed package, from a peer through the hub into the reference agency, and out again."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from harness.crypto.pdf.examination import examine_pdf
from harness.crypto.pdf.signed_files import signed_pdf
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.crypto.xml.sign import sign_package
from harness.edxml.identifiers import document_id
from harness.edxml.model import DocumentPackage, PromulgationInfo, TraceHeader
from harness.edxml.packages import read_package, write_package
from harness.rules.check import check_package
from harness.vectors.forged_packages import FORGERIES
from harness.vectors.forged_pdfs import signed_by
from harness.vxp.client import VxpClient
from tests.agency.agency_rig import MINISTRY, MINISTRY_NAME, SECRET, SYSTEM, Rig, document, with_rig
from tests.crypto.signing_material import LIMITS, LOCAL, NOW, PROFILE, SIGNATURES

FILE = "cong-van.pdf"


@pytest.fixture(scope="module")
def world() -> Iterator[Pki]:
    with Responder() as responder:
        made = Pki(NOW, responder.url)
        responder.serve(made)
        yield made


def signed_document(world: Pki, number: str, pdf: bytes) -> tuple[DocumentPackage, bytes]:
    """Return a document of today, and its package signed by the ministry."""
    day = LOCAL.strftime("%Y/%m/%d")
    made = replace(
        document(number, files=((FILE, pdf),)),
        promulgation_info=PromulgationInfo("Hà Nội", day),
        document_id=document_id(MINISTRY, day, number, "VPCP-TTĐT"),
        trace_headers=(TraceHeader(MINISTRY, LOCAL.strftime("%Y/%m/%d %H:%M:%S")),),
    )
    return made, sign_package(write_package(made), world.agency(MINISTRY_NAME), LIMITS)


def settings_of(world: Pki) -> dict[str, str]:
    return {"signer_trust_anchors_pem": world.anchors_pem().decode()}


def holds(world: Pki, pdf: bytes) -> bool:
    """Return whether every signature of a file verifies, is trusted and stamped."""
    examined = examine_pdf(pdf, NOW, SIGNATURES, world.trust(NOW)).signatures
    good = [one.signature.problem is None and one.trust is not None and one.trust.trusted for one in examined]
    return len(good) == 2 and all(good) and all(one.stamped == "trusted" for one in examined)


def test_both_signatures_live_through_hub_and_agency(world: Pki) -> None:
    pdf = signed_pdf(world.identity("person"), world.agency(MINISTRY_NAME), at=NOW, tsa=world.identity("tsa"))
    made, package = signed_document(world, "71", pdf)

    async def play(rig: Rig) -> None:
        async with httpx2.AsyncClient(timeout=20) as http:
            ministry = VxpClient(rig.server.endpoint, "sys.ministry", "a-secret-of-the-ministry", http=http)
            await ministry.send_edoc(package, "edoc")
            await rig.until_state(made.document_id, "arrived")
            (fetched,) = [one for one in rig.notes.effects("fetched") if one["document_id"] == made.document_id]
            province = VxpClient(rig.server.endpoint, SYSTEM, SECRET, http=http)
            assert await province.get_edoc(fetched["receiver_doc_id"]) == package
        (row,) = await rig.rows("inbox", made.document_id)
        assert row["flags"] == []
        assert [one["sha256"] for one in row["attachments"]] == [hashlib.sha256(pdf).hexdigest()]
        assert rig.acks(made.document_id) == ["done"]

        forwarded = await rig.send("72", attachments=[{"name": FILE, "content_base64": base64.b64encode(pdf).decode()}])
        await rig.until_state(forwarded, "sent", "outbox")
        (sent,) = rig.sendings(forwarded)
        again = read_package(rig.notes.blobs[sent["blob"]], LIMITS)
        assert isinstance(again, DocumentPackage)
        assert again.attachments[0].content == pdf

    with_rig(play, **settings_of(world))
    report = check_package(package, PROFILE, NOW, trust=world.trust(NOW))
    assert (report.findings, report.undecided) == ((), ())
    assert holds(world, pdf)


def tampered_package(world: Pki) -> bytes:
    _, package = signed_document(world, "73", signed_by("person", "agency")(world, NOW))
    return package.replace("V/v kết nối".encode(), "V/v kết thúc".encode(), 1)


def tampered_file(world: Pki) -> bytes:
    pdf = signed_by("person", "agency")(world, NOW).replace(b"So 17", b"So 71", 1)
    return signed_document(world, "74", pdf)[1]


def revoked_signer(world: Pki) -> bytes:
    return signed_document(world, "75", signed_by("person", "revoked")(world, NOW))[1]


def untrusted_signer(world: Pki) -> bytes:
    unsigned, _ = signed_document(world, "76", signed_by("person", "agency")(world, NOW))
    return FORGERIES["untrusted"].build(write_package(unsigned), world, LIMITS)


@pytest.mark.parametrize("build", [tampered_package, tampered_file, revoked_signer, untrusted_signer])
def test_the_agency_does_not_take_a_bad_signature_in_silence(world: Pki, build: type) -> None:
    """It either refuses with a reason or shows a flag."""
    package = build(world)
    content = read_package(package, LIMITS)
    assert isinstance(content, DocumentPackage)

    async def play(rig: Rig) -> None:
        rig.deliver(package, document=content.document_id)
        await rig.until_acked(content.document_id)
        rows = await rig.rows("inbox", content.document_id)
        flagged = {flag for row in rows for flag in row["flags"]} & {"signature_invalid", "signer_untrusted"}
        refused = "fail" in rig.acks(content.document_id) or "02" in rig.statuses(content.document_id)
        assert flagged or refused

    with_rig(play, **settings_of(world))


def test_packages_checked_at_once_keep_each_others_revocation_data(world: Pki) -> None:
    """Many signers, none of them looked up before, all at once."""
    seal, stamp = world.agency(MINISTRY_NAME), world.identity("tsa")
    numbers = [str(number) for number in range(80, 88)]
    people = [world.person(f"Người ký {number}", MINISTRY_NAME) for number in numbers]
    files = [signed_pdf(person, seal, at=NOW, tsa=stamp) for person in people]
    made = [signed_document(world, number, pdf) for number, pdf in zip(numbers, files, strict=True)]

    async def play(rig: Rig) -> None:
        for one, package in made:
            rig.deliver(package, document=one.document_id)
        for one, _ in made:
            await rig.until_state(one.document_id, "arrived")
        flagged = [(await rig.rows("inbox", one.document_id))[0]["flags"] for one, _ in made]
        assert flagged == [[]] * len(made)

    with_rig(play, **settings_of(world))
