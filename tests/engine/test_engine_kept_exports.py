"""A run asks for the exports at its end, and whatever comes back, it is decided or said why not."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import Capability
from harness.drivers.protocol import DriverError, DriverLost
from harness.engine.run import run
from harness.journal import Journal, events_of, read_record
from harness.journal.events import ExportHanded
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement
from tests.engine.engine_rig import SECRET, Meddling, settings

BOTH: tuple[Capability, ...] = ("records_export", "archive_sip")
ONLY = ("ARC-01", "ARC-02", "ARC-12", "ARC-19", "ARC-25")


def kept_run(directory: Path, driver: type[Meddling]) -> Judgement:
    made = settings(directory, driver, ONLY)
    candidate = msgspec.structs.replace(made.candidate, capabilities=BOTH)
    journal = Journal(directory, secrets=(SECRET,))
    anyio.run(run, replace(made, candidate=candidate), journal)
    journal.close()
    return judge(load_profile(), read_record(directory))


class _Exporting(Meddling):
    """Answers the commands of export as given; the rest is the reference agency's."""

    answer: Any = None

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        if command.startswith("export_") and self.answer is not None:
            if isinstance(self.answer, Exception):
                raise self.answer
            return dict(self.answer)
        return await super().call(command, arguments, limit)


def outcome(judgement: Judgement, requirement: str = "ARC-01") -> tuple[str, str | None, str]:
    (entry,) = [one for one in judgement.scenarios if one.id == f"watch/{requirement}"]
    codes = [found.code for found in entry.findings]
    return str(entry.verdict), entry.cause, codes[0] if codes else "" if entry.detail is None else entry.detail.en


def test_a_good_export_is_evidence_and_passes_and_is_judged_the_same_again(tmp_path: Path) -> None:
    judgement = kept_run(tmp_path, _Exporting)
    assert {one.id: one.verdict for one in judgement.requirements if one.required} == dict.fromkeys(ONLY, "pass")
    record = read_record(tmp_path)
    handed = [event.what for event in events_of(record.events, ExportHanded)]
    assert [one.form for one in handed] == list(BOTH)
    for one in handed:
        content = b"".join(record.blob(piece.blob) for piece in one.pieces)
        assert (len(content), sha256(content).hexdigest()) == (one.size, one.sha256)
    assert "UEsDB" not in (tmp_path / "journal.jsonl").read_text("utf-8")
    assert judge(load_profile(), record) == judgement


@pytest.mark.parametrize(
    ("answer", "cause", "said"),
    [
        (DriverError("unsupported", "x"), "candidate", "does not support"),
        (DriverError("failed", "no disk"), "candidate", "no disk"),
        (DriverLost("unreachable", "http://x", "gone"), "network", "gone"),
        ({}, "candidate", "must have"),
        ({"path": "/dev/null"}, "candidate", "link or a device"),
        ({"path": "/none/there"}, "candidate", "cannot read"),
        ({"content_base64": "%"}, "candidate", "decoded"),
        ({"content_base64": base64.b64encode(SECRET.encode()).decode(), "name": "a"}, "candidate", "secret"),
    ],
    ids=["unsupported", "failed", "lost", "empty", "device", "missing", "base64", "secret"],
)
def test_what_does_not_come_leaves_the_requirements_open_and_says_why(
    tmp_path: Path, answer: Any, cause: str, said: str
) -> None:
    driver = type("Answering", (_Exporting,), {"answer": answer})
    judgement = kept_run(tmp_path, driver)
    for requirement in ("ARC-01", "ARC-25"):
        verdict, whose, detail = outcome(judgement, requirement)
        assert (verdict, whose) == ("inconclusive", cause)
        assert said in detail
    assert judgement.verdict == "inconclusive"


def test_an_empty_register_fails_for_all_that_was_exchanged(tmp_path: Path) -> None:
    table = base64.b64encode(b'{"Outgoing": [], "Incoming": [], "Dossier": []}').decode()
    driver = type("Emptied", (_Exporting,), {"answer": {"content_base64": table, "name": "records.json"}})
    judgement = kept_run(tmp_path, driver)
    assert outcome(judgement, "ARC-01")[::2] == ("fail", "ARC-01.left-out")
    assert outcome(judgement, "ARC-02")[::2] == ("fail", "ARC-02.left-out")
    assert outcome(judgement, "ARC-12")[0] == "not_applicable"
    assert judgement.verdict == "fail"
