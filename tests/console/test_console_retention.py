"""Retention: what is due, what protects a record, deletion with tombstones, and a drill of backup and restore."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import broken_at, exported, note_change
from harness.console.data.retention_tables import TombstoneRow
from harness.console.data.tables import RunRow
from harness.console.safekeeping.backup import back_up
from harness.console.safekeeping.deletion import DeletionOrder, alone, delete_due, resume
from harness.console.safekeeping.due_records import RetentionSurvey, survey
from harness.console.safekeeping.periods import RecordKind, periods, set_period, shipped_periods
from harness.console.safekeeping.restoration import restore
from tests.console.console_rig import ConsoleRig, Person
from tests.console.postgres_server import emptied
from tests.console.test_console_certification import CertifyingRig, without_paper
from tests.report.report_runs import failed_plan

YEAR = 366 * 24 * 3600.0
ORDER = DeletionOrder("Vũ Quân", "Xóa định kỳ")
__all__ = ["without_paper"]  # no PDF is made here

# Deletes what is due, and kills itself after the first file of a run is gone.
_KILLED = """
import os, pathlib, shutil, signal, sys, time
from harness.console.console_state import ConsoleState
from harness.console.data.database import ConsoleDatabase
from harness.console.safekeeping import deletion
from harness.console.subjects.vault import SecretVault

def interrupted(place, **_):
    if not place.exists():
        return
    next(path for path in sorted(place.rglob("*")) if path.is_file()).unlink()
    os.kill(os.getpid(), signal.SIGKILL)

data = pathlib.Path(sys.argv[1])
state = ConsoleState(data, ConsoleDatabase(data), SecretVault(data), ())
deletion.shutil.rmtree = interrupted
deletion.delete_due(state, deletion.DeletionOrder("quan", "x"), time.time())
"""


def _vendor_runs(rig: ConsoleRig) -> None:
    """Add a vendor with two runs: a1 ended six years ago and has a note, a2 has just ended."""
    rig.user("alpha", "vendor", "Công ty Alpha")
    rig.user("quan", "admin")
    system = rig.system("Công ty Alpha")
    for key in ("a1", "a2"):
        (rig.ended_run(system, key, failed_plan()) / "manifest.json").write_text("{}")
    Person(rig, "alpha").post("/runs/a1/findings/1", {"text": "Đang sửa"})
    _age(rig, "a1")


def _age(rig: ConsoleRig, run: str, seconds: float = 6 * YEAR) -> None:
    with rig.state.database.writing() as db:
        db.execute(text("UPDATE runs SET ended = ended - :by WHERE id = :run"), {"by": seconds, "run": run})


def _survey(rig: ConsoleRig, later: float = 0.0) -> RetentionSurvey:
    with rig.state.database.reading() as db:
        return survey(db, rig.state, time.time() + later)


def test_a_deleted_run_leaves_a_tombstone_that_outlives_backup_and_restore(
    tmp_path: Path, database_url: str | None, postgres_url: str
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    with ConsoleRig(tmp_path / "first", database_url) as rig:
        _vendor_runs(rig)
        manifest = hashlib.sha256((rig.state.runs / "a1/run/manifest.json").read_bytes()).hexdigest()
        assert [(one.kind, one.subject) for one in _survey(rig).due] == [("run-failed", "a1")]
        back_up(rig.state.database, rig.state.data, before)
        quan = rig.user("lan", "admin")
        assert "a1: QLVB Alpha" in quan.get("/retention").text
        assert quan.post("/retention/delete", {"reason": ""}).status_code == 422
        assert quan.post("/retention/delete", {"reason": "Xóa định kỳ"}).status_code == 303
        assert not (rig.state.runs / "a1").exists()
        _is_former(rig, manifest)
        assert Person(rig, "alpha").get("/runs/a2").status_code == 200
        back_up(rig.state.database, rig.state.data, after)
        with rig.state.database.reading() as db:
            log = list(exported(db))
    other = None if database_url else emptied(postgres_url)
    restore(after, tmp_path / "second", other)
    with ConsoleRig(tmp_path / "second", other) as rig:
        _is_former(rig, manifest)
        with rig.state.database.reading() as db:
            assert list(exported(db))[: len(log)] == log
            assert broken_at(db) is None
    restore(before, tmp_path / "third", None)  # what was deleted is only in the older backup
    with ConsoleRig(tmp_path / "third") as rig:
        assert Person(rig, "alpha").get("/runs/a1/findings/1").status_code == 200


def _is_former(rig: ConsoleRig, digest: str) -> None:
    """Check what is shown where the run was: to its organisation, to nobody else."""
    alpha = Person(rig, "alpha")
    for path in ("/runs/a1", "/runs/a1/findings/1", "/runs/a1/report/html", "/runs/a1?lang=en"):
        answer = alpha.get(path)
        assert answer.status_code == 410
        assert digest in answer.text
        assert "Xóa định kỳ" in answer.text
    assert "nhận xét: 1;" in alpha.get("/runs/a1?lang=vi").text
    told = alpha.key().get("/runs/a1")
    assert told.status_code == 410
    assert (told.json()["code"], told.json()["former"]["sha256"]) == ("former", digest)
    assert TestClient(rig.app, follow_redirects=False).get("/runs/a1").status_code == 303
    assert ">a1<" not in alpha.get("/runs").text
    with rig.state.database.reading() as db:
        assert [row.done is not None for row in db.query(TombstoneRow)] == [True]
        assert broken_at(db) is None


def test_another_vendor_does_not_see_a_tombstone(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)
        delete_due(rig.state, ORDER, time.time())
        assert rig.user("beta", "vendor", "Công ty Beta").get("/runs/a1").status_code == 404


def test_whoever_is_interrupted_before_the_files_are_gone_goes_on_later(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)

        def stop(stone: TombstoneRow) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            delete_due(rig.state, ORDER, time.time(), stop)
        assert (rig.state.runs / "a1").exists()
        assert Person(rig, "alpha").get("/runs/a1").status_code == 410
        assert "chưa xóa hết tệp" in Person(rig, "quan").get("/retention").text
        assert (resume(rig.state), resume(rig.state)) == (1, 0)
        assert not (rig.state.runs / "a1").exists()


def test_a_killed_deletion_loses_no_tombstone_and_leaves_no_half_run(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)
        killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False, env=dict(os.environ))
        assert killed.returncode == -9
        assert [path.name for path in rig.state.runs.glob("*a1")] == [".deleted-a1"]
        assert Person(rig, "alpha").get("/runs/a1").status_code == 410
        back_up(rig.state.database, tmp_path, tmp_path.with_suffix(".backup"))
        restore(tmp_path.with_suffix(".backup"), tmp_path.with_suffix(".again"), None)
        with ConsoleRig(tmp_path.with_suffix(".again")) as again:
            assert sorted(path.name for path in again.state.runs.iterdir()) == ["a2"]
            assert resume(again.state) == 1
        assert resume(rig.state) == 1
        assert list(rig.state.runs.glob("*a1")) == []
        with rig.state.database.reading() as db:
            assert [row.done is not None for row in db.query(TombstoneRow)] == [True]
            assert broken_at(db) is None


@pytest.mark.parametrize(
    ("on", "subject"), [("organisation:1", ""), ("product:1", ""), ("", "a1")], ids=["organisation", "product", "run"]
)
def test_a_hold_keeps_what_it_covers_until_it_is_lifted(tmp_path: Path, on: str, subject: str) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)
        quan = Person(rig, "quan")
        wanted = {"on": on, "subject": subject, "reason": "Thanh tra <b>2026</b>"}
        assert quan.post("/retention/holds", {**wanted, "reason": ""}).status_code == 422
        assert quan.post("/retention/holds", wanted).status_code == 303
        assert quan.post("/retention/holds", wanted).status_code == 422  # it is held already
        found = _survey(rig)
        assert (found.due, [(one.record.subject, one.why) for one in found.spared]) == ((), [("a1", "hold")])
        assert delete_due(rig.state, ORDER, time.time()) == []
        page = quan.get("/retention").text
        assert "<b>2026" not in page
        assert "phong tỏa" in page
        assert quan.post("/retention/holds/1", {"reason": "Thanh tra xong"}).status_code == 303
        assert quan.post("/retention/holds/1", {"reason": "Nữa"}).status_code == 422
        assert [one.subject for one in _survey(rig).due] == ["a1"]
        assert Person(rig, "alpha").get("/retention").status_code == 403


def test_what_there_is_not_cannot_be_held(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        quan = rig.user("quan", "admin")
        for on, subject in (("organisation:99999999999999999999", ""), ("product:x", ""), ("", "zz"), ("", ""),
                            ("", "LT-2026-0001"), ("user:1", "")):  # fmt: skip
            sent = quan.post("/retention/holds", {"on": on, "subject": subject, "reason": "x"})
            assert sent.status_code == 422
        assert quan.post("/retention/holds/99999999999999", {"reason": "x"}).status_code == 404


def test_an_administrator_sets_periods_with_their_basis(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)
        quan = Person(rig, "quan")
        for number, unit, basis in (
            ("3", "y", ""),
            ("0", "y", "x"),
            ("-1", "d", "x"),
            ("1", "w", "x"),
            ("1e3", "d", "x"),
        ):
            sent = quan.post("/retention/periods/run-failed", {"number": number, "unit": unit, "basis": basis})
            assert sent.status_code == 422
        assert quan.post("/retention/periods/coffee", {"number": "1", "unit": "d", "basis": "x"}).status_code == 422
        quan.post("/retention/periods/run-failed", {"number": "", "unit": "y", "basis": "Danh mục hồ sơ của Cục"})
        assert "a1" not in {one.subject for one in _survey(rig, later=50 * YEAR).due}  # for ever
        quan.post("/retention/periods/run-failed", {"number": "30", "unit": "d", "basis": "Danh mục hồ sơ của Cục"})
        assert "a2" in {one.subject for one in _survey(rig, later=31 * 24 * 3600.0).due}
        assert "Danh mục hồ sơ của Cục" in quan.get("/retention").text


def test_every_kind_has_a_period_that_counts_in_calendar_years(tmp_path: Path) -> None:
    assert set(shipped_periods()) == set(RecordKind)
    with ConsoleRig(tmp_path) as rig, rig.state.database.writing() as db:
        leap = 1709164800.0  # 29 February 2024, 0:00 UTC
        set_period(db, RecordKind.NOTE, "1y", "x", "quan")
        assert periods(db)[RecordKind.NOTE].end(leap) == 1740787200.0  # 1 March 2025
        set_period(db, RecordKind.NOTE, "2d", "x", "quan")
        assert periods(db)[RecordKind.NOTE].end(leap) == leap + 2 * 24 * 3600
        set_period(db, RecordKind.NOTE, "", "x", "quan")
        assert periods(db)[RecordKind.NOTE].end(leap) is None


def test_notes_uploads_and_sessions_go_with_a_tombstone_of_their_own(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        _vendor_runs(rig)
        _age(rig, "a1", -6 * YEAR)
        upload = rig.state.runs / "a2" / "evidence" / "001" / "anh.png"
        upload.parent.mkdir(parents=True)
        upload.write_bytes(b"x" * 10)
        with rig.state.database.writing() as db:
            db.execute(text("UPDATE notes SET at = at - :by"), {"by": 6 * YEAR})
            db.execute(text("UPDATE runs SET ended = ended - 4000000 WHERE id = 'a2'"))
            db.execute(text("UPDATE sessions SET created = created - 4000000"))
        deleted = delete_due(rig.state, ORDER, time.time())
        assert {(row.kind, row.size) for row in deleted if row.kind != "session"} == {("note", 11), ("upload", 10)}
        assert sum(row.kind == "session" for row in deleted) == 1
        assert not upload.exists()
        page = Person(rig, "alpha").get("/runs/a1/findings/1").text
        assert "Một nhận xét của alpha đã bị xóa" in page
        assert "Đang sửa" not in page
        assert Person(rig, "alpha").get("/runs/a2").status_code == 200


def test_the_log_is_cut_where_it_tells_of_nothing_kept_and_its_chain_goes_on(
    tmp_path: Path, database_url: str | None
) -> None:
    with ConsoleRig(tmp_path, database_url) as rig:
        with rig.state.database.writing() as db:
            for number in range(5):
                note_change(db, "console", "settings.changed", f"số {number}")
        later = 11 * YEAR
        rig.user("quan", "admin")  # whose password was set by a row of the log: that and all after it stay
        (due,) = [one for one in _survey(rig, later).due if one.kind is RecordKind.AUDIT_LOG]
        assert due.subject == "5"
        with rig.state.database.reading() as db:
            rows = list(exported(db))
        delete_due(rig.state, ORDER, time.time() + later)
        with rig.state.database.reading() as db:
            left = list(exported(db))
            assert broken_at(db) is None
        assert left[: len(rows) - 5] == rows[5:]
        page = Person(rig, "quan").get("/log").text
        assert "Dòng 1 đến 5 đã bị xóa" in page
        assert "Nhật ký nguyên vẹn" in page
        back_up(rig.state.database, rig.state.data, tmp_path.with_suffix(".backup"))
        restore(tmp_path.with_suffix(".backup"), tmp_path.with_suffix(".again"), None)
        with rig.state.database.writing() as db:  # a cut of which the log itself does not tell is one that is noticed
            db.execute(text("UPDATE tombstones SET digest = 'x' WHERE kind = 'audit-log'"))
            assert broken_at(db) == 1


def test_a_run_under_a_living_certificate_stays_and_goes_after_it(tmp_path: Path) -> None:
    with CertifyingRig(tmp_path) as rig:
        number = rig.published()
        _age(rig, "run1", 40 * YEAR)
        assert [(one.record.subject, one.why, one.detail) for one in _survey(rig).spared] == [
            ("run1", "living", number)
        ]
        assert rig.act(number, "withdraw", "Gian dối").status_code == 303
        assert [one.why for one in _survey(rig).spared] == ["certificate-kept"]
        later = 11 * YEAR
        assert [one.subject for one in _survey(rig, later).due if one.kind != "audit-log"][:1] == [number]
        delete_due(rig.state, ORDER, time.time() + later)
        guest = TestClient(rig.app)
        for path in (f"/register/{number}", f"/register/{number}/certificate.json"):
            answer = guest.get(path)
            assert answer.status_code == 410
            assert "Vũ Quân" not in answer.text  # who ordered it is not for everybody
        assert Person(rig, "minh").get(f"/certificates/{number}").status_code == 410
        assert [one.subject for one in _survey(rig, later).due if one.kind == "run-certified"] == ["run1"]
        delete_due(rig.state, ORDER, time.time() + later)
        assert Person(rig, "minh").get("/runs/run1").status_code == 410
        with rig.state.database.reading() as db:
            assert db.get(RunRow, "run1") is None
            assert broken_at(db) is None


def test_a_run_about_which_a_recall_asked_or_that_cannot_be_checked_stays(tmp_path: Path) -> None:
    with CertifyingRig(tmp_path) as rig:
        number = rig.published()
        rig.act(number, "withdraw", "Gian dối")
        _age(rig, "run1", 40 * YEAR)
        asked = '{"version":"0.1.0"}'
        rig.execute(
            "INSERT INTO recalls (id, actor, created, sought, profile, state, content) "
            f"VALUES (1, 'minh', 0, '{asked}', '', 'ended', '[{{\"number\": \"{number}\"}}]')"
        )
        late = _survey(rig, 50 * YEAR)
        assert {(one.record.subject, one.why) for one in late.spared} == {(number, "recall"), ("run1", "recall")}
        rig.execute("UPDATE recalls SET state = 'running', content = ''")  # it has not found its certificates yet
        assert {one.why for one in _survey(rig, 50 * YEAR).spared} == {"recall"}
        rig.execute("DELETE FROM recalls")
        rig.execute("UPDATE certificate_life SET jws = replace(jws, 'a', 'b') WHERE sequence = 3")
        assert {one.why for one in _survey(rig, 50 * YEAR).spared} == {"damaged"}


def test_a_deletion_needs_a_person_a_reason_and_no_backup_beside_it(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        for order in (DeletionOrder("", "x"), DeletionOrder("x", "")):
            with pytest.raises(ConfigurationError, match="no-order"):
                delete_due(rig.state, order, time.time())
        with alone(tmp_path), pytest.raises(ConfigurationError, match="busy"):
            delete_due(rig.state, ORDER, time.time())
