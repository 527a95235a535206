"""Prepared answers: which one is given, and what happens to questions without one."""

import asyncio
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.drivers.manual.answer_file import PreparedOperator, load_answers
from tests.drivers.operator_desk import LIMIT, Script

FILE = """
schema: lienthong.answers/1
answers:
  - {command: configure, answer: xong}
  - {command: inbox, document: "*,7816/VPCP-TTĐT", answer: "1 1"}
  - {command: send, answer: bỏ qua, times: 2}
  - {command: "s*", answer: không làm được}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answers.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def ask(file: Path, *questions: tuple[int, str, str | None], behind: Script | None = None) -> list[str | None]:
    async def run() -> list[str | None]:
        operator = PreparedOperator(load_answers(file), behind or Script())
        return [await operator.ask(number, command, document, "?", LIMIT) for number, command, document in questions]

    return asyncio.run(run())


def test_the_first_answer_that_fits_is_given_as_often_as_it_says(file: Path) -> None:
    questions = [(1, "configure", None), (2, "send", "A"), (3, "send", "B"), (4, "send", "C"), (5, "start", None)]
    assert ask(file, *questions) == ["xong", "bỏ qua", "bỏ qua", "không làm được", "không làm được"]


def test_answers_can_be_about_one_document(file: Path) -> None:
    questions = [(1, "inbox", "H41,2026/11/23,7816/VPCP-TTĐT"), (2, "inbox", "other")]
    assert ask(file, *questions) == ["1 1", None]


def test_what_has_no_answer_is_asked_a_person(file: Path) -> None:
    assert ask(file, (1, "inbox", "other"), behind=Script(["0"])) == ["0"]


def test_an_answer_that_was_not_understood_is_not_given_again(file: Path) -> None:
    assert ask(file, (1, "configure", None), (1, "configure", None), behind=Script(["done"])) == ["xong", "done"]


def test_the_answers_are_shown_as_if_typed(file: Path) -> None:
    person = Script()
    ask(file, (1, "configure", None), behind=person)
    assert person.screen == ["?\n> xong"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("schema: lienthong.answers/2\nanswers: []", "yaml.not-allowed"),
        ("schema: lienthong.answers/1\nanswers: [{command: send}]", "yaml.missing-key"),
        ("schema: lienthong.answers/1\nanswers: [{answer: x, comand: send}]", "yaml.unknown-key"),
        ("schema: lienthong.answers/1\nanswers: [{answer: 1}]", "yaml.wrong-type"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_answers(path)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_slow_prepared_answer_is_subject_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("schema: lienthong.answers/1\nanswers: [{answer: xong, after: 60}]", encoding="utf-8")

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await PreparedOperator(load_answers(path), Script()).ask(1, "send", None, "?", 0.01)

    asyncio.run(run())
