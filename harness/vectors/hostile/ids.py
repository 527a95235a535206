"""docIds that no hub gives (SEC-08): put into the hub's own list, as a compromised hub would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from harness.hub.faults.alterations import DOC_IDS
from harness.vectors.hostile.files import climbing


@dataclass(frozen=True, slots=True)
class HostileId:
    """One docId that no hub gives; `text` makes it, given the trap folder."""

    name: str
    text: Callable[[PurePath], str]

    @property
    def key(self) -> str:
        """Unique name, `SEC-08/path`."""
        return f"SEC-08/{self.name}"


def _always(text: str) -> Callable[[PurePath], str]:
    return lambda trap: text


IDS = (
    HostileId("path", lambda trap: climbing(trap, "doc-id")),
    HostileId("absolute-path", lambda trap: (trap / "doc-id-absolute").as_posix()),
    *(HostileId(name, _always(text)) for name, text in DOC_IDS.items() if name != "path"),
)
