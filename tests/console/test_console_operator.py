"""A person who moves a product answers in the browser what a run asks."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from harness.catalogue.errors import ConfigurationError
from harness.console.data.tables import RunRow
from harness.console.runs.answers import OperatorAnswers, answer_pipe, file_of, files_of
from tests.console.console_rig import DECLARATION, ConsoleRig, Person

MANUAL = DECLARATION.replace('{kind: http, url: "http://127.0.0.1:9000/driver"}', "{kind: manual}")
_PATIENCE = 90.0


def test_what_a_run_asks_is_answered_in_the_browser(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        lan = rig.user("lan", "tester")
        alpha = rig.user("alpha", "vendor", "Alpha")
        rig.system("Alpha", MANUAL)
        start = {"preset": "chosen", "ids": "SND-01", "reason": "thử"}
        assert lan.post("/systems/1/runs", start).status_code == 422  # nobody could hand the secret over
        given = MANUAL.replace("system_id:", "secret: bí-mật-của-hệ-thống, system_id:")
        alpha.post("/systems/1", files={"file": ("candidate.yaml", given.encode())})
        run = lan.post("/systems/1/runs", start).headers["location"]
        _until(rig, lambda: "VIỆC 1" in alpha.get(run).text)
        page = alpha.get(run).text
        assert "bí-mật-của-hệ-thống" not in page
        assert "http://127.0.0.1:" in page
        assert str(tmp_path) not in page  # where the console keeps files is nobody's business
        link = re.search(r"http://testserver(/answer/[\w-]+)", alpha.post(f"{run}/delegate").text)
        assert link is not None
        guest = TestClient(rig.app, follow_redirects=False)
        assert "VIỆC 1" in guest.get(link[1]).text
        assert guest.get(f"{link[1]}x").status_code == 404
        found = re.search(rf'href="({link[1]}/operator/[^"]+)"', guest.get(link[1]).text)
        assert found is not None
        assert b"CERTIFICATE" in guest.get(found[1]).content
        assert guest.get(run).headers["location"] == "/sign-in"  # the link opens nothing else
        assert guest.post(f"{link[1]}/answer", data={"question": "7", "word": "xong"}).status_code == 422
        wrong = alpha.post(f"{run}/answer", {"question": "7", "word": "xong"})
        assert wrong.status_code == 422
        assert alpha.post(f"{run}/answer", {"question": "1", "said": " "}).status_code == 422
        assert guest.post(f"{link[1]}/answer", data={"question": "1", "word": "không làm được"}).status_code == 303
        assert alpha.post(f"{run}/answer", {"question": "1", "word": "không làm được"}).status_code == 422
        _until(rig, lambda: "VIỆC 1" not in alpha.get(run).text)
        lan.post(f"{run}/stop", {"reason": "đủ rồi"})
        _until(rig, lambda: _state(rig, run) == "ended")
        assert "chưa kết luận" in Person(rig, "alpha").get(run).text


def test_an_answer_is_refused_where_nothing_reads_it(tmp_path: Path) -> None:
    answers = OperatorAnswers()
    for place in (tmp_path, answer_pipe(tmp_path).parent):
        with pytest.raises(ConfigurationError, match="no-question"):
            answers.give(place, 1, "xong")
        answers = OperatorAnswers()


def test_only_the_files_of_a_question_are_handed_out(tmp_path: Path) -> None:
    folder = tmp_path / "operator" / "001"
    folder.mkdir(parents=True)
    (folder / "phụ lục.pdf").write_bytes(b"x")
    (tmp_path / "run.json").write_bytes(b"{}")
    assert files_of(tmp_path, f"… {folder}/phụ lục.pdf") == [("001", "phụ lục.pdf", 1)]
    assert files_of(tmp_path, "…") == []
    assert file_of(tmp_path, "001", "phụ lục.pdf") == folder / "phụ lục.pdf"
    for place, name in (("..", "run.json"), ("001", "../../run.json"), ("001", ""), ("002", "phụ lục.pdf")):
        assert file_of(tmp_path, place, name) is None


def _state(rig: ConsoleRig, run: str) -> str:
    with rig.state.database.reading() as db:
        return db.get_one(RunRow, run.rpartition("/")[2]).state


def _until(rig: ConsoleRig, reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    rig.work.queue.look()
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.2)
        rig.work.queue.look()
