"""A record with a correct chain and events that no harness wrote: reported, never judged, and no traceback."""

from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.engine.rejudge import judge_again
from harness.journal import read_record
from harness.report.renderers import Renderer
from harness.report.second_judgement import Second, SecondJudgement, judge_once_more
from harness.seal.run_files import read_report, source_of
from tests.journal.told_events import forged
from tests.report.judged_runs import judged_run

TOLD = "unreadable at line 2: answer: Expected `int`, got `str` - at `$.request`"


@pytest.fixture
def misfit(tmp_path: Path) -> Path:
    """A run whose second event is an answer without the number of a request."""
    judged_run(tmp_path)
    start = read_record(tmp_path).events[0]
    return forged(tmp_path, ("run.started", dict(start.members)), ("answer", {"request": "the first"}))


def test_it_cannot_be_judged_and_the_line_is_named(misfit: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        judge_again(misfit, None, "en")
    assert (refused.value.code, str(refused.value.parameters["detail"])) == ("run.broken", TOLD)
    assert judge_once_more(misfit, None) == SecondJudgement(Second.UNJUDGEABLE, (f"run.broken {TOLD}",))


def test_its_report_is_rendered_without_the_record(misfit: Path) -> None:
    source = source_of(misfit, read_report(misfit))
    assert source.record is None
    assert source.report.run_id in Renderer(source, "en").render("html").decode()
