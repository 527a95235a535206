"""How far the standard is tested: for a person, for a program, as a page, and for a profile of one's own."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.cli import main
from harness.selfcheck import coverage
from harness.selfcheck.coverage import CoverageState, coverage_of, load_notes
from harness.selfcheck.coverage_page import as_html, as_text

HEAD = "schema: lienthong.profile/1\nextends: qcvn102-2022\nid: ours\nversion: '1'\ntitle: {vi: Của bộ, en: Ours}\n"


def test_clauses_are_in_the_order_of_the_catalogue() -> None:
    coverage = coverage_of(load_profile())
    asked = [clause.clause for clause in coverage.clauses if clause.requirements]
    assert asked == list(dict.fromkeys(one.clause for one in load_catalogue().requirements.values()))
    listed = [entry.id for clause in coverage.clauses for entry in clause.requirements]
    assert sorted(listed) == sorted(load_catalogue().requirements)


def test_every_clause_that_is_not_wholly_tested_says_why() -> None:
    coverage = coverage_of(load_profile())
    for clause in coverage.clauses:
        if clause.state is not CoverageState.TESTED:
            reasons = [clause.reason, *(entry.reason for entry in clause.requirements)]
            assert any(reasons), clause.clause
    assert coverage.count(CoverageState.NOT) == len(load_notes().beyond)


def test_a_clause_is_partly_tested_where_a_part_of_it_is() -> None:
    states = {clause.clause: clause for clause in coverage_of(load_profile()).clauses}
    clause = states["Thông tư 41/2017/TT-BTTTT: kiểm tra chứng thư số"]
    assert [entry.state for entry in clause.requirements] == [
        CoverageState.TESTED,
        CoverageState.PARTLY,
        CoverageState.PARTLY,
    ]
    assert clause.state is CoverageState.PARTLY


def test_what_tests_a_requirement_is_named() -> None:
    by = coverage.testers()
    assert by["HDR-01"] == ("rules",)
    assert by["VXP-03"] == ("watch",)
    assert by["STS-04"] == ("watch", "STS-04")
    assert by["RTY-02"] == ("RTY-02/after", "RTY-02/before")


def test_a_profile_of_ones_own_may_leave_requirements_out(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + "levels: {SND-05: 'off'}\n", encoding="utf-8")
    coverage = coverage_of(load_profile(str(path)))
    entry = next(entry for clause in coverage.clauses for entry in clause.requirements if entry.id == "SND-05")
    assert entry.state is CoverageState.NOT
    assert "Not judged by this profile." in as_text(coverage, "en", 100)
    assert "Not judged by this profile." in as_html(coverage, "en")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_lines_fit_the_terminal(language: str) -> None:
    text = as_text(coverage_of(load_profile()), "en" if language == "en" else "vi", 70)
    assert max(map(len, text.splitlines())) <= 70
    assert all(line == line.rstrip() for line in text.splitlines())


class _Page(HTMLParser):
    """Notes what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loads += [str(given[name]) for name in ("src", "href") if name in given]
        self.loads += [tag] if tag == "script" else []
        self.ids += [given["id"] or ""] if "id" in given else []


def test_the_page_is_self_contained_and_complete() -> None:
    page = _Page()
    page.feed(as_html(coverage_of(load_profile()), "vi"))
    assert page.loads == []
    assert sorted(page.ids) == sorted(load_catalogue().requirements)


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_command_line_gives_every_form(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["lienthong", "profile", "coverage", "qcvn102-2016", "--lang", "en", "--format", form]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as left:
        main()
    out = capsys.readouterr().out
    assert left.value.code == 0
    assert "QCVN 102, 1.2 To" in out
    if form == "json":
        content = json.loads(out)
        assert content["schema"] == "lienthong.coverage/1"
        assert content["clauses"][0]["requirements"][0]["by"] == ["rules"]
