"""Lists whose docIds are none (SEC-08): put into the hub's own answer, as a hub that was broken into would."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from harness.hub.interception import Alter, Plan
from harness.judge.expectations.security import INJECTED
from harness.scenarios.hostile.files import climbing

_LONG = 10 * 1024


@dataclass(frozen=True, slots=True)
class HostileId:
    """One docId that no hub gives; `text` makes it, given the trap folder."""

    name: str
    text: Callable[[PurePath], str]

    @property
    def key(self) -> str:
        """Unique name, `SEC-08/path`."""
        return f"SEC-08/{self.name}"


IDS = (
    HostileId("path", lambda trap: climbing(trap, "doc-id")),
    HostileId("absolute-path", lambda trap: (trap / "doc-id-absolute").as_posix()),
    HostileId("backslash-path", lambda trap: "..\\..\\..\\lienthong-doc-id"),
    HostileId("long", lambda trap: "A" * _LONG),
    HostileId("markup", lambda trap: '"><script>alert(1)</script>&x;'),
    HostileId("line-break", lambda trap: f"1\r\n{INJECTED}: 1"),
    HostileId("non-ascii", lambda trap: "văn-bản-đến-ửng"),
    HostileId("sql", lambda trap: "1'; DROP TABLE van_ban; --"),
    HostileId("nul", lambda trap: "1\0.edxml"),
    HostileId("empty", lambda trap: ""),
)


def adding(doc_id: str, receiver: str) -> Plan:
    """Return a plan that puts an item with `doc_id` for `receiver` at the head of a list of waiting documents."""
    item = {
        "docId": doc_id, "serviceType": "eDoc", "messageType": "edoc", "created_time": "2026/01/02 03:04:05",
        "updated_time": "2026/01/02 03:04:05", "from": "000.00.00.G22", "to": receiver, "status": "initial",
        "status_desc": "Cho nhan",
    }  # fmt: skip

    def change(answer: bytes) -> bytes:
        content = json.loads(answer)
        if isinstance(content.get("data"), list):
            content["data"].insert(0, item)
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")

    return Plan("hostile-doc-id", Alter(change))
