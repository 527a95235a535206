"""Faults in words, as fault files write them: `503`, `cut 50%`, `delay 2`, `fail 20`, `ok`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from harness.hub.faults import alterations
from harness.hub.faults.answers import empty_body, fail_code, html, redirect, status
from harness.hub.interception import AnswerPlan, Cut, Drop, Hold, PlannedReply, Raw, Trickle
from harness.hub.proxy import CutAnswer, CutRequest, Garbage, Refuse, ResetAtOnce, WireFault
from harness.vxp.operations import JSON

GARBAGE = b"HTP/1,1 OK?? 2OO\r\nContent-Length: minus one\r\n\r\n\x00\xff"
_LONGEST_WAIT = 3600.0  # seconds
_LARGEST = 1 << 30  # bytes
_FIRST_STATUS, _LAST_STATUS = 200, 599
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODIES = frozenset({"html", "empty", "json"})

T = TypeVar("T")
Words = Sequence[str]


class Unclear(ValueError):
    """Words that mean no fault."""


def step(text: str) -> AnswerPlan | None:
    """Return what is done to one call; None lets it through.

    Raises:
        Unclear: the words mean nothing.
    """
    name, *rest = text.split() or [""]
    if name.isascii() and name.isdigit():
        return _status(int(name), rest)
    if name not in _STEPS:
        raise Unclear(name)
    return _meant(_STEPS[name], rest, text)


def connection(text: str) -> WireFault | None:
    """Return what is done to one connection; None lets it through.

    Raises:
        Unclear: the words mean nothing.
    """
    name, *rest = text.split() or [""]
    if name not in _CONNECTIONS:
        raise Unclear(name)
    return _meant(_CONNECTIONS[name], rest, text)


def _meant(make: Callable[..., T], rest: Words, text: str) -> T:
    try:
        return make(*rest)
    except (TypeError, ValueError, KeyError) as error:
        raise Unclear(text) from error


def _status(code: int, rest: Words) -> AnswerPlan:
    """`503`, `503 empty`, `429 retry-after 5`, `500 json`."""
    if not _FIRST_STATUS <= code <= _LAST_STATUS:
        raise Unclear(str(code))
    words, kind, wait = list(rest), "html", None
    if words and words[0] in _BODIES:
        kind = words.pop(0)
    if words[:1] == ["retry-after"]:
        wait = _meant(_seconds, words[1:], " ".join(rest))
        words = words[2:]
    if words:
        raise Unclear(" ".join(rest))
    headers = () if wait is None else (("Retry-After", f"{wait:g}"),)
    whole = status(code).action
    body, content_type = whole.body if isinstance(whole, PlannedReply) else b"", "text/html"
    if kind != "html":
        body, content_type = (b"", "text/plain") if kind == "empty" else (b'{"error":"%d"}' % code, JSON)
    return AnswerPlan(f"http-{code}", PlannedReply(code, body, content_type, headers))


def _redirect(code: str, url: str) -> AnswerPlan:
    if int(code) not in _REDIRECTS or "://" not in url or not url.isascii():
        raise ValueError(code)
    return redirect(int(code), url)


def _fail(code: str) -> AnswerPlan:
    return fail_code(code, "Loi theo yeu cau", {"DocId": "0" * 24})


def _cut(at: str) -> AnswerPlan:
    return AnswerPlan("cut", Cut(_position(at)))


def _reset_at(at: str) -> AnswerPlan:
    return AnswerPlan("reset-in-answer", Cut(_position(at), reset=True))


def _trickle(size: str, pause: str) -> AnswerPlan:
    return AnswerPlan("trickle", Trickle(max(_bytes(size), 1), _seconds(pause)))


def _delay(seconds: str) -> AnswerPlan:
    return AnswerPlan("delay", delay=_seconds(seconds))


def _position(text: str) -> int | float:
    """Return a number of bytes, or a share below one for `50%`."""
    if not text.endswith("%"):
        return _bytes(text)
    share = float(text.removesuffix("%")) / 100
    if not 0 <= share < 1:
        raise ValueError(text)
    return share


def _bytes(text: str) -> int:
    if not 0 <= int(text) <= _LARGEST:
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds) or not 0 <= seconds <= _LONGEST_WAIT:
        raise ValueError(text)
    return seconds


def _nothing() -> None:
    return None


_STEPS: Mapping[str, Callable[..., AnswerPlan | None]] = {
    "ok": _nothing,
    "redirect": _redirect,
    "fail": _fail,
    "html": html,
    "empty": empty_body,
    "reset": lambda: AnswerPlan("reset", Drop(reset=True)),
    "close": lambda: AnswerPlan("close", Drop()),
    "silent": lambda: AnswerPlan("no-answer", Hold()),
    "cut": _cut,
    "reset-at": _reset_at,
    "trickle": _trickle,
    "delay": _delay,
    "malformed": lambda: AnswerPlan("malformed", Raw(GARBAGE)),
    "null": alterations.null,
    "without": alterations.without,
    "wrong-type": alterations.wrong_type,
    "extra-member": alterations.extra_member,
    "doubled": alterations.doubled,
    "doc-id": lambda name: alterations.adding(alterations.DOC_IDS[name]),
    "half-json": alterations.half_json,
    "half-base64": alterations.half_base64,
}
_CONNECTIONS: Mapping[str, Callable[..., WireFault | None]] = {
    "ok": _nothing,
    "refuse": lambda seconds: Refuse(_seconds(seconds)),
    "reset": ResetAtOnce,
    "cut-request": lambda at: CutRequest(_bytes(at)),
    "reset-request": lambda at: CutRequest(_bytes(at), reset=True),
    "cut-answer": lambda at: CutAnswer(_bytes(at)),
    "reset-answer": lambda at: CutAnswer(_bytes(at), reset=True),
    "malformed": lambda: Garbage(GARBAGE),
}
STEP_WORDS = tuple(sorted(_STEPS))
CONNECTION_WORDS = tuple(sorted(_CONNECTIONS))
