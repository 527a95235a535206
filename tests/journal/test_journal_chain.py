"""The journal as evidence: what was written is read back, and nothing can be changed unseen."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal import Event, Journal, JournalBroken, read_record
from harness.journal.bodies import BLOB_FOLDER
from harness.journal.recorder import JOURNAL_FILE
from tests.journal.told_events import fact


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A journal of five events with a blob."""
    journal = Journal(tmp_path)
    for number in range(5):
        journal.record(fact("note", {"n": number, "text": "Công văn"}), scenario="SND-01")
    journal.blob(b"package")
    journal.close()
    return tmp_path


def _lines(directory: Path) -> list[bytes]:
    return (directory / JOURNAL_FILE).read_bytes().splitlines(keepends=True)


def _write(directory: Path, lines: list[bytes]) -> None:
    (directory / JOURNAL_FILE).write_bytes(b"".join(lines))


def _broken(directory: Path) -> tuple[str, int | None]:
    with pytest.raises(JournalBroken) as caught:
        read_record(directory)
    return caught.value.code, caught.value.line


def test_reads_back_what_was_recorded(recorded: Path) -> None:
    record = read_record(recorded)
    assert [event.members["n"] for event in record.events] == [0, 1, 2, 3, 4]
    assert record.events[2].scenario == "SND-01"
    assert record.events[0].at.endswith("+07:00")
    assert not record.cut


def test_an_event_is_on_disk_before_record_returns(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    event = journal.record(fact("started", {}))
    assert read_record(tmp_path).events == (event,)


def test_an_empty_journal_is_one(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    assert read_record(tmp_path).events == ()


def test_an_edited_value_is_seen(recorded: Path) -> None:
    lines = _lines(recorded)
    lines[1] = lines[1].replace(b'"n":1', b'"n":9')
    _write(recorded, lines)
    assert _broken(recorded) == ("edited", 2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"n":1', b'"n": 1'),
        (b'"n":1', b'"n":7,"n":1'),
        (b'"kind":', b'"verdict":"pass","kind":'),
        (b'"n":1', b'"n":1.0'),
        (b"\\u00f4", "ô".encode()),
    ],
    ids=["blank", "key-twice", "further-member", "other-number", "other-escape"],
)
def test_an_edit_that_leaves_the_content_is_seen(recorded: Path, old: bytes, new: bytes) -> None:
    lines = _lines(recorded)
    assert old in lines[1]
    lines[1] = lines[1].replace(old, new)
    _write(recorded, lines)
    assert _broken(recorded) == ("edited", 2)


def test_an_event_sealed_again_breaks_the_next(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Journal(tmp_path_factory.mktemp("other"))
    other.record(fact("note", {"n": 9}))
    other.close()
    lines = _lines(recorded)
    lines[0] = (other_lines := _lines(Path(other._blobs.parent)))[0]
    assert len(other_lines) == 1
    _write(recorded, lines)
    assert _broken(recorded) == ("order", 2)


@pytest.mark.parametrize("victim", [0, 2, 3])
def test_a_removed_event_is_seen(recorded: Path, victim: int) -> None:
    lines = _lines(recorded)
    del lines[victim]
    _write(recorded, lines)
    assert _broken(recorded) == ("order", victim + 1)


def test_reordered_events_are_seen(recorded: Path) -> None:
    lines = _lines(recorded)
    lines[1], lines[2] = lines[2], lines[1]
    _write(recorded, lines)
    assert _broken(recorded) == ("order", 2)


def test_a_doubled_event_is_seen(recorded: Path) -> None:
    lines = _lines(recorded)
    _write(recorded, [lines[0], *lines])
    assert _broken(recorded) == ("order", 2)


@given(share=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_cut_last_line_is_left_out(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    directory = tmp_path_factory.mktemp("cut")
    journal = Journal(directory)
    journal.record(fact("a", {}))
    journal.record(fact("b", {}))
    journal.close()
    first, last = _lines(directory)
    _write(directory, [first, last[: int(len(last) * share)]])
    record = read_record(directory)
    assert [event.kind for event in record.events] == ["a"]
    assert record.cut == (int(len(last) * share) > 0)


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"null", b"\xff\xfe", b'"\\ud800"', b'{"seq":' + b"[" * 100_000, b'{"seq":"0"}'],
    ids=["blank", "no-event", "null", "not-utf8", "surrogate", "deep", "wrong-type"],
)
def test_a_line_that_is_no_event_is_named(recorded: Path, line: bytes) -> None:
    lines = _lines(recorded)
    lines[3] = line + b"\n"
    _write(recorded, lines)
    assert _broken(recorded) == ("unreadable", 4)


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    assert _broken(tmp_path) == ("missing", None)


def test_a_journal_is_never_written_over(recorded: Path) -> None:
    with pytest.raises(FileExistsError):
        Journal(recorded)


def test_a_blob_is_found_by_its_digest(recorded: Path) -> None:
    name = next((recorded / BLOB_FOLDER).iterdir()).name
    assert read_record(recorded).blob(name) == b"package"


def test_an_edited_blob_is_seen(recorded: Path) -> None:
    blob = next((recorded / BLOB_FOLDER).iterdir())
    blob.write_bytes(b"other")
    with pytest.raises(JournalBroken, match="blob-edited"):
        read_record(recorded).blob(blob.name)


@pytest.mark.parametrize("name", ["0" * 64, "", "../journal.jsonl", "A" * 64, "²" * 64, "\0" * 64])
def test_a_blob_that_is_not_there_is_named(recorded: Path, name: str) -> None:
    with pytest.raises(JournalBroken, match="blob-missing"):
        read_record(recorded).blob(name)


def test_threads_record_into_one_chain(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    seen: list[Event] = []
    journal.subscribe(seen.append)

    def work(worker: int) -> None:
        for number in range(50):
            journal.record(fact("work", {"worker": worker, "n": number, "blob": journal.blob(b"same")}))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    events = read_record(tmp_path).events
    assert len(events) == 400
    assert sorted(seen, key=lambda event: event.seq) == list(events)
    for worker in range(8):
        assert [event.members["n"] for event in events if event.members["worker"] == worker] == list(range(50))
    assert len(list((tmp_path / BLOB_FOLDER).iterdir())) == 1


def test_nothing_is_recorded_after_the_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.close()
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.record(fact("late", {}))


def test_nothing_follows_half_a_line(tmp_path: Path) -> None:
    """A full disk ends the journal: what was whole before can be read, and no line is glued to the broken one."""
    journal = Journal(tmp_path)
    journal.record(fact("whole", {}))
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "_file", (tmp_path / "full").open("wb"))
        with pytest.raises(OSError, match="No space"):
            journal.record(fact("lost", {"text": "x" * 100_000}))
        with pytest.raises(ValueError, match="closed"):
            journal.record(fact("late", {}))
        assert journal.failure is not None
        assert journal.failure.filename == str(tmp_path / "full")
        assert journal.failure is not None
        assert journal.failure.filename == str(tmp_path / "full")
    assert [event.kind for event in read_record(tmp_path).events] == ["whole"]


def test_the_journal_is_json_lines_of_ascii(recorded: Path) -> None:
    for line in _lines(recorded):
        assert line.isascii()
        assert json.loads(line)["data"]["text"] == "Công văn"
