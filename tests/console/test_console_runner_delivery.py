"""A run arrives whole however often the way to the console breaks off, before or after the console heard."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.console.machine import delivery
from harness.console.machine.console_link import ConsoleAway, ConsoleLink
from harness.console.machine.delivery import RunDelivery
from harness.console.machine.taken_run import KeptOrder, TakenRun
from harness.console.runners import arrivals
from harness.console.runners.arrivals import Displaced, RunArrivals, all_digests
from harness.console.runners.shapes import ArrivedFiles, RunEnd, RunEndAnswer
from tests.report.report_runs import build_run


class _BadWay:
    """The console's side without a network; some calls are lost on their way there, some answers on their way back."""

    def __init__(self, folder: Path, luck: Any) -> None:
        self._folder = folder
        self._luck = luck
        self.arrivals = RunArrivals()

    def arrived(self, _: str) -> ArrivedFiles:
        return ArrivedFiles(*self._passed(lambda: self.arrivals.arrived(self._folder)))

    def add_lines(self, _: str, offset: int, content: bytes) -> int:
        return cast(int, self._passed(lambda: self.arrivals.add_lines(self._folder, offset, content)))

    def add_piece(self, _: str, name: str, offset: int, size: int, digest: str, content: bytes) -> int:
        add = self.arrivals.add_piece
        return cast(int, self._passed(lambda: add(self._folder, name, offset, size, digest, content)))

    def end(self, _: str, said: RunEnd) -> RunEndAnswer:
        return RunEndAnswer(self._passed(lambda: self.arrivals.missing(self._folder, said.files)))

    def _passed(self, call: Any) -> Any:
        trouble = self._luck()
        if trouble == "there":
            raise ConsoleAway
        if trouble == "killed":
            self.arrivals = RunArrivals()  # the console was started again: it reads what it has
        try:
            answer = call()
        except Displaced as elsewhere:
            answer = elsewhere.offset
        if trouble == "back":
            raise ConsoleAway
        return answer


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runner")
    build_run(place / "run")
    return place


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_run_arrives_whole_over_a_bad_way(recorded: Path, random: Any) -> None:
    run = TakenRun(recorded, KeptOrder("a", "", "vi"))
    with tempfile.TemporaryDirectory() as name, patch.object(delivery, "LARGEST_PIECE", 3000):
        way = _BadWay(Path(name) / "a" / "run", lambda: random.choice(["", "", "", "there", "back", "killed"]))
        sending = RunDelivery(cast(ConsoleLink, way), run)
        for _ in range(400):
            try:
                if not sending.finish().missing:
                    break
            except ConsoleAway:
                continue
        assert all_digests(Path(name) / "a" / "run") == all_digests(run.folder)


def test_the_cut_line_of_a_console_that_was_killed_is_sent_again(recorded: Path, tmp_path: Path) -> None:
    journal = (recorded / "run" / "journal.jsonl").read_bytes()
    second = journal.index(b"\n", journal.index(b"\n") + 1) + 1
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "journal.jsonl").write_bytes(journal[: second + 20])
    assert RunArrivals().arrived(folder) == (second, [])


def test_a_file_that_was_whole_when_the_console_was_killed_is_put_in_its_place(tmp_path: Path) -> None:
    content, folder = b"{}", tmp_path / "run"
    digest = hashlib.sha256(content).hexdigest()
    with patch.object(arrivals, "_keep", side_effect=OSError("killed")), pytest.raises(OSError, match="killed"):
        RunArrivals().add_piece(folder, "run.json", 0, 2, digest, content)
    assert not (folder / "run.json").exists()
    assert RunArrivals().add_piece(folder, "run.json", 0, 2, digest, content) == 2
    assert (folder / "run.json").read_bytes() == content
