"""The rendered examples in `reports/examples`: one that passed, one that failed, both as they would be rendered today.

When this fails after a change to templates or words: `python reports/make_examples.py --render`; after a change to the
catalogue: `python reports/make_examples.py`.
"""

import importlib.util
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from harness.catalogue.profiles import load_profile
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.report import write_reports
from harness.resources import folder
from harness.seal.laboratory import Laboratory, load_laboratory
from harness.seal.run_files import read_report
from tests.report.report_runs import build_run, failed_plan

EXAMPLES = folder("reports") / "examples"


def _maker() -> ModuleType:
    specification = importlib.util.spec_from_file_location("make_examples", folder("reports") / "make_examples.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


MAKER = _maker()


@pytest.mark.parametrize(("name", "verdict"), [("passed", "pass"), ("failed", "fail")])
def test_example_is_what_would_be_rendered_today(name: str, verdict: str) -> None:
    assert MAKER.rendered(EXAMPLES / name) == (EXAMPLES / f"{name}.html").read_text(encoding="utf-8")
    assert read_report(EXAMPLES / name).verdict == verdict


@pytest.mark.release
@pytest.mark.parametrize("name", ["passed", "failed"])
def test_example_speaks_of_the_requirements_of_today(name: str) -> None:
    shown = {entry.id: entry.statement for entry in read_report(EXAMPLES / name).requirements}
    known = {entry.id: entry.statement for entry in load_profile().requirements.values()}
    assert shown == known


def test_what_is_kept_of_a_run_gives_the_page_of_the_whole_run(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), tmp_path / "lab")
    key = load_laboratory(tmp_path / "lab").key
    run = tmp_path / "failed"
    report = build_run(run, failed_plan())
    laboratory = Laboratory(MAKER._IDENTITY, key)
    (page,) = write_reports(run, report, lang="vi", formats=["html"], laboratory=laboratory)
    assert key is not None
    MAKER.distil(run, tmp_path / "kept" / "failed", key.public)
    shutil.rmtree(run / "blobs")
    assert MAKER.rendered(tmp_path / "kept" / "failed") == page.read_text(encoding="utf-8")
