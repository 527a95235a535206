"""Large answers of a driver: a blob beside the journal, and whole again when the journal is read."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.journal import Journal, JournalBroken, read_record
from harness.journal.bodies import BLOB_FOLDER
from harness.journal.events import DriverCalled, Unlisted
from harness.journal.recorder import JOURNAL_FILE
from harness.journal.tail import JournalTail

SECRET = "a-secret-nobody-may-see"
ROWS = [{"document_id": f"000.00.00.G22,2026/12/01,{number}/TB-VP", "state": "arrived"} for number in range(100)]


def recorded(directory: Path, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    journal = Journal(directory, secrets=(SECRET,))
    for answer in answers:
        journal.record(DriverCalled(command="inbox", result=answer))
    journal.close()
    return [json.loads(line)["data"] for line in (directory / JOURNAL_FILE).read_text().splitlines()]


def test_a_large_answer_is_a_blob_and_is_read_whole(tmp_path: Path) -> None:
    answers: list[dict[str, Any]] = [{"documents": ROWS, "note": "Đủ"}, {"documents": ROWS[:2]}]
    large, small = recorded(tmp_path, *answers)
    assert "result" not in large
    assert len(json.dumps(large)) < 300
    assert (small["result"], "result_blob" in small) == (answers[1], False)
    record = read_record(tmp_path)
    assert [one.what.result for one in record.events if isinstance(one.what, DriverCalled)] == answers
    assert [one.members["result"] for one in JournalTail(tmp_path).news()] == answers
    assert json.loads(record.blob(large["result_blob"])) == answers[0]


def test_rows_that_come_again_are_held_once(tmp_path: Path) -> None:
    recorded(tmp_path, {"documents": ROWS}, {"documents": [*ROWS, {"document_id": "x"}]})
    first, second = (one.what.documents for one in read_record(tmp_path).events if isinstance(one.what, DriverCalled))
    assert all(one is other for one, other in zip(first, second, strict=False))


def test_no_secret_gets_into_the_blob(tmp_path: Path) -> None:
    (said,) = recorded(tmp_path, {"documents": [*ROWS, {"document_id": SECRET}]})
    assert SECRET.encode() not in read_record(tmp_path).blob(said["result_blob"])


@pytest.mark.parametrize(("content", "code"), [(None, "blob-missing"), (b"{}", "blob-edited")])
def test_an_answer_that_is_gone_or_changed_breaks_the_record(tmp_path: Path, content: bytes | None, code: str) -> None:
    (said,) = recorded(tmp_path, {"documents": ROWS})
    kept = next((tmp_path / BLOB_FOLDER).glob(f"{said['result_blob']}*"))
    kept.unlink()
    if content is not None:
        (tmp_path / BLOB_FOLDER / said["result_blob"]).write_bytes(content)
    with pytest.raises(JournalBroken) as broken:
        read_record(tmp_path)
    assert broken.value.code == code


@pytest.mark.parametrize("content", [b"not JSON", b"[1]", b'{"documents": [}'])
def test_a_blob_that_is_no_answer_breaks_the_record(tmp_path: Path, content: bytes) -> None:
    journal = Journal(tmp_path)
    journal.record(Unlisted("driver", {"command": "inbox", "result_blob": journal.blob(content)}))
    journal.close()
    with pytest.raises(JournalBroken) as broken:
        read_record(tmp_path)
    assert (broken.value.code, broken.value.line) == ("unreadable", 1)
