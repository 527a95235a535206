"""Real runs whose candidate said hostile things: judged, encoded and rendered, and nothing of it is live."""

import itertools
import json
import random
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from harness.catalogue.profiles import load_profile
from harness.journal import Journal, read_record
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement, encoded
from harness.report.renderers import Renderer
from harness.seal.run_files import read_report, source_of
from tests.engine.engine_rig import judged_run
from tests.journal.told_events import fact

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><!--',
    "{expected} {0} {x!r:>9999999} }{ %s {{",
    "]]>&#0;&nbsp;&lt;",
    "abc\u202egnp.exe\u2066\u200f",
    "\x00\x01\x1b[31mred\x7f\x85\u2028",
    "half \ud800 pair \udfff",
    "| a | `b` [c](javascript:alert(1)) ``` #1 @all\n\n# x",
    "\ufdd0\ufffe\U0001f9d1\u200d\U0001f4bb e\u0301\u0302",
    "",
)
_LONG = "x" * 10_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]")
_FOREIGN: dict[str, tuple[str, ...]] = {
    "run.started": ("candidate",),
    "request": ("headers", "parameters", "target", "package", "content_type"),
    "answer": ("effect",),
    "driver": ("result",),
}
# Ours even where they are among what a candidate sends: the hub gives them from a fixed set.
_OURS = frozenset({"kind", "messagetype", "status", "blob", "sha256", "capabilities", "code", "state", "variant"})
ONLY = ("SND-01", "RCV-01", "RCV-02", "STS-01", "STS-02")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run of a few scenarios."""
    directory: Path = tmp_path_factory.mktemp("honest")
    judged_run(directory, only=ONLY)
    return directory


def spoilt(value: Any, spoil: Callable[[], str | None]) -> Any:
    """Return a value with some of its foreign texts replaced."""
    if isinstance(value, dict):
        return {key: part if key in _OURS else spoilt(part, spoil) for key, part in value.items()}
    if isinstance(value, list):
        return [spoilt(part, spoil) for part in value]
    if isinstance(value, str):
        words = spoil()
        return value if words is None else words
    return value


def hostile_run(
    honest: Path,
    directory: Path,
    spoil: Callable[[], str | None],
    said: Mapping[str, Collection[str]] = _FOREIGN,
) -> Judgement:
    """Record a run again with what the candidate said replaced here and there; judge it, write report.json."""
    journal = Journal(directory)
    for event in read_record(honest).events:
        foreign = said.get(event.kind, ())
        data = {key: spoilt(part, spoil) if key in foreign else part for key, part in event.members.items()}
        journal.record(fact(event.kind, data), scenario=event.scenario)
    journal.close()
    for blob in (honest / "blobs").iterdir():
        content = blob.read_bytes()
        (directory / "blobs" / blob.name).write_bytes(content)
    judgement = judge(load_profile(), read_record(directory))
    (directory / "report.json").write_bytes(encoded(judgement))
    return judgement


@pytest.mark.parametrize("seed", range(3))
def test_whatever_a_candidate_says_is_judged_encoded_and_shown_inert(honest: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    judgement = hostile_run(honest, tmp_path, lambda: chance.choice(HOSTILE) if chance.random() < 0.2 else None)
    assert encoded(msgspec.json.decode(encoded(judgement), type=Judgement)) == encoded(judgement)
    renderer = Renderer(source_of(tmp_path, read_report(tmp_path)), "vi")
    page, summary = renderer.render("html").decode(), renderer.render("md").decode()
    for shown in (page, summary, renderer.render("junit").decode()):
        assert not _CONTROL.search(shown)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    etree.fromstring(renderer.render("junit"))


def test_ten_million_signs_are_clipped_everywhere(honest: Path, tmp_path: Path) -> None:
    turns = itertools.count()  # a header here and there, its name or its value: what is concluded is read from them
    spoilt_ones = range(40, 1500, 97)
    judgement = hostile_run(
        honest, tmp_path, lambda: _LONG if next(turns) in spoilt_ones else None, {"request": ("headers",)}
    )
    found = [one for scenario in judgement.scenarios for one in scenario.findings]
    assert found
    for one in found:
        assert len(json.dumps(msgspec.to_builtins(one))) < 20_000, one.code
    renderer = Renderer(source_of(tmp_path, read_report(tmp_path)), "en")
    assert len(renderer.render("html")) < 5_000_000
