"""`lienthong show`: findings, events and documents of a run."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.catalogue.errors import ConfigurationError
from harness.cli.verbs import lienthong
from tests.report.report_runs import DOCUMENT, build_run, failed_plan


@pytest.fixture
def run(tmp_path: Path) -> Path:
    build_run(tmp_path / "run", failed_plan("\x1b[31mred\x07"))
    return tmp_path / "run"


def call(*words: object) -> Result:
    return CliRunner().invoke(lienthong, ["show", *map(str, words), "--lang", "en"], standalone_mode=False)


def test_findings_come_with_the_numbers_of_their_events(run: Path) -> None:
    output = call(run).output
    assert "HDR-07.wrong-form (fail)  #3" in output
    assert "lienthong show" in output.splitlines()[-1]
    assert "\x1b" not in output


def test_an_event_is_shown_with_its_answer(run: Path) -> None:
    output = call(run, "3").output
    assert output.startswith("#3  ")
    assert "\x1b" not in output
    assert call(run, "#3").output == output


def test_a_finding_is_shown_with_the_message_that_proves_it(run: Path) -> None:
    output = call(run, "HDR-07.wrong-form").output
    assert output.startswith("HDR-07.wrong-form (fail)")
    assert "\n#3  " in output


def test_a_document_is_followed_through_the_run(run: Path) -> None:
    lines = call(run, DOCUMENT).output.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("#") for line in lines)


@pytest.mark.parametrize(
    ("what", "code"), [("99999", "show.no-event"), ("9" * 5000, "show.nothing"), ("nothing", "show.nothing")]
)
def test_what_is_not_there_is_said(run: Path, what: str, code: str) -> None:
    error = call(run, what).exception
    assert isinstance(error, ConfigurationError)
    assert error.code == code


@pytest.mark.parametrize("scenarios", ["7", "[7]", '[{"id": 1, "findings": [{}]}]', "null"])
def test_a_foreign_report_is_one_sentence(run: Path, scenarios: str) -> None:
    (run / "report.json").write_text(f'{{"schema": "lienthong.report/1", "scenarios": {scenarios}}}')
    error = call(run).exception
    assert isinstance(error, ConfigurationError)
    assert error.code == "report.unreadable"
