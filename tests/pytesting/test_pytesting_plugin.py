"""The pytest plugin, as users have it: in a pytest of its own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

_PLUGIN = "harness.pytesting.plugin"
_INSTALLED = any(entry.value == _PLUGIN for entry in entry_points(group="pytest11"))
DEVIATIONS = """schema: lienthong.deviations/1
deviations:
- {requirement: VXP-03, owner: Nguyễn Văn A, reason: bản 3.3 sẽ sửa, expires: 2999-03-31}
"""


def outcome(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> pytest.RunResult:
    """Run pytest with the plugin, in English, without the plugins that do not matter here."""
    monkeypatch.setenv("LIENTHONG_LANG", "en")
    monkeypatch.delenv("LIENTHONG_LABORATORY", raising=False)
    loading = () if _INSTALLED else ("-p", _PLUGIN)
    plugins = (*loading, "-p", "no:cacheprovider")
    return pytester.runpytest_subprocess(*plugins, "-v", "--lienthong-no-pdf", *arguments)


def test_scenarios_are_items_and_stand_beside_other_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_own(): pass")
    reported = outcome(pytester, monkeypatch, "--lienthong", "reference", "--lienthong-only", "SND-01,HDR-07")
    reported.stdout.fnmatch_lines(["*test_own PASSED*", "lienthong::SND-01* PASSED*", "lienthong::HDR-07 PASSED*"])
    reported.stdout.fnmatch_lines(["lienthong::verdict PASSED*"])
    assert set(reported.parseoutcomes()) == {"passed"}
    assert [path.name for path in next(Path("runs").iterdir()).glob("report.json")] == ["report.json"]


def test_findings_are_the_text_of_a_failure(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    reported = outcome(
        pytester,
        monkeypatch,
        "--lienthong",
        "reference:wrong-hmac",
        "--lienthong-only",
        "VXP-03",
        "--lienthong-out",
        "r",
    )
    reported.stdout.fnmatch_lines(["lienthong::VXP-03* FAILED*"])
    reported.stdout.fnmatch_lines(["VXP-03.* (*", "*lienthong *"])
    reported.stdout.no_fnmatch_line("*Traceback*")
    assert reported.ret == pytest.ExitCode.TESTS_FAILED
    assert (Path("r") / "report.html").is_file()


def test_known_deviations_are_expected_failures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("known.yaml").write_text(DEVIATIONS, encoding="utf-8")
    arguments = ("--lienthong", "reference:wrong-hmac", "--lienthong-only", "VXP-03")
    reported = outcome(pytester, monkeypatch, *arguments, "--lienthong-deviations", "known.yaml")
    assert reported.parseoutcomes()["xfailed"] == 2
    assert reported.ret == pytest.ExitCode.OK


def test_nothing_runs_unless_an_item_is_chosen(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile("def test_own(): pass")
    reported = outcome(pytester, monkeypatch, "--lienthong", "reference", "-k", "test_own")
    reported.assert_outcomes(passed=1, deselected=reported.parseoutcomes()["deselected"])
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent.yaml",), "*absent.yaml*"),
        (("reference", "--lienthong-only", "XYZ-99"), "*XYZ-99*"),
        (("reference", "-n", "2"), "*without -n*"),
    ],
    ids=["no file", "no requirement", "two processes"],
)
def test_what_is_wrong_is_said_in_a_sentence(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    reported = outcome(pytester, monkeypatch, "--lienthong", *arguments)
    reported.stderr.fnmatch_lines([words])
    assert reported.ret == pytest.ExitCode.USAGE_ERROR


def test_loading_the_plugin_loads_nothing_else_of_the_package() -> None:
    script = (
        f"import pytest, sys; import {_PLUGIN}; print(*(name for name in sys.modules if name.startswith('harness')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert set(done.stdout.split()) == {"harness", "harness.pytesting", _PLUGIN}
