"""A journal that grows, read as it grows: every event once, every link checked."""

from pathlib import Path

import pytest

from harness.journal import Journal, JournalBroken, read_record
from harness.journal.tail import JournalTail
from tests.journal.told_events import fact


def test_every_event_is_read_once_and_an_incomplete_line_waits(tmp_path: Path) -> None:
    tail = JournalTail(tmp_path)
    assert tail.news() == []
    journal = Journal(tmp_path)
    seen = []
    for number in range(5):
        journal.record(fact("driver", {"command": f"lệnh {number}"}))
        seen += tail.news()
    journal.close()
    assert tuple(seen) == tuple(read_record(tmp_path).events)
    path = tmp_path / "journal.jsonl"
    whole = path.read_bytes()
    cut = JournalTail(tmp_path)
    path.write_bytes(whole[:-20])
    assert [event.seq for event in cut.news()] == [0, 1, 2, 3]
    assert cut.news() == []
    path.write_bytes(whole)
    assert [event.seq for event in cut.news()] == [4]


def test_an_event_that_does_not_follow_breaks_the_chain(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for _ in range(3):
        journal.record(fact("driver", {"command": "inbox"}))
    journal.close()
    path = tmp_path / "journal.jsonl"
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for content in (first + third, first + second.replace(b"inbox", b"other"), b"x\n"):
        path.write_bytes(content)
        with pytest.raises(JournalBroken):
            JournalTail(tmp_path).news()
