"""`lienthong console retention`: nothing goes without an order that names a person and a reason."""

from pathlib import Path

from sqlalchemy import text

from tests.cli.called import called
from tests.console.console_rig import ConsoleRig
from tests.report.report_runs import failed_plan

SEVEN_YEARS = 7 * 366 * 24 * 3600


def test_what_is_due_is_listed_and_deleted_only_by_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ConsoleRig(data) as rig:
        rig.user("alpha", "vendor", "Công ty Alpha")
        rig.ended_run(rig.system("Công ty Alpha"), "a1", failed_plan())
        with rig.state.database.writing() as db:
            db.execute(text("UPDATE runs SET ended = ended - :by"), {"by": SEVEN_YEARS})
    words = ("console", "retention", "--data", data, "--lang", "en")
    none = called("console", "retention", "--data", tmp_path / "none")
    assert (none.returncode, (tmp_path / "none").exists()) == (2, False)
    listed = called(*words)
    assert (listed.returncode, listed.stdout.decode().count("Run a1: QLVB Alpha 3.2")) == (0, 1)
    assert b"Nothing was deleted" in listed.stdout
    nameless = called(*words, "--apply")
    assert (nameless.returncode, b"--by NAME --reason REASON" in nameless.stderr) == (2, True)
    assert (data / "runs" / "a1").exists()
    done = called(*words, "--apply", "--by", "Vũ Quân", "--reason", "Định kỳ")
    assert (done.returncode, b"Deleted: 1;" in done.stdout) == (0, True)
    assert not (data / "runs" / "a1").exists()
    assert b"Due: 0;" in called(*words).stdout
