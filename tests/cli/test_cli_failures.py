"""A full disk is reported as such, whatever was being written."""

import errno
from pathlib import Path

import pytest

from harness.cli.exits import Exit
from harness.cli.failures import report_failure
from harness.journal.whole_file import write_whole


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_true_sentence(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIENTHONG_LANG", "en")
    assert report_failure(OSError(number, "No space left on device", "/data/journal.jsonl")) is Exit.HARNESS
    said = capsys.readouterr().err
    assert said.startswith("lienthong: ")
    assert "/data/journal.jsonl" in said
    assert said.count("\n") == 1


def test_what_cannot_be_written_whole_is_not_written_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "report.html").write_text("before")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"report\.html") as caught:
        write_whole(tmp_path / "report.html", b"after")
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "before"
