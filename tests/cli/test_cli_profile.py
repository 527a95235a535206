"""`lienthong profile`: list, show and lint, for a person and for a program."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.catalogue.profiles import load_profile
from harness.cli import main

HEAD = "schema: lienthong.profile/1\nextends: qcvn102-2022\nid: ours\nversion: '1'\ntitle: {vi: Của bộ, en: Ours}\n"


class Outcome:
    """What a call of the command line left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call `lienthong profile …` in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("LIENTHONG_LANG", raising=False)

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["lienthong", "profile", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Outcome(left.value.code, captured.out, captured.err)

    return call


def test_list_names_every_profile_and_the_default(run: Run) -> None:
    outcome = run("list")
    assert outcome.status == 0
    assert outcome.out.splitlines()[0].startswith("qcvn102-2016  1.0  QCVN 102:2016/BTTTT")
    assert outcome.out.count("mặc định") == 1
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_list_as_json(run: Run) -> None:
    content = json.loads(run("list", "--format", "json").out)
    assert content["schema"] == "lienthong.profiles/1"
    assert content["default"] == "qcvn102-2025"
    assert [row["id"] for row in content["profiles"]] == ["qcvn102-2016", "qcvn102-2022", "qcvn102-2025"]
    assert content["profiles"][1]["sha256"] == load_profile("qcvn102-2022").sha256


@pytest.mark.parametrize("width", [40, 80, 120, 400])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_show_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, width: int, language: str) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    outcome = run("show", "qcvn102-2022", "--lang", language)
    assert outcome.status == 0
    lines = [line for line in outcome.out.splitlines() if not line.startswith("SHA-256")]
    assert max(map(len, lines)) <= min(max(width, 60), 120)
    assert all(line == line.rstrip() for line in lines)


def test_show_lists_every_requirement_with_level_basis_and_place(run: Run) -> None:
    out = run("show", "qcvn102-2022", "--lang", "en").out
    lines = out.splitlines()
    for requirement in load_profile().requirements.values():
        head = f"  {requirement.id}  {requirement.level:<5}{requirement.basis:<9} {requirement.where}  "
        assert sum(line.startswith(head) for line in lines) == 1, requirement.id
    assert "VXP-11  C    operator  X  A candidate that declares register" in out
    assert "[register]" in out
    assert "RTY-07          It is mandatory in the catalogue" in out
    assert "\x1b" not in out


def test_show_marks_levels_that_differ_from_the_catalogue(run: Run) -> None:
    assert "  SND-03  off* law       X  " in run("show", "qcvn102-2016").out
    assert "1 off không xét" in run("show", "qcvn102-2016").out
    assert "  SND-03  M    law       X  " in run("show", "qcvn102-2022").out


def test_show_writes_numbers_as_the_language_does(run: Run) -> None:
    assert "110.000" in run("show", "qcvn102-2022").out
    assert "110,000" in run("show", "qcvn102-2022", "--lang", "en").out


def test_show_as_json_holds_the_whole_profile(run: Run) -> None:
    content = json.loads(run("show", "qcvn102-2016", "--format", "json").out)
    assert content["schema"] == "lienthong.profile-view/1"
    assert content["title"]["vi"].startswith("QCVN 102:2016")
    assert len(content["requirements"]) == 168
    first = content["requirements"][0]
    assert (first["id"], first["level"], first["basis"], first["where"]) == ("PKG-01", "M", "operator", "S")
    assert set(first["statement"]) == {"vi", "en"}
    assert content["parameters"]["identifiers"]["new"] is None
    assert content["raised"]["RTY-07"]["vi"]


def test_show_takes_a_folder_of_ones_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(HEAD + "levels: {HDR-18: M}\n", encoding="utf-8")
    assert "  HDR-18  M*   operator  S  " in run("show", str(tmp_path)).out


def test_an_unknown_profile_is_a_usage_error(run: Run) -> None:
    outcome = run("show", "qcvn102-1999", "--lang", "en")
    assert outcome.status == 2
    assert outcome.out == ""
    assert "qcvn102-2016, qcvn102-2022, qcvn102-2025" in outcome.err


def test_lint_finds_nothing_in_the_shipped_data(run: Run) -> None:
    outcome = run("lint")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.strip()


def test_lint_names_file_and_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + "levels:\n  HDR-18: R\n", encoding="utf-8")
    outcome = run("lint", str(path), "--lang", "en")
    assert outcome.status == 1
    assert outcome.out == f"{path}:7: The level R of HDR-18 is already the catalogue's and changes nothing.\n"
    content = json.loads(run("lint", str(path), "--format", "json").out)
    assert content["schema"] == "lienthong.lint/1"
    (problem,) = content["problems"]
    assert (problem["code"], problem["line"], set(problem["message"])) == ("level-same", 7, {"vi", "en"})


@pytest.mark.parametrize(
    "content",
    [
        "levels: {RTY-07: R, RTY-08: R}\n",  # the reasons why they may fail are idle now, in the profile below
        "levels: {PKG-02: R, HDR-17: R}\n",  # and so are the weights of single findings
    ],
)
def test_lint_never_points_into_what_is_shipped(run: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + content, encoding="utf-8")
    outcome = run("lint", str(path))
    assert (outcome.status, outcome.out) == (0, "")


def test_lint_lists_a_taken_id(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD.replace("id: ours", "id: qcvn102-2022") + "levels: {HDR-18: M}\n", encoding="utf-8")
    outcome = run("lint", str(path), "--lang", "en")
    assert outcome.status == 1
    assert outcome.out.startswith(f"{path}:3: The id qcvn102-2022 belongs to a shipped profile")


def test_lint_of_a_broken_profile_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + "colour: red\n", encoding="utf-8")
    outcome = run("lint", str(path))
    assert outcome.status == 2
    assert outcome.err.startswith(f"lienthong: {path}:6: Không có khóa «colour»")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("subcommand", ["", "list", "show", "lint"])
def test_every_help_has_examples_in_the_readers_language(subcommand: str, language: str) -> None:
    words = ["profile", *([subcommand] if subcommand else []), "--help"]
    arguments = [sys.executable, "-c", "from harness.cli import main; main()", *words]
    environment = {"LIENTHONG_LANG": language, "PATH": "/usr/bin", "PYTHONUTF8": "1"}
    done = subprocess.run(arguments, capture_output=True, env=environment, check=True, encoding="utf-8")
    assert ("Ví dụ" if language == "vi" else "Examples") in done.stdout
    assert f"lienthong profile {subcommand}".strip() in done.stdout
