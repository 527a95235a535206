"""Answers of the hub: written so that the operator's client reads them, read without trusting the sender.

The client decodes answers as US-ASCII and drops a whole list at one null, so an answer is ASCII with `\\u`
escapes, carries `status`, `ErrorCode` and `ErrorDesc` always, and never a null.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SUCCESS_CODE = "0"
SUCCESS_TEXT = "Thanh cong"
OK = "OK"
FAIL = "FAIL"
_MARKUP = b"<"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)

BrokenCode = Literal[
    "empty",
    "html",
    "not-text",
    "not-json",
    "cut",
    "not-object",
    "missing-member",
    "null-member",
    "wrong-type",
    "base64",
]


class AnswerBroken(Exception):
    """An answer that does not have the form of a hub's answer.

    Attributes:
        code: what is wrong with it.
        detail: the member it is about, or what the reader said.
    """

    def __init__(self, code: BrokenCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as read.

    Attributes:
        status: `OK`, `FAIL`, or whatever was there.
        error_code: number of the error as text, `0` for success.
        error_desc: its text.
        members: everything in the answer, unknown members too.
    """

    status: str
    error_code: str
    error_desc: str
    members: Mapping[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the hub did what was asked."""
        return self.status == OK and self.error_code == SUCCESS_CODE


def success(members: Mapping[str, Any] | None = None) -> bytes:
    """Return the answer to a call that was done; members without a value are left out at any depth."""
    return _written(OK, SUCCESS_CODE, SUCCESS_TEXT, members) if members else _DONE


def success_with(name: str, value: bytes) -> bytes:
    """Return the answer to a call that was done, with one large member.

    Args:
        name: of the member.
        value: its JSON in ASCII, without any null; it is not looked at.
    """
    return _DONE[:-1] + b',"%b":' % name.encode("ascii") + value + b"}"


def failure(code: str, description: str, members: Mapping[str, Any] | None = None) -> bytes:
    """Return the answer to a call that was refused.

    Args:
        code: error number as text.
        description: its text; signs outside ASCII are escaped.
        members: what the operation promises on failure too, such as `DocId`.
    """
    return _written(FAIL, code, description, members)


def read_answer(body: bytes) -> Answer:
    """Read an answer in which status, ErrorCode and ErrorDesc are text.

    Raises:
        AnswerBroken: it is not such an answer.
    """
    content = _object(body)
    status, code, description = (_envelope(content, name) for name in ("status", "ErrorCode", "ErrorDesc"))
    return Answer(status, code, description, content)


def listed(answer: Answer) -> tuple[Mapping[str, Any], ...]:
    """Return the entries of `data`.

    Raises:
        AnswerBroken: `data` is missing or no list of objects.
    """
    rows = _member(answer, "data")
    if not isinstance(rows, list):
        raise _of_another_type(rows, "data")
    for row in rows:
        if not isinstance(row, dict):
            raise _of_another_type(row, "data")
    return tuple(rows)


def text_member(answer: Answer, name: str) -> str:
    """Return the member `name`, which must be text.

    Raises:
        AnswerBroken: it is missing, null or of another type.
    """
    return _text(_member(answer, name), name)


def number_member(answer: Answer, name: str) -> int:
    """Return the member `name`, which must be a whole number.

    Raises:
        AnswerBroken: it is missing, null or of another type.
    """
    value = _member(answer, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _of_another_type(value, name)
    return value


def _written(status: str, code: str, description: str, members: Mapping[str, Any] | None) -> bytes:
    envelope = {"status": status, "ErrorCode": code, "ErrorDesc": description}
    content = envelope | _without_null(members or {}) | envelope
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_null(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_without_null(part) for part in value if part is not None]
    return value


def _object(body: bytes) -> dict[str, Any]:
    stripped = body.strip()
    if not stripped:
        raise AnswerBroken("empty")
    if stripped.startswith(_MARKUP):
        raise AnswerBroken("html")
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AnswerBroken("not-text", str(error)) from error
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnswerBroken(_broken(text, error), error.msg) from error
    except (ValueError, RecursionError) as error:
        raise AnswerBroken("not-json", type(error).__name__) from error
    if not isinstance(content, dict):
        raise AnswerBroken("not-object")
    return content


def _broken(text: str, error: json.JSONDecodeError) -> BrokenCode:
    """Tell an answer that broke off from one that never was JSON."""
    place = error.pos
    unfinished = place >= len(text) or (text[place] == '"' and _STRING.match(text, place) is None)
    return "cut" if text.startswith("{") and unfinished else "not-json"


def _envelope(content: Mapping[str, Any], name: str) -> str:
    if name not in content:
        raise AnswerBroken("missing-member", name)
    return _text(content[name], name)


def _member(answer: Answer, name: str) -> Any:
    if name not in answer.members:
        raise AnswerBroken("missing-member", name)
    return answer.members[name]


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _of_another_type(value, name)
    return value


def _of_another_type(value: Any, name: str) -> AnswerBroken:
    return AnswerBroken("null-member" if value is None else "wrong-type", name)


_DONE = _written(OK, SUCCESS_CODE, SUCCESS_TEXT, None)
