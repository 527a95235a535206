"""Changes inside the hub's own answer: members lost, null, of another type, doubled; ids and content spoilt."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness.hub.interception import Alter, AnswerPlan

INJECTED = "X-Lienthong-Injected"
"""Header that a docId with a line break tries to put into requests."""

HOSTILE_ID = "hostile-doc-id"
"""Name of the plan that lists a docId which no hub gives."""

LONG_ID = 10 * 1024
DOC_IDS: Mapping[str, str] = {
    "path": "../" * 24 + "tmp/lienthong-doc-id",
    "backslash-path": "..\\..\\..\\lienthong-doc-id",
    "long": "A" * LONG_ID,
    "markup": '"><script>alert(1)</script>&x;',
    "line-break": f"1\r\n{INJECTED}: 1",
    "non-ascii": "văn-bản-đến-ửng",
    "sql": "1'; DROP TABLE van_ban; --",
    "nul": "1\0.edxml",
    "empty": "",
}
"""docIds that no hub gives, by name."""

_EXTRA = ("thong_tin_them", "khong co trong mo ta")
_WRONG = 42

Change = Callable[[dict[str, Any]], None]


def null(member: str) -> AnswerPlan:
    """Make a member null; `data.<member>` means that member of every entry."""
    return _changed(f"null-{member}", _each(member, lambda holder, name: holder.update({name: None})))


def without(member: str) -> AnswerPlan:
    """Leave a member out; `data.<member>` means that member of every entry."""
    return _changed(f"without-{member}", _each(member, lambda holder, name: holder.pop(name, None)))


def wrong_type(member: str) -> AnswerPlan:
    """Put a number, or text where a number is expected, in a member's place."""

    def spoil(holder: dict[str, Any], name: str) -> None:
        holder[name] = str(_WRONG) if isinstance(holder.get(name), int) else _WRONG

    return _changed(f"wrong-type-{member}", _each(member, spoil))


def extra_member() -> AnswerPlan:
    """Add an unknown member, at the top and in every entry."""

    def add(content: dict[str, Any]) -> None:
        for holder in (content, *_entries(content)):
            holder[_EXTRA[0]] = _EXTRA[1]

    return _changed("extra-member", add)


def doubled() -> AnswerPlan:
    """List every entry twice."""

    def double(content: dict[str, Any]) -> None:
        if isinstance(content.get("data"), list):
            content["data"] = [entry for entry in content["data"] for _ in range(2)]

    return _changed("doubled", double)


def half_json() -> AnswerPlan:
    """Send the first half of the answer as if it were the whole."""
    return AnswerPlan("half-json", Alter(lambda body: body[: len(body) // 2]))


def half_base64() -> AnswerPlan:
    """Break the base64 of `data` off in the middle of a group."""

    def halve(content: dict[str, Any]) -> None:
        if isinstance(content.get("data"), str):
            content["data"] = content["data"][: len(content["data"]) // 8 * 4 + 1]

    return _changed("half-base64", halve)


def cut_data() -> AnswerPlan:
    """Break `data` off at the end of a group: base64 that decodes to the first half of a package."""

    def halve(content: dict[str, Any]) -> None:
        if isinstance(content.get("data"), str):
            content["data"] = content["data"][: len(content["data"]) // 8 * 4]

    return _changed("cut-data", halve)


def adding(doc_id: str, receiver: str = "") -> AnswerPlan:
    """Put an item with `doc_id` at the head of a list of waiting documents; `receiver` is an OrganId."""
    item = {
        "docId": doc_id, "serviceType": "eDoc", "messageType": "edoc", "created_time": "2026/01/02 03:04:05",
        "updated_time": "2026/01/02 03:04:05", "from": "000.00.00.G22", "to": receiver, "status": "initial",
        "status_desc": "Cho nhan",
    }  # fmt: skip

    def add(content: dict[str, Any]) -> None:
        if isinstance(content.get("data"), list):
            content["data"].insert(0, item)

    return _changed(HOSTILE_ID, add)


def _each(member: str, spoil: Callable[[dict[str, Any], str], object]) -> Change:
    above, _, name = member.rpartition(".")

    def change(content: dict[str, Any]) -> None:
        for holder in _entries(content) if above else [content]:
            spoil(holder, name)

    return change


def _entries(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = content.get("data")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _changed(name: str, change: Change) -> AnswerPlan:
    """Return a plan that changes the answer as JSON; an answer that is none stays as it is."""

    def changed(body: bytes) -> bytes:
        try:
            content = json.loads(body)
        except ValueError:
            return body
        if not isinstance(content, dict):
            return body
        change(content)
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")

    return AnswerPlan(name, Alter(changed))
