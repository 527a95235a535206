"""`lienthong init`, and help texts in one language."""

import sys
from pathlib import Path

import pytest

from harness.cli import main


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lienthong", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_new_folder_holds_what_doctor_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert called(monkeypatch, "init", str(tmp_path / "kit")) == 0
    assert sorted(path.name for path in (tmp_path / "kit").iterdir()) == ["README.md", "adapter.py", "candidate.yaml"]
    # The declared program is found from anywhere: its path is relative to the declaration.
    assert called(monkeypatch, "doctor", str(tmp_path / "kit" / "candidate.yaml"), "--quiet", "--format", "json") == 2


def test_nothing_is_overwritten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "candidate.yaml"
    mine.write_text("mine", encoding="utf-8")
    assert called(monkeypatch, "init", str(tmp_path), "--lang", "en") == 2
    assert "candidate.yaml already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["candidate.yaml"]
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [["--help"], ["certify", "--help"], ["pki", "--help"], ["profile", "show", "--help"]])
def test_a_vietnamese_help_text_has_no_english_of_clicks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert called(monkeypatch, *words) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Cách dùng: lienthong")
    assert not {"Usage:", "Options:", "[default:", "Show this message", "[OPTIONS]", "COMMAND"} & set(shown.split())
    assert "Show this message" not in shown


def test_the_language_may_stand_before_the_verb(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "--lang", "en", "certify", "reference", "--budget", "0") == 2
    assert "--budget must be a number above 0" in capsys.readouterr().err
