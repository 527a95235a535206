"""The examples of the driver protocol, read by the protocol's own readers, the reference agency and the skeleton."""

import io
import json

import msgspec
import pytest

from harness.agency import driver_arguments
from harness.drivers.protocol import COMMANDS, DriverError, read_answer
from harness.guide.files import driver_examples
from tests.drivers import little_system
from tests.guide.guide_rig import codes

ARGUMENTS: dict[str, type[msgspec.Struct]] = {
    "configure": driver_arguments.Configure,
    "send": driver_arguments.Send,
    "decide": driver_arguments.Decide,
    "take_back": driver_arguments.TakeBack,
    "register": driver_arguments.Register,
}
LINES = [code.split("\n") for code in codes("driver") if code.startswith('{"id": "') and '"command"' in code]
POSTS = [code for code in codes("driver") if code.startswith("POST ")]


def test_every_command_is_shown_in_both_forms() -> None:
    assert [json.loads(asked)["command"] for asked, _ in LINES] == list(COMMANDS)
    assert [json.loads(post.split("\n\n")[1])["command"] for post in POSTS] == list(COMMANDS)
    assert set(driver_examples().commands) == set(COMMANDS)


@pytest.mark.parametrize(("asked", "answered"), LINES, ids=COMMANDS)
def test_the_protocol_reads_the_answer_and_the_agency_the_arguments(asked: str, answered: str) -> None:
    request = json.loads(asked)
    result = read_answer(answered.encode(), request["id"], "guide")
    assert result == driver_examples().commands[request["command"]].result
    kind = ARGUMENTS.get(request["command"], driver_arguments.Nothing)
    msgspec.convert(request["arguments"], kind, strict=True)
    assert set(request["arguments"]) <= {field.name for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize(("post", "line"), list(zip(POSTS, LINES, strict=True)), ids=COMMANDS)
def test_over_http_goes_the_same_with_its_right_length(post: str, line: list[str]) -> None:
    head, asked, answer_head, answered = post.split("\n\n")
    assert [asked, answered] == line
    assert f"Content-Length: {len(asked.encode())}" in head
    assert f"Content-Length: {len(answered.encode())}" in answer_head
    assert answer_head.startswith("HTTP/1.1 200 ")


def test_a_filled_in_skeleton_answers_the_shown_lines_as_shown() -> None:
    kit = little_system.skeleton()
    filled = {
        name: (lambda self, arguments, result=example.result: dict(result))
        for name, example in driver_examples().commands.items()
    }
    adapter = type("Filled", (kit.Adapter,), filled)()
    answers = io.BytesIO()
    kit.serve(adapter, io.BytesIO("".join(f"{asked}\n" for asked, _ in LINES).encode()), answers)
    assert answers.getvalue().decode().splitlines() == [answered for _, answered in LINES]


def test_each_kind_of_error_is_understood_as_what_it_is() -> None:
    (shown,) = [code for code in codes("driver") if code.startswith('{"id": "1", "error"')]
    for line, kind in zip(shown.split("\n"), ("unsupported", "refused", "failed"), strict=True):
        with pytest.raises(DriverError) as caught:
            read_answer(line.encode(), json.loads(line)["id"], "guide")
        assert caught.value.kind == kind
