"""`lienthong explain` and `lienthong export` as a user uses them."""

import json
import sys
from pathlib import Path

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, entries
from harness.cli import main
from harness.resources import folder
from harness.selfcheck.finding_codes import codes_of

GROUPS = ("pkg", "hdr", "trc", "att", "stp")


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lienthong", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code


def test_explain_a_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "explain", "HDR-07.not-a-day", "--lang", "en") == 0
    out = capsys.readouterr().out
    for words in ("HDR-07", "Clause:", "Level: M:", "Basis: operator", "Meaning:", "What to change:", "‹received›"):
        assert words in out


def test_explain_a_requirement_shows_all_its_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "explain", "hdr-17") == 0
    out = capsys.readouterr().out
    assert all(code in out for code in codes_of("HDR-17"))
    assert "nhận xét" in out


def test_explain_a_group(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "explain", "ATT") == 0
    assert "ATT-04.path" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "words"), [("vi", ("Sai:", "Đúng:", "Ghi chú: ")), ("en", ("Wrong:", "Right:", "Note: "))]
)
def test_explain_a_code_about_signatures_shows_both_sides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, ...]
) -> None:
    assert call(monkeypatch, "explain", "SIG-02.digest", "--lang", language) == 0
    out = capsys.readouterr().out
    assert [out.count(f"  {word}") for word in words] == [1, 1, 1]
    assert out.count("<DigestValue>") == 2


@pytest.mark.parametrize("code", ["HDR-07.no-day", "HDR-99", "", "x" * 5000, "../../etc/passwd", "PKG-01."])
def test_explain_what_is_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    assert call(monkeypatch, "explain", code) in ({0} if code == "PKG-01." else {2})
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_can_be_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    codes = [code for group in GROUPS for code in entries(group)]
    for requirement in sorted({code.partition(".")[0] for code in codes}):
        assert call(monkeypatch, "explain", requirement, "--lang", language) == 0
    out = capsys.readouterr().out
    assert [code for code in codes if code not in out] == []


@pytest.mark.parametrize("requirement", load_catalogue().requirements)
def test_every_requirement_lists_all_its_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], requirement: str
) -> None:
    codes = codes_of(requirement)
    assert codes, "nothing could ever be found against it"
    for language in LANGUAGES:
        assert call(monkeypatch, "explain", requirement, "--lang", language) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line in codes] == list(codes)


@pytest.mark.parametrize(
    ("requirement", "codes"),
    [
        ("RTY-05", {"RTY-05.hammering", "RTY-05.pauses-do-not-grow"}),  # shared reasons alone
        ("RTY-10", {"RTY-10.foreign-taken", "RTY-10.acked-otherwise", "RTY-10.not-retried"}),  # own ones and shared
        ("RCV-11", {"RCV-11.vanished", "RCV-11.changed"}),  # of a duty over the whole run
        ("SEC-02", {"SEC-02.not-served-after", "SEC-02.not-acked"}),  # signs of life, where not to live is the failure
        ("VXP-11", {"VXP-11.not-registered"}),  # a scenario's in the group of the watch
        ("RTY-14", {"RTY-14.canary-visited"}),
    ],
)
def test_codes_come_from_wherever_findings_are_given(requirement: str, codes: set[str]) -> None:
    assert codes <= set(codes_of(requirement))


def test_what_a_report_charged_is_explained() -> None:
    report = json.loads((folder("reports") / "examples" / "failed" / "report.json").read_bytes())
    charged = {(one["requirement"], one["code"]) for entry in report["scenarios"] for one in entry["findings"]}
    assert charged
    assert [code for requirement, code in charged if code not in codes_of(requirement)] == []


@pytest.mark.parametrize("group", GROUPS)
def test_meanings_and_remedies_name_no_value_that_only_a_check_knows(group: str) -> None:
    for code, parts in entries(group).items():
        for part in ("explain", "remedy"):
            words = parts[part]
            assert isinstance(words, dict)
            for language in LANGUAGES:
                assert str(words[language]).format(expected="", received=""), code


def test_every_code_belongs_to_a_requirement() -> None:
    known = load_profile("qcvn102-2022").requirements
    assert {code.partition(".")[0] for group in GROUPS for code in entries(group)} <= set(known)


def test_export_writes_packages_and_a_note(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call(monkeypatch, "export", "hdr-10", "--out", str(tmp_path), "--lang", "en") == 0
    folder = tmp_path / "HDR-10"
    written = {path.name for path in folder.glob("*.edxml")}
    note = (folder / "README.md").read_text(encoding="utf-8")
    assert {"good-one-word.edxml", "bad-no-subject.edxml"} <= written
    assert len(written) >= 4
    assert all(name in note for name in written)
    assert "There is no Subject." in note
    capsys.readouterr()
    assert call(monkeypatch, "validate", "--no-signatures", str(folder / "good-one-word.edxml")) == 0
    assert call(monkeypatch, "validate", "--no-signatures", str(folder / "bad-no-subject.edxml")) == 1


def test_export_of_something_unknown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "export", "HDR-99") == 2
    assert "HDR-99" in capsys.readouterr().err


def test_export_to_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert call(monkeypatch, "export", "HDR-10", "--out", str(tmp_path / "file")) == 2
