"""Certification as a user orders it: directories, defects, reports, judging again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from harness.agency.gallery import defects
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import text
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.drivers.operator import Unattended
from harness.engine.certification import CertificationOrder, run_order
from harness.engine.event_waits import EventWaits
from harness.engine.publication import FORMATS_OF_A_RUN, PublishedRun
from harness.engine.rejudge import judge_again
from harness.journal import Event
from harness.judge.report_schema import encoded
from harness.seal.laboratory import Laboratory, load_laboratory
from harness.seal.tampering import Tampering
from harness.seal.verification import verify
from tests.engine.engine_rig import certified

FIRST = ["SND-01", "SND-02", "RCV-01", "RCV-02", "RCV-05", "STS-01", "STS-02", "STS-05", "STS-06", "VXP-01"]
FIRST += [f"VXP-{number:02}" for number in range(2, 11)] + ["STP-01", "STP-02", "STP-03", "HDR-01", "PKG-01"]


def ordered(
    directory: Path,
    candidate: str = "reference",
    only: list[str] | None = None,
    formats: tuple[str, ...] = (),
    laboratory: Laboratory | None = None,
) -> PublishedRun:
    order = CertificationOrder(
        candidate=candidate,
        profile="qcvn102-2022",
        only=only or FIRST,
        directory=directory,
        language="vi",
        seed=3,
        formats=formats,
    )
    return certified(order, laboratory=laboratory)


@pytest.mark.slow
def test_the_reference_agency_is_certified_and_leaves_a_whole_directory(tmp_path: Path) -> None:
    certification = ordered(tmp_path / "run", formats=FORMATS_OF_A_RUN)
    assert certification.judgement.verdict == "pass"
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"run.json", "journal.jsonl", "blobs", "report.json", "report.html", "report.pdf"} <= names
    assert {"junit.xml", "manifest.json"} <= names
    report = json.loads((tmp_path / "run" / "report.json").read_bytes())
    assert report["schema"] == "lienthong.report/1"
    assert report["seed"] == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        ("acks-before-fetching", "RCV-02"),
        ("wrong-hmac", "VXP-03"),
        ("status-code-one", "STP-03"),
    ],
)
def test_each_defect_fails_for_exactly_what_it_breaks(tmp_path: Path, defect: str, broken: str) -> None:
    judgement = ordered(tmp_path / "run", f"reference:{defect}").judgement
    failed = {entry.id for entry in judgement.requirements if entry.verdict == "fail"}
    assert {broken} <= failed <= {broken, *(defects()[defect].also)}
    assert judgement.verdict == "fail"


@pytest.mark.slow
def test_a_second_document_on_resend_is_caught(tmp_path: Path) -> None:
    judgement = ordered(tmp_path / "run", "reference:second-document-on-resend", ["RTY-02"]).judgement
    assert [entry.id for entry in judgement.requirements if entry.verdict == "fail"] == ["RTY-02"]


def test_judging_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first = ordered(tmp_path / "run", only=["RCV-02"])
    again = judge_again(tmp_path / "run", None, "vi")
    assert again.changes == ()
    assert encoded(again.certification.judgement) == encoded(first.judgement)


def test_judging_by_another_profile_tells_what_changed(tmp_path: Path) -> None:
    ordered(tmp_path / "run", only=["SND-01", "PDF-02"])
    profile = tmp_path / "stricter.yaml"
    lines = ["schema: lienthong.profile/1", "id: stricter", "version: '1'", "title: {vi: Chặt hơn, en: Stricter}"]
    profile.write_text("\n".join([*lines, "extends: qcvn102-2022", "levels: {SND-01: 'off'}", ""]), encoding="utf-8")
    again = judge_again(tmp_path / "run", str(profile), "vi")
    assert "SND-01" not in {entry.id for entry in again.certification.judgement.requirements}
    assert (tmp_path / "run" / "report-stricter.json").is_file()


def test_judging_again_never_seals_a_tampered_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    ordered(run, only=["RCV-02"])
    judge_again(run, None, "vi")
    assert {one.code for one in verify(run).problems} <= {Tampering.UNSIGNED}
    (run / "run.json").write_bytes((run / "run.json").read_bytes() + b"\n")
    again = judge_again(run, None, "vi")
    assert [note.parameters for note in again.notes if note.key == "seal-broken"] == [{"code": "file-edited"}]
    assert Tampering.FILE_EDITED in {one.code for one in verify(run).problems}
    assert list((tmp_path / "run-judged").iterdir())


def test_a_journal_that_was_edited_is_not_judged(tmp_path: Path) -> None:
    ordered(tmp_path / "run", only=["RCV-02"])
    journal = tmp_path / "run" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"done"', b'"fail"'))
    with pytest.raises(ConfigurationError, match=r"run\.broken"):
        judge_again(tmp_path / "run", None, "vi")


def test_a_profile_that_changed_since_the_run_is_reported_in_words(tmp_path: Path) -> None:
    ordered(tmp_path / "run", only=["RCV-02"])
    written = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    written["profile"]["sha256"] = "0" * 64
    (tmp_path / "run" / "run.json").write_text(json.dumps(written), encoding="utf-8")
    (note,) = [one for one in judge_again(tmp_path / "run", None, "vi").notes if one.key == "profile-changed"]
    assert "0" * 12 in text("cli-judge", note.key, "vi", **note.parameters)


@pytest.mark.parametrize(
    ("candidate", "code"),
    [("nowhere.yaml", "file.unreadable"), ("reference:nonesuch", "candidate.unknown-defect")],
)
def test_what_cannot_be_certified_is_said_before_anything_runs(tmp_path: Path, candidate: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ordered(tmp_path / "run", candidate)
    assert caught.value.code == code
    assert not (tmp_path / "run").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ConfigurationError, match=r"out\.not-empty"):
        ordered(tmp_path)


def test_a_follower_gets_every_event(tmp_path: Path) -> None:
    heard: list[Event] = []
    order = CertificationOrder("reference", "qcvn102-2022", ["RCV-02"], tmp_path / "run", "vi", seed=1, formats=())
    certified(order, heard.append)
    assert [event.seq for event in heard] == list(range(len(heard)))
    assert heard[-1].kind == "run.finished"


def test_a_cancelled_order_is_judged_and_reported(tmp_path: Path) -> None:
    order = CertificationOrder("reference", "qcvn102-2022", ["RCV-02"], tmp_path / "run", "vi", seed=1, formats=())
    published: list[PublishedRun] = []

    async def cancelled() -> None:
        with anyio.CancelScope() as scope:

            def cancel(event: Event) -> None:
                if event.kind == "scenario.started":
                    scope.cancel()

            published.append(await run_order(order, Unattended(), None, (cancel,)))

    anyio.run(cancelled)
    assert [one.judgement.verdict for one in published] == ["inconclusive"]
    assert (tmp_path / "run" / "report.json").is_file()


def test_a_laboratorys_run_is_looked_at_by_the_numbers_of_its_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "laboratory"
    folder.mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), folder)
    (folder / "laboratory.yaml").write_text("schema: lienthong.laboratory/1\nname: Trung tâm X\n", encoding="utf-8")
    seen: list[bool] = []
    add = EventWaits.add

    def watched(self: EventWaits, event: Event[Any]) -> None:
        add(self, event)
        seen.append(self._evidence.events[event.seq] is event)

    monkeypatch.setattr(EventWaits, "add", watched)
    ordered(tmp_path / "run", only=["SND-01"], laboratory=load_laboratory(folder))
    assert seen
    assert all(seen)
