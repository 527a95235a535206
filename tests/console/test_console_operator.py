"""A person who operates a product answers the questions of a run in the browser."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from harness.catalogue.errors import ConfigurationError
from harness.console.data.tables import RunRow
from harness.console.runs.answers import OperatorAnswers, answer_pipe, file_of, files_of
from harness.console.runs.exhibits import LARGEST_ANSWER, lay_out
from harness.console.sent_file import SentFile
from harness.drivers.manual.exhibits import LARGEST_EXHIBIT
from tests.console.console_rig import MANUAL, ConsoleRig, Person

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
_PATIENCE = 180.0


def test_what_a_run_asks_is_answered_in_the_browser(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        lan = rig.user("lan", "tester")
        alpha = rig.user("alpha", "vendor", "Alpha")
        rig.system("Alpha", MANUAL)
        start = {"preset": "chosen", "ids": "SND-01", "reason": "thử"}
        assert lan.post("/systems/1/runs", start).status_code == 422  # the secret could not be passed on
        given = MANUAL.replace("system_id:", "secret: bí-mật-của-hệ-thống, system_id:")
        alpha.post("/systems/1", files={"file": ("candidate.yaml", given.encode())})
        run = lan.post("/systems/1/runs", start).headers["location"]
        _until(rig, lambda: "VIỆC 1" in alpha.get(run).text)
        page = alpha.get(run).text
        assert "bí-mật-của-hệ-thống" not in page
        assert "http://127.0.0.1:" in page
        assert str(tmp_path) not in page  # the page does not show where the console keeps files
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
        shown = [("shown", ("../../<b>ảnh\u202e.png", PICTURE)), ("shown", ("ảnh.png", b"other"))]
        said = {"question": "1", "word": "không làm được"}
        assert guest.post(f"{link[1]}/answer", data=said, files=shown).status_code == 303
        assert alpha.post(f"{run}/answer", {"question": "1", "word": "không làm được"}).status_code == 422
        _until(rig, lambda: "VIỆC 1" not in alpha.get(run).text)
        _look_at_what_was_shown(alpha, guest, run)
        lan.post(f"{run}/stop", {"reason": "đủ rồi"})
        _until(rig, lambda: _state(rig, run) == "ended")
        assert "chưa kết luận" in Person(rig, "alpha").get(run).text
        place = rig.state.runs / run.rpartition("/")[2]
        assert not (place / "evidence").exists()
        _look_at_what_was_shown(alpha, guest, run)


def _look_at_what_was_shown(alpha: Person, guest: TestClient, run: str) -> None:
    page = alpha.get(run).text
    assert hashlib.sha256(PICTURE).hexdigest() in page
    assert "bảnh.png" in page  # the name without its path, its tag and its invisible sign
    fetched = [alpha.get(one) for one in re.findall(rf'href="({run}/exhibits/\d+)"', page)]
    assert {answer.content for answer in fetched} == {PICTURE, b"other"}
    assert {answer.headers["content-type"] for answer in fetched} == {"application/octet-stream"}
    assert all(answer.headers["content-disposition"].startswith("attachment;") for answer in fetched)
    assert "sandbox" in fetched[0].headers["content-security-policy"]
    for one in re.findall(rf"({run}/exhibits/\d+)", page):
        assert guest.get(one).headers["location"] == "/sign-in"
        assert "bảnh" in alpha.get(one.replace("exhibits", "events")).text or b"PNG" not in alpha.get(one).content


def test_too_many_or_too_large_files_are_refused(tmp_path: Path) -> None:
    large = [SentFile("a.bin", b"x" * (LARGEST_EXHIBIT + 1))]
    with pytest.raises(ConfigurationError, match="exhibit-large"):
        lay_out(tmp_path, 1, large, 0)
    laid = lay_out(tmp_path, 1, [SentFile("a.png", b"1"), SentFile("A/a.png", b"2"), SentFile("", b"3")], 0)
    assert [path.relative_to(tmp_path).as_posix() for path in laid] == [
        "evidence/001/a.png", "evidence/001/a (2).png", "evidence/001/tệp",
    ]  # fmt: skip
    with pytest.raises(ConfigurationError, match="exhibit-many"):
        lay_out(tmp_path, 1, [SentFile("b", b"1")] * 8, 0)
    with pytest.raises(ConfigurationError, match="exhibit-full"):
        lay_out(tmp_path, 2, [SentFile("b", b"1")], 200 * 1024 * 1024)
    with ConsoleRig(tmp_path / "console") as rig:
        guest = TestClient(rig.app)
        beyond = b"x" * (LARGEST_ANSWER + 1)
        assert guest.post(f"/answer/{'x' * 43}/answer", content=beyond).status_code == 413
        assert guest.post(f"/answer/{'x' * 43}/answer", content=b"x" * 2_000_000).status_code == 404
        assert guest.post("/runs/x/answer", content=b"x" * 2_000_000, follow_redirects=False).status_code == 303
        assert guest.post("/runs/x/stop", content=b"x" * 2_000_000).status_code == 413


@given(st.text(max_size=300))
def test_any_file_name_is_made_safe_to_store(called: str) -> None:
    name = SentFile(called, b"").name
    assert 0 < len(name.encode()) <= 130
    assert not set(name) & set('/\\<>:"|?*\0\n\u202e')
    assert not name.startswith(".")
    assert Path(name).name == name
    assert SentFile(name, b"").name == name


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
