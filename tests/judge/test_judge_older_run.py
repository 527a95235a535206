"""A run that an older version recorded is read, verified and judged as it was then.

`older-run.zip` is the whole folder of a run of RCV-02 and HDR-07 against the reference with the defect `day-first`, as
`certify` left it before events had types; all its data are made up. It is never made anew.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.catalogue.profiles import load_profile
from harness.journal import events_of, read_record
from harness.journal.events import AnswerSent, RequestReceived, RunStarted, Unlisted
from harness.judge.first_verdicts import FirstVerdicts
from harness.judge.judge import judge
from harness.report.event_text import lines_of
from harness.report.renderers import Renderer
from harness.report.second_judgement import Second, judge_once_more
from harness.seal.run_files import read_report, source_of
from harness.seal.tampering import Tampering
from harness.seal.verification import verify

OLDER = Path(__file__).with_name("older-run.zip")


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run."""
    directory: Path = tmp_path_factory.mktemp("older")
    with zipfile.ZipFile(OLDER) as archive:
        archive.extractall(directory)
    return directory


def found(report: dict[str, Any]) -> dict[str, Any]:
    """Return what a report says was found, without its words."""
    requirements = {one["id"]: (one["verdict"], one["cause"], one["required"]) for one in report["requirements"]}
    scenarios = {
        one["id"]: (one["verdict"], [(it["code"], it["where"], it["occurrences"]) for it in one["findings"]])
        for one in report["scenarios"]
    }
    return {"requirements": requirements, "scenarios": scenarios}


def test_every_line_is_read_as_what_it_is(older: Path) -> None:
    record = read_record(older)
    assert not record.cut
    assert not list(events_of(record.events, Unlisted))
    asked = [one.seq for one in events_of(record.events, RequestReceived)]
    assert asked == sorted(one.what.request for one in events_of(record.events, AnswerSent))
    (start,) = events_of(record.events, RunStarted)
    assert start.what.only == ("HDR-07", "RCV-02")


def test_what_is_written_of_it_today_is_the_same_line(older: Path) -> None:
    for event in read_record(older).events:
        if event.kind != "stimulus":  # written in three orders, read into one type
            assert json.dumps(event.what.members()) == json.dumps(event.members), event.kind


def test_it_is_judged_to_the_same_verdicts(older: Path) -> None:
    before = json.loads((older / "report.json").read_bytes())
    now = msgspec.to_builtins(judge(load_profile(before["profile"]["id"]), read_record(older)))
    assert (now["verdict"], before["verdict"]) == ("fail", "fail")
    for part in ("requirements", "scenarios"):  # requirements that came later are no part of it
        then, today = found(before)[part], found(now)[part]
        assert {name: today.get(name) for name in then} == then
    assert [found(before)["requirements"][name][0] for name in ("RCV-02", "HDR-07")] == ["pass", "fail"]


@pytest.mark.parametrize("packed", [True, False])
def test_it_is_verified_and_judging_it_once_more_is_no_forgery(older: Path, packed: bool) -> None:
    path = OLDER if packed else older
    assert [problem.code for problem in verify(path).problems] == [Tampering.UNSIGNED]
    assert judge_once_more(path, None).outcome in {Second.SAME, Second.CHANGED_RULES}


def test_it_is_rendered_and_shown(older: Path) -> None:
    record = read_record(older)
    page = Renderer(source_of(older, read_report(older)), "en").render("html").decode()
    assert "HDR-07" in page
    assert all("\n".join(lines_of(event, record)) for event in record.events)


def test_who_looks_on_is_reported_of_each_scenario_what_the_report_says(older: Path) -> None:
    record, profile = read_record(older), load_profile()
    looking_on = FirstVerdicts(profile, lambda run_id: older)
    told = [entry for event in record.events if (entry := looking_on.add(event)) is not None]
    reported = {one.id: one for one in judge(profile, record).scenarios}
    assert {one.id for one in told} == {one for one in reported if not one.startswith("watch/")}
    for entry in told:
        assert (entry.verdict, entry.requirements) == (reported[entry.id].verdict, reported[entry.id].requirements)
        assert [one.code for one in entry.findings] == [one.code for one in reported[entry.id].findings]
