"""The terminal: pipes, real terminals, the countdown, and no terminal at all."""

import asyncio
import io
import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.cli.terminal import Terminal

LIMIT = 30.0


class Screen(io.StringIO):
    """A screen; a terminal or not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@contextmanager
def pipe(content: bytes) -> Iterator[int]:
    source, end = os.pipe()
    os.write(end, content)
    os.close(end)
    try:
        yield source
    finally:
        os.close(source)


def ask(terminal: Terminal, times: int, limit: float = LIMIT) -> list[str | None]:
    async def run() -> list[str | None]:
        return [await terminal.ask(number, "send", None, f"question {number}", limit) for number in range(times)]

    return asyncio.run(run())


def test_lines_of_a_pipe_answer_one_question_each_and_its_end_means_no_operator() -> None:
    screen = Screen(terminal=False)
    with pipe("xong\r\n bỏ qua \n\nkhông".encode()) as source:
        assert ask(Terminal("vi", source, screen), 6) == ["xong", "bỏ qua", "", "không", None, None]
    assert "question 4" in screen.getvalue()
    assert "question 5" not in screen.getvalue()


def test_bytes_that_are_no_text_do_no_harm() -> None:
    with pipe(b"\xff\xfe\x00x\n") as source:
        (line,) = ask(Terminal("vi", source, Screen(terminal=False)), 1)
    assert line is not None


def test_without_any_input_there_is_no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    screen = Screen(terminal=False)
    assert ask(Terminal("vi", screen=screen), 1) == [None]
    assert screen.getvalue() == ""


def test_the_time_is_limited_and_counted_down_in_place() -> None:
    screen = Screen(terminal=True)
    source, end = os.pipe()
    with pytest.raises(TimeoutError):
        ask(Terminal("vi", source, screen), 1, limit=1.2)
    os.close(end)
    assert "còn 0:01 phút" in screen.getvalue()
    assert "\x1b7\x1b[1A\r\x1b[2K  còn 0:00 phút\x1b8" in screen.getvalue()


def test_where_nothing_can_be_rewritten_the_time_left_is_reported_now_and_then() -> None:
    screen = Screen(terminal=False)
    source, end = os.pipe()
    with pytest.raises(TimeoutError):
        ask(Terminal("en", source, screen), 1, limit=0.2)
    os.close(end)
    assert "\x1b" not in screen.getvalue()
    assert screen.getvalue().count("minutes left") == 2


def test_a_key_pressed_twice_does_not_answer_the_next_question() -> None:
    person, source = pty.openpty()
    terminal = Terminal("vi", source, Screen(terminal=True))

    async def run() -> list[str | None]:
        first = asyncio.create_task(terminal.ask(1, "send", None, "one?", LIMIT))
        await asyncio.sleep(0.05)
        os.write(person, b"xong\nxong\n")
        answers = [await first]
        while terminal._lines.empty():  # noqa: ASYNC110 - the second line is on its way through the terminal
            await asyncio.sleep(0.01)
        second = asyncio.create_task(terminal.ask(2, "send", None, "two?", LIMIT))
        await asyncio.sleep(0.05)
        os.write(person, "bỏ qua\n".encode())
        return [*answers, await second]

    assert asyncio.run(run()) == ["xong", "bỏ qua"]
    os.close(person)
    os.close(source)
