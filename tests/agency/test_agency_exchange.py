"""The everyday exchange: documents out, statuses back, documents in, decisions said."""

import base64
import hashlib

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.edxml.packages import write_package
from harness.rules.check import check_package
from tests.agency.agency_rig import (
    MINISTRY,
    OTHER,
    PDF,
    PROVINCE,
    CommandFailed,
    Rig,
    document,
    status,
    until,
    with_rig,
)


def test_a_document_arrives_is_stored_acknowledged_and_reported() -> None:
    async def play(rig: Rig) -> None:
        package = document(files=(("công văn.pdf", PDF), ("phụ lục.txt", "Điều 1".encode())))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "01")
        (row,) = await rig.rows("inbox", package.document_id)
        assert row["state"] == "arrived"
        assert row["from"] == MINISTRY
        assert row["subject"] == package.subject
        assert row["attachments"] == [
            {"name": "công văn.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()},
            {"name": "phụ lục.txt", "size": 9, "sha256": hashlib.sha256("Điều 1".encode()).hexdigest()},
        ]
        await rig.until_acked(package.document_id)
        assert rig.acks(package.document_id) == ["done"]
        assert rig.notes.orders("getEdoc", "updateStatus") == ["getEdoc", "updateStatus"]

    with_rig(play)


def test_the_clerk_takes_every_legal_step() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        rig.deliver(package)
        await rig.until_state(package.document_id, "arrived")
        steps = ("accept", "assign", "process", "process", "finish")
        for number, step in enumerate(steps):
            # Two equal statuses of one second would be one to the hub.
            await rig.ask("decide", document_id=package.document_id, action=step, reason=f"Bước {number}")
        await rig.until_statuses(package.document_id, "01", "03", "04", "05", "05", "06")
        assert await rig.state(package.document_id) == "finished"
        for step in (*steps, "agree", "disagree"):
            with pytest.raises(CommandFailed, match="refused"):
                await rig.ask("decide", document_id=package.document_id, action=step, reason="muộn")

    with_rig(play)


def test_a_refusal_gives_its_reason() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        rig.deliver(package)
        await rig.until_state(package.document_id, "arrived")
        with pytest.raises(CommandFailed, match="failed"):
            await rig.ask("decide", document_id=package.document_id, action="refuse", reason=" ")
        await rig.ask("decide", document_id=package.document_id, action="refuse", reason="Sai thẩm quyền")
        await rig.until_statuses(package.document_id, "01", "02")
        assert await rig.state(package.document_id) == "refused"

    with_rig(play)


def test_a_document_is_sent_once_and_passes_every_rule() -> None:
    async def play(rig: Rig) -> None:
        files = [
            {"name": "a.pdf", "content_base64": base64.b64encode(PDF).decode()},
            {"name": "Bảng tổng hợp.xyz", "content_base64": base64.b64encode(b"1,2").decode()},
        ]
        sent = await rig.send(to=(MINISTRY, OTHER), attachments=files, priority=2, content="Nội dung")
        assert sent.startswith(f"{PROVINCE},")
        assert sent.endswith(",12/UBND-VX")
        await rig.until_state(sent, "sent", "outbox")
        assert [one["to_organs"] for one in rig.sendings(sent)] == [[MINISTRY, OTHER]]
        (sending,) = rig.sendings(sent)
        profile = load_profile()
        findings = check_package(rig.notes.blobs[sending["sha256"]], profile, rig.agency.now()).findings
        assert [one.code for one in findings if profile.severity(one) is Severity.FAIL] == []

    with_rig(play)


def test_statuses_of_the_receivers_are_shown_and_others_do_no_harm() -> None:
    async def play(rig: Rig) -> None:
        sent = await rig.send(to=(MINISTRY, OTHER))
        await rig.until_state(sent, "sent", "outbox")
        rig.deliver(status("01", sent))
        rig.deliver(status("03", sent))
        harmless = (status("999", sent), status("06", "000.00.00.H99,2026/01/01,1/X"), status("06", sent, sender="H37"))
        for one in harmless:
            rig.deliver(one, sender=one.from_.organ_id)
        await until(lambda: len(rig.notes.effects("acked")) >= 5, "all acked")
        assert {one["status"] for one in rig.notes.effects("acked")} == {"done"}
        assert await rig.status_shown(sent) == "03"
        assert await rig.status_shown(sent, OTHER) is None
        assert rig.notes.requests("sendEdoc")[1:] == []

    with_rig(play)


def test_what_must_not_be_sent_is_refused() -> None:
    async def play(rig: Rig) -> None:
        for secrecy in ("mat", "toi_mat", "tuyet_mat"):
            with pytest.raises(CommandFailed, match="refused"):
                await rig.send(classification=secrecy)
        with pytest.raises(CommandFailed, match=r"refused: .*HDR-10"):
            await rig.send(subject=" ")
        with pytest.raises(CommandFailed, match=r"refused: .*ATT-08"):
            await rig.send(attachments=[])
        with pytest.raises(CommandFailed, match="refused"):
            await rig.send(subject="ký tự \x01")
        sent = await rig.send()
        with pytest.raises(CommandFailed, match="refused"):
            await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        assert len(rig.notes.requests("sendEdoc")) == 1

    with_rig(play)


def test_own_agencies_are_registered_and_the_directory_is_read() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.fill_directory(500)
        await rig.ask("register", agencies=[{"organ_id": "H41.12", "organ_name": "Huyện", "parent": PROVINCE}])

        async def read() -> bool:
            return bool((await rig.ask("directory"))["count"] == 504)

        await until(read, "the directory is read")
        registered = rig.hub.directory.agency("H41.12")
        assert registered is not None
        assert registered.system_id == "sys.province"
        package = document(to=("H41.12",))
        rig.hub.deliver(
            write_package(package),
            sender=MINISTRY,
            receivers=["H41.12"],
            messagetype="edoc",
        )
        await rig.until_statuses(package.document_id, "01")
        assert rig.notes.requests("sendEdoc")[-1]["package"]["from_organ"] == "H41.12"

    with_rig(play)
