"""Backups: whole, checked before anything is taken, from one kind of database into the other."""

import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import exported
from harness.console.data.tables import RunRow, SystemRow
from harness.console.safekeeping.backup import back_up
from harness.console.safekeeping.restoration import restore
from harness.console.subjects.declarations import read_file
from harness.console.subjects.system_registry import change_declared
from tests.console.console_rig import DECLARATION, ConsoleRig, Person
from tests.console.postgres_server import emptied
from tests.report.report_runs import failed_plan

SECRET = "bí-mật-của-hệ-thống-1"


def _filled(rig: ConsoleRig) -> None:
    rig.user("lan", "admin").post("/organisations", {"name": "Công ty Alpha"})
    system = rig.system("Công ty Alpha")
    with rig.state.database.writing() as db:
        declared = read_file(DECLARATION.replace("system_id:", f"secret: {SECRET}, system_id:").encode())
        change_declared(db, rig.state.vault, db.get_one(SystemRow, system), declared, "lan")
    rig.ended_run(system, "a1", failed_plan())


def test_a_console_is_restored_completely_into_the_other_kind_of_database(
    tmp_path: Path, database_url: str | None, postgres_url: str
) -> None:
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "console.tar.gz"
    with ConsoleRig(first, database_url) as rig:
        _filled(rig)
        back_up(rig.state.database, first, file)
        with rig.state.database.reading() as db:
            log = list(exported(db))
    assert file.stat().st_mode & 0o077 == 0
    other = None if database_url else emptied(postgres_url)
    manifest = restore(file, second, other)
    assert manifest.rows["runs"] == 1
    with ConsoleRig(second, other) as rig:
        lan = Person(rig, "lan")
        assert "QLVB Alpha" in lan.get("/runs/a1").text
        assert lan.get("/runs/a1/findings/1").status_code == 200
        assert lan.post("/organisations", {"name": "Sau khi dựng lại"}).status_code == 303
        with rig.state.database.reading() as db:
            kept = db.get_one(SystemRow, 1).secret
            assert kept is not None
            assert rig.state.vault.opened(kept) == SECRET
            assert list(exported(db))[: len(log)] == log
            assert db.get_one(RunRow, "a1").state == "ended"
    with pytest.raises(ConfigurationError, match="restore-occupied"):
        restore(file, second, other)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_backup_leaves_nothing(tmp_path: Path) -> None:
    whole = tmp_path / "whole.tar.gz"
    with ConsoleRig(tmp_path / "data") as rig:
        _filled(rig)
        back_up(rig.state.database, tmp_path / "data", whole)
        with pytest.raises(ConfigurationError, match="backup-exists"):
            back_up(rig.state.database, tmp_path / "data", whole)
    altered, cut, none = (tmp_path / name for name in ("altered.tar.gz", "cut.tar.gz", "none.tar.gz"))
    with tarfile.open(whole) as source, tarfile.open(altered, "w:gz") as target:
        for member in source:
            content = source.extractfile(member)
            assert content is not None
            target.addfile(member, content if not member.name.endswith("journal.jsonl") else _reversed(content.read()))
    cut.write_bytes(whole.read_bytes()[:-2000])
    none.write_bytes(b"x")
    outside = tmp_path / "outside.tar.gz"
    with tarfile.open(outside, "w:gz") as target:
        target.addfile(tarfile.TarInfo("files/../../escaped"))
    for file in (altered, cut, none, outside):
        with pytest.raises(ConfigurationError, match="backup-broken"):
            restore(file, tmp_path / "new", None)
        assert not (tmp_path / "new").exists()
    assert not (tmp_path / "escaped").exists()


def _reversed(content: bytes) -> BytesIO:
    return BytesIO(content[::-1])
