"""What the agency exports is what was exchanged: each document once, its files byte for byte, recalls marked."""

import asyncio
import base64
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from harness.catalogue.profiles import load_profile
from harness.journal.recorder import VIETNAM
from harness.records.check import KeepingReport, check_holding
from harness.records.exchanged import Exchanged
from harness.records.export_view import ExportView
from harness.records.holding import open_content
from harness.records.layouts.tables import read_tables
from harness.records.registry import EXPORT_COMMANDS, Form
from tests.agency.agency_rig import PDF, Rig, document, with_rig

PROFILE = load_profile()
LIMITS = PROFILE.parameters.limits


async def exported(rig: Rig, form: Form) -> tuple[str, bytes]:
    answer = await rig.ask(EXPORT_COMMANDS[form])
    if "path" in answer:
        return str(answer["path"]), await asyncio.to_thread(Path(answer["path"]).read_bytes)
    return str(answer["name"]), base64.b64decode(answer["content_base64"], validate=True)


def checked(form: Form, name: str, content: bytes, exchanged: Exchanged | None = None) -> KeepingReport:
    with open_content(name, content, LIMITS) as holding:
        return check_holding(form, holding, PROFILE, datetime.now(VIETNAM), exchanged)


def test_both_exports_keep_every_rule_and_the_files_as_they_came() -> None:
    async def play(rig: Rig) -> None:
        package = document(files=(("công văn.pdf", PDF), ("phụ lục.txt", "Điều 1".encode())))
        rig.deliver(package)
        await rig.until_state(package.document_id, "arrived")
        await rig.ask("decide", document_id=package.document_id, action="accept")
        sent = await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        for form in EXPORT_COMMANDS:
            report = checked(form, *await exported(rig, form))
            assert [found.code for found in report.findings] == []
            assert report.records == (3 if form == "records_export" else 2)
        name, content = await exported(rig, "records_export")
        with open_content(name, content, LIMITS) as holding:
            view = ExportView(holding, read_tables(holding, PROFILE.parameters), PROFILE, rig.agency.now())
            (incoming,) = view.incoming
            assert incoming.text("DocumentId") == package.document_id
            assert "03" in incoming.text("TraceHeaderList")
            digests = {row["Sha256"] for row in incoming.group("File")}
            assert digests == {sha256(PDF).hexdigest(), sha256("Điều 1".encode()).hexdigest()}
            assert all(path.isascii() for path in holding.files)
            (outgoing,) = view.outgoing
            assert outgoing.text("DocumentId") == sent

    with_rig(play)


def test_a_renewed_delivery_is_registered_once_and_a_refused_document_not_at_all() -> None:
    async def play(rig: Rig) -> None:
        package, other = document(), document(number="77")
        rig.deliver(package)
        await rig.until_acked(package.document_id)
        rig.deliver(package)
        await rig.until_acked(package.document_id, 2)
        rig.deliver(other)
        await rig.until_state(other.document_id, "arrived")
        await rig.ask("decide", document_id=other.document_id, action="refuse", reason="Không đúng nơi nhận")
        report = checked("records_export", *await exported(rig, "records_export"))
        assert report.records == 2  # the document and its dossier
        assert report.findings == ()

    with_rig(play)


def test_nothing_exchanged_is_an_empty_export() -> None:
    async def play(rig: Rig) -> None:
        for form in EXPORT_COMMANDS:
            name, content = await exported(rig, form)
            with open_content(name, content, LIMITS) as holding:
                assert not holding.flaws

    with_rig(play)
