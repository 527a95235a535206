"""`lienthong report` and `lienthong verify`, called as a user calls them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from harness.catalogue.errors import ConfigurationError
from harness.cli.verbs import lienthong
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.report import write_reports
from harness.report.seal_run import list_unsigned
from harness.seal.laboratory import load_laboratory
from tests.report.judged_runs import judged_run
from tests.report.report_runs import RunPlan, build_run, failed_plan


def call(*words: object, **environment: str) -> Result:
    """Call the command line in English."""
    runner = CliRunner()
    env = {"LIENTHONG_LANG": "en", "LIENTHONG_LABORATORY": "", **environment}
    return runner.invoke(lienthong, [str(word) for word in words], env=env, standalone_mode=False)


def refusal(result: Result) -> str:
    """Return the code of the configuration error that a call ended with."""
    assert isinstance(result.exception, ConfigurationError)
    return result.exception.code


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A laboratory's folder."""
    folder = tmp_path / "lab"
    folder.mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), folder)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with its page, not sealed."""
    directory = tmp_path / "run"
    write_reports(directory, build_run(directory, failed_plan()), lang="vi", formats=["html"])
    return directory


@pytest.fixture
def signed(tmp_path: Path, lab: Path) -> Path:
    """A run that the laboratory recorded, sealed and signed."""
    judged_run(tmp_path / "signed", load_laboratory(lab))
    return tmp_path / "signed"


def test_one_text_format_goes_to_standard_output(run: Path) -> None:
    assert call("report", run, "--format", "md").stdout.startswith("# ✘ FAIL: ")
    assert json.loads(call("report", run, "--format", "json").stdout)["schema"] == "lienthong.report/1"
    assert etree.fromstring(call("report", run, "--format", "junit").stdout.encode()).tag == "testsuites"
    assert call("report", run, "--format", "md", "--lang", "vi").stdout.startswith("# ✘ KHÔNG ĐẠT: ")


def test_several_formats_go_into_a_folder(run: Path, tmp_path: Path) -> None:
    result = call("report", run, "--format", "html", "junit", "md", "--out", tmp_path / "out")
    assert result.return_value == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.html", "junit.xml", "report.md"}
    assert result.stdout == ""


def test_one_format_goes_into_the_named_file(run: Path, tmp_path: Path) -> None:
    call("report", run, "--format", "html", "--out", tmp_path / "deep" / "page.html")
    assert (tmp_path / "deep" / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_pdf_that_leaves_the_run_is_signed(signed: Path, lab: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    assert call("report", signed, "--format", "pdf", "--out", out, "--laboratory", lab).return_value == 0
    (signature,) = read_pdf(out.read_bytes()).signatures
    assert signature.problem is None


def test_page_is_rendered_into_an_unsealed_run(run: Path) -> None:
    (run / "report.html").unlink()
    assert call("report", run).return_value == 0
    assert (run / "report.html").exists()
    assert not (run / "manifest.json").exists()


def test_signed_run_is_not_changed_without_the_key(signed: Path) -> None:
    before = (signed / "report.html").read_bytes()
    assert refusal(call("report", signed, "--format", "html", "--lang", "en")) == "report.sealed"
    assert (signed / "report.html").read_bytes() == before


def test_signed_run_is_sealed_again_with_the_key(signed: Path, lab: Path) -> None:
    assert call("report", signed, "--format", "html", "--lang", "en", "--laboratory", lab).return_value == 0
    assert call("verify", signed, LIENTHONG_LABORATORY=str(lab)).return_value == 0


def test_tampered_run_is_never_sealed_again(signed: Path, lab: Path) -> None:
    (signed / "run.json").write_text("{}")
    before = sorted(path.name for path in signed.iterdir())
    result = call("report", signed, "--laboratory", lab)
    assert result.return_value == 0
    assert "The run's seal does not hold (mixed)" in result.stderr
    assert sorted(path.name for path in signed.iterdir()) == before
    assert (signed.parent / "signed-reports" / "report.html").is_file()
    assert refusal(call("report", signed)) == "report.seal-broken"


def test_damaged_unsigned_run_is_not_listed_again(run: Path) -> None:
    list_unsigned(run)
    (run / "run.json").write_text("{}")
    assert refusal(call("report", run, "--format", "html")) == "report.seal-broken"


def test_comparison_alone_is_printed(run: Path, tmp_path: Path) -> None:
    build_run(tmp_path / "older", RunPlan())
    result = call("report", run, "--against", tmp_path / "older")
    assert "New failure: RCV-02: Pass → Fail (RCV-02.acked-before-fetch)\n" in result.stdout
    assert call("report", run, "--against", run).stdout.splitlines() == [
        "Still failing: HDR-07: Fail → Fail (HDR-07.wrong-form)",
        "Still failing: RCV-02: Fail → Fail (RCV-02.acked-before-fetch)",
    ]


def test_comparison_is_in_the_other_formats_too(run: Path, tmp_path: Path) -> None:
    build_run(tmp_path / "older", RunPlan())
    assert "## Against an older run" in call("report", run, "--against", tmp_path / "older", "--format", "md").stdout


def test_comparison_never_replaces_the_official_report(run: Path) -> None:
    assert refusal(call("report", run, "--against", run, "--format", "html")) == "report.against-needs-out"


def test_quiet_says_nothing_when_all_is_well(signed: Path, tmp_path: Path) -> None:
    assert call("verify", signed, "--any-key", "--quiet").output == ""
    assert call("report", signed, "--format", "html", "--out", tmp_path / "x.html", "--quiet").output == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "run.none"), ("{", "report.not-json"), ("[]", "report.not-json"), ("{}", "report.unknown-schema")],
)
def test_what_is_no_run_is_refused(tmp_path: Path, content: str | None, code: str) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    assert refusal(call("report", tmp_path)) == code


def test_a_run_that_was_not_judged_yet_has_no_report(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("")
    assert refusal(call("report", tmp_path)) == "report.no-run"
    assert refusal(call("report", tmp_path / "gone")) == "run.no-folder"


def test_seal_that_holds(signed: Path, lab: Path) -> None:
    result = call("verify", signed, "--key", lab / "lab.crt")
    assert result.return_value == 0
    assert "The seal holds: 6 files of run 20261123-101530-a1b2c3" in result.stdout
    assert "compare" not in result.stdout
    assert call("verify", signed, LIENTHONG_LABORATORY=str(lab)).return_value == 0


def test_key_that_is_not_known_proves_nothing(signed: Path, tmp_path: Path) -> None:
    result = call("verify", signed)
    assert result.return_value == 4
    assert "NOT KNOWN WHOSE KEY signed" in result.stdout
    accepted = call("verify", signed, "--any-key")
    assert accepted.return_value == 0
    assert "not compared with a known one" in accepted.stdout
    (tmp_path / "other").mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), tmp_path / "other")
    assert call("verify", signed, LIENTHONG_LABORATORY=str(tmp_path / "other")).return_value == 4


def test_key_of_another_laboratory(signed: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), tmp_path / "other")
    result = call("verify", signed, "--key", tmp_path / "other" / "lab.crt")
    assert result.return_value == 1
    assert "wrong-key: manifest.sig: signed with another key" in result.stdout


def test_unsigned_run_is_inconclusive(run: Path) -> None:
    list_unsigned(run)
    result = call("verify", run)
    assert result.return_value == 4
    assert "NOT SIGNED" in result.stdout


def test_tampering_is_printed_for_people_and_programs(signed: Path) -> None:
    (signed / "evil\u202e.txt").write_text("x")
    result = call("verify", signed)
    assert result.return_value == 1
    assert "file-added: evil\\u202e.txt: the file is not among the sealed ones" in result.stdout
    shape = json.loads(call("verify", signed, "--format", "json").stdout)
    assert shape["verdict"] == "fail"
    assert [problem["code"] for problem in shape["problems"]] == ["file-added"]


def test_laboratory_that_is_none_is_refused(signed: Path, tmp_path: Path) -> None:
    assert refusal(call("report", signed, "--laboratory", tmp_path / "nowhere")) == "laboratory.empty"
    assert refusal(call("verify", signed, "--key", signed / "report.json")) == "laboratory.bad-key"
