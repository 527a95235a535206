"""The driver `manual`: what a person is shown, how the answers are read, and what is kept of them."""

import asyncio
import base64
import contextlib
import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.drivers.manual.driver import ManualDriver
from harness.drivers.manual.exhibits import LARGEST_EXHIBIT
from harness.drivers.manual.words import WORDS, plain, read_word
from harness.drivers.protocol import COMMANDS, DriverError, OperatorError
from harness.drivers.recorded import RecordedDriver
from harness.drivers.views import ViewRequest
from harness.journal import read_record
from tests.drivers.operator_desk import LIMIT, Script, recorded, workplace

SEND = {
    "to": [{"organ_id": "H37", "organ_name": "UBND tỉnh Lạng Sơn"}],
    "code_number": "12",
    "code_notation": "UBND-VP",
    "type_name": "Công văn",
    "subject": "Về việc {không} thay thế",
    "content": "Nội dung",
    "priority": 0,
    "attachments": [{"name": "công văn.pdf", "content_base64": base64.b64encode(b"%PDF-1.7").decode()}],
    "operation": "new",
}
CONFIGURE = {"endpoint": "http://hub/vxp", "system_id": "vxp.1", "secret": "top-secret-made-here", "organ_id": "H41"}


def call(
    directory: Path, lines: list[str], *calls: tuple[str, dict[str, Any]], **place: Any
) -> tuple[list[Any], Script]:
    """Make calls of a driver whose person says `lines`; return the results, or what was raised, and the person."""
    script = Script(lines)
    results: list[Any] = []

    async def run() -> None:
        driver = ManualDriver(workplace(directory, **place), script)
        for command, arguments in calls:
            try:
                results.append(await driver.call(command, arguments, LIMIT))
            except DriverError as error:
                results.append(error)

    asyncio.run(run())
    return results, script


def test_what_is_shown_with_an_answer_is_kept_with_it(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    for name, content in (("ảnh.png", b"\x89PNG"), (".ẩn", b"x"), ("khóa.txt", b"top-secret-made-here")):
        (evidence / "001").mkdir(parents=True, exist_ok=True)
        (evidence / "001" / name).write_bytes(content)
    (evidence / "001" / "liên kết").symlink_to("/etc/passwd")
    (evidence / "001" / "thư mục").mkdir()
    with (evidence / "001" / "lớn").open("wb") as large:
        large.truncate(LARGEST_EXHIBIT + 1)

    async def run() -> None:
        driver = ManualDriver(workplace(tmp_path), Script(["không làm được", "xong"]), evidence=evidence)
        for _ in range(2):
            with contextlib.suppress(OperatorError):
                await driver.call("configure", CONFIGURE, LIMIT)

    asyncio.run(run())
    shown = recorded(tmp_path, "operator.showed")
    assert [(one["question"], one["name"], one["size"]) for one in shown] == [(1, "khóa.txt", 20), (1, "ảnh.png", 4)]
    record = read_record(tmp_path)
    assert [record.blob(one["blob"]) for one in shown][1] == b"\x89PNG"
    assert b"top-secret" not in record.blob(shown[0]["blob"])
    assert shown[1]["sha256"] == hashlib.sha256(b"\x89PNG").hexdigest()
    kinds = [event.kind for event in record.events]
    assert kinds[1:4] == ["operator.showed", "operator.showed", "operator.answered"]


def test_a_document_to_send_is_described_fully_with_its_files_and_its_identity(tmp_path: Path) -> None:
    (_, result), person = call(tmp_path, ["xong", "Xong"], ("configure", CONFIGURE), ("send", SEND))
    reported = person.screen[1]
    for part in ("UBND tỉnh Lạng Sơn (H37)", "Số: 12", "Ký hiệu: UBND-VP", "Trích yếu: Về việc {không} thay thế"):
        assert part in reported
    path = tmp_path / "operator" / "002" / "công văn.pdf"
    assert str(path) in reported
    assert path.read_bytes() == b"%PDF-1.7"
    assert result["document_id"].startswith("H41,")
    assert result["document_id"].endswith(",12/UBND-VP")
    assert result["document_id"] in reported


def test_another_identity_can_be_given(tmp_path: Path) -> None:
    results, _ = call(tmp_path, ["xong H41,2026/11/23,99/UBND-VP"], ("send", SEND))
    assert results == [{"document_id": "H41,2026/11/23,99/UBND-VP"}]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.pdf", "C:\\x.pdf", "..", "", "a\nb.pdf", "con?.pdf"])
def test_a_file_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    hostile = {**SEND, "attachments": [{"name": name, "content_base64": ""}]}
    call(tmp_path, ["xong"], ("send", hostile))
    files = [path for path in (tmp_path / "operator").rglob("*") if path.is_file()]
    assert [path.parent for path in files] == [tmp_path / "operator" / "001"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("từ chối vì là văn bản mật", "refused"),
        ("tu choi", "refused"),
        ("REFUSED", "refused"),
        ("t", "refused"),
        ("lỗi: ổ đĩa đầy", "failed"),
        ("lỗi ổ đĩa đầy", "failed"),
        ("failed", "failed"),
        ("không làm được vì máy treo", "operator"),
        ("khong lam duoc", "operator"),
        ("cannot", "operator"),
        ("bỏ qua", "operator"),
        ("s", "operator"),
    ],
)
def test_answers_that_say_no(tmp_path: Path, line: str, kind: str) -> None:
    (result,), _ = call(tmp_path, [line], ("send", SEND))
    assert result.kind == kind


@pytest.mark.parametrize(("line", "answer"), [("không thể", "cannot"), ("bo qua", "skip")])
def test_what_the_person_declines_is_the_operators(tmp_path: Path, line: str, answer: str) -> None:
    (result,), _ = call(tmp_path, [line], ("send", SEND))
    assert isinstance(result, OperatorError)
    assert result.answer == answer


def test_what_is_not_understood_is_asked_again(tmp_path: Path) -> None:
    (result,), person = call(tmp_path, ["", "vâng", "x"], ("take_back", {"document_id": "A", "organ_id": "H37"}))
    assert result == {}
    assert "vâng" in person.screen[2]
    assert recorded(tmp_path, "operator.answered")[0]["answers"] == ["", "vâng", "x"]


def test_an_operator_who_is_never_understood_is_not_asked_endlessly(tmp_path: Path) -> None:
    (result,), person = call(tmp_path, ["vâng"] * 1000, ("send", SEND))
    assert isinstance(result, OperatorError)
    assert result.answer == "unclear"
    assert len(person.screen) == 10


def test_nobody_there(tmp_path: Path) -> None:
    (result,), _ = call(tmp_path, [], ("send", SEND))
    assert result.answer == "absent"


def test_nobody_answers_in_time(tmp_path: Path) -> None:
    class Asleep(Script):
        async def ask(self, *_: Any) -> str | None:
            raise TimeoutError

    async def run() -> None:
        with pytest.raises(OperatorError) as caught:
            await ManualDriver(workplace(tmp_path), Asleep(), patience=0.01).call("stop", {}, LIMIT)
        assert caught.value.answer == "silent"

    asyncio.run(run())


def test_greeting_and_polling_ask_no_person(tmp_path: Path) -> None:
    (hello, poll), person = call(tmp_path, [], ("hello", {}), ("poll", {}))
    assert hello["commands"] == list(COMMANDS)
    assert (poll, person.screen) == ({}, [])


def test_a_made_secret_is_reported_once_and_never_recorded(tmp_path: Path) -> None:
    lines = ["xong", "xong", "xong"]
    other = {**CONFIGURE, "secret": "another-secret-9876"}
    _, person = call(tmp_path, lines, ("configure", CONFIGURE), ("configure", CONFIGURE), ("configure", other))
    assert ["top-secret-made-here" in reported for reported in person.screen] == [True, False, False]
    assert "another-secret-9876" in person.screen[2]
    assert "top-secret-made-here" not in (tmp_path / "journal.jsonl").read_text(encoding="utf-8")


def test_a_declared_secret_is_not_told(tmp_path: Path) -> None:
    _, person = call(tmp_path, ["xong"], ("configure", CONFIGURE), secret_made=False)
    assert "top-secret-made-here" not in person.screen[0]
    assert "khóa đã khai cho hệ thống này" in person.screen[0]


def test_english_is_spoken_on_request(tmp_path: Path) -> None:
    _, person = call(tmp_path, ["done"], ("stop", {}), language="en")
    assert "TASK 1" in person.screen[0]


@pytest.mark.parametrize("command", ["configure", "send", "decide", "take_back", "register", "stop", "start"])
def test_every_task_can_be_put_in_both_languages(tmp_path: Path, command: str) -> None:
    for language in ("vi", "en"):
        for action in ("accept", "refuse", "assign", "process", "finish", "agree", "disagree"):
            directory = tmp_path / f"{language}-{action}"
            arguments = {
                **SEND,
                "action": action,
                "classification": "mat",
                "priority": 4,
                "agencies": [{"organ_id": "A"}],
            }
            (result,), person = call(directory, ["xong"], (command, arguments), language=language)
            assert not isinstance(result, DriverError)
            assert "{" not in person.screen[0].replace("{không}", "")


def look(directory: Path, lines: list[str], *requests: ViewRequest) -> tuple[Any, Script]:
    script = Script(lines)

    async def run() -> Any:
        return await ManualDriver(workplace(directory), script).look(requests[0].view, requests, requests)

    return asyncio.run(run()), script


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("0", []),
        ("1", ["arrived"]),
        ("2", ["registered"]),
        ("1 1", ["arrived", "arrived"]),
        ("1, 7", ["arrived", "cancelled"]),
        ("rejected", ["rejected"]),
    ],
)
def test_the_inbox_is_reported_by_numbers(tmp_path: Path, line: str, states: list[str]) -> None:
    seen, person = look(tmp_path, [line], ViewRequest("inbox", "A"))
    assert [row["state"] for row in seen.result["documents"]] == states
    assert "Văn bản A" in person.screen[0]
    assert seen.asked == {"A": 0}


@pytest.mark.parametrize("line", ["9", "x y", "1 0", "-1", "có"])
def test_an_answer_about_the_inbox_that_is_none(tmp_path: Path, line: str) -> None:
    seen, _ = look(tmp_path, [line, "1"], ViewRequest("inbox", "A"))
    assert [row["state"] for row in seen.result["documents"]] == ["arrived"]


def test_details_are_asked_only_where_they_are_read(tmp_path: Path) -> None:
    wanted = ViewRequest("inbox", "A", parts=frozenset({"subject", "flags", "attachments"}))
    folder = tmp_path / "operator" / "001"

    class Uploader(Script):
        async def ask(self, *arguments: Any) -> str | None:
            if str(folder) in arguments[3]:
                (folder / "tệp.pdf").write_bytes(b"abc")
                (folder / ".DS_Store").write_bytes(b"")
            return await super().ask(*arguments)

    script = Uploader(["1", "Không thể chậm trễ", "1 3", "xong"])

    async def run() -> Any:
        return await ManualDriver(workplace(tmp_path), script).look("inbox", [wanted], [wanted])

    (row,) = asyncio.run(run()).result["documents"]
    assert row["subject"] == "Không thể chậm trễ"
    assert row["flags"] == ["signature_invalid", "attachment_invalid"]
    assert row["attachments"] == [
        {"name": "tệp.pdf", "size": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    ]


def test_the_outbox_is_reported_with_the_receivers_asked_for(tmp_path: Path) -> None:
    seen, _ = look(tmp_path, ["2", "3", "0"], ViewRequest("outbox", "A", receivers=frozenset({"H37", "H56"})))
    (row,) = seen.result["documents"]
    assert row["state"] == "sent"
    assert row["receivers"] == [{"organ_id": "H37", "status_code": "03"}, {"organ_id": "H56", "status_code": None}]


@pytest.mark.parametrize(("line", "count"), [("110.000", 110_000), ("0", 0), ("7", 7)])
def test_the_directory_is_a_number(tmp_path: Path, line: str, count: int) -> None:
    seen, _ = look(tmp_path, [line], ViewRequest("directory"))
    assert seen.result == {"count": count}


def test_what_cannot_be_seen_is_recorded_for_its_document_alone(tmp_path: Path) -> None:
    requests = [ViewRequest("inbox", "A"), ViewRequest("inbox", "B")]
    place = workplace(tmp_path)

    async def run() -> None:
        driver = RecordedDriver(ManualDriver(place, Script(["bỏ qua", "1"])), place.recorder)
        await driver.look("inbox", requests, requests)

    asyncio.run(run())
    assert recorded(tmp_path, "driver.unseen") == [{"command": "inbox", "document": "A", "answer": "skip"}]
    (event,) = recorded(tmp_path, "driver")
    assert event["result"] == {"documents": [{"document_id": "B", "state": "arrived"}]}
    assert event["asked"] == [["B", 2]]


def test_questions_wait_for_one_another(tmp_path: Path) -> None:
    class Slow(Script):
        asking = 0

        async def ask(self, *arguments: Any) -> str | None:
            self.asking += 1
            assert self.asking == 1
            await asyncio.sleep(0.01)
            self.asking -= 1
            return "xong"

    async def run() -> None:
        driver = ManualDriver(workplace(tmp_path), Slow())
        await asyncio.gather(*(driver.call("stop", {}, LIMIT) for _ in range(5)))

    asyncio.run(run())
    assert [one["question"] for one in recorded(tmp_path, "operator.asked")] == [1, 2, 3, 4, 5]


def test_a_question_called_off_is_recorded_as_answered_by_nothing(tmp_path: Path) -> None:
    class Thinking(Script):
        async def ask(self, *arguments: Any) -> str | None:
            await asyncio.Event().wait()
            return None

    async def run() -> None:
        task = asyncio.create_task(ManualDriver(workplace(tmp_path), Thinking()).call("stop", {}, LIMIT))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert recorded(tmp_path, "operator.answered")[0]["answers"] == []


def test_words_are_the_same_however_they_are_typed() -> None:
    assert plain("  KHÔNG   làm ĐƯỢC ") == "khong lam duoc"
    assert read_word("Khong Lam duoc: hỏng", WORDS) == ("cannot", "hỏng")
    assert read_word("Xong!", WORDS) == ("done", "")
    assert read_word("khong lam duoc hỏng máy", WORDS) == ("cannot", "hỏng máy")
    assert read_word("bỏ qua nhé", ("skip",), alone=True) is None


@given(st.text(max_size=60))
def test_any_line_is_a_word_or_none(line: str) -> None:
    found = read_word(line, WORDS)
    assert found is None or found[0] in WORDS


def test_an_export_is_answered_with_its_path(tmp_path: Path) -> None:
    (result, declined), person = call(
        tmp_path, ["/home/van thu/xuat.zip", "bỏ qua"], ("export_records", {}), ("export_sip", {})
    )
    assert result == {"path": "/home/van thu/xuat.zip"}
    assert isinstance(declined, OperatorError)
    assert "SIP" in person.screen[1]
