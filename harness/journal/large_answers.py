"""Large answers of a driver: the journal's line names the blob that has the answer, as JSON.

A view of everything that a candidate holds comes again and again, almost the same. In a blob it is compressed, and the
journal stays small enough to be read by a person.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

ANSWER, ANSWER_BLOB = "result", "result_blob"
_KINDS = frozenset({"driver", "driver.unsupported"})
_LARGE = 4096
_LIST = b"["


def lightened(kind: str, members: Mapping[str, Any], keep: Callable[[bytes], str]) -> Mapping[str, Any]:
    """Return the members of an event as the journal's line has them.

    Args:
        kind: of the event.
        members: JSON values, secrets concealed.
        keep: keeps a blob and returns its name.
    """
    answer = members.get(ANSWER)
    if kind not in _KINDS or not isinstance(answer, Mapping):
        return members
    content = msgspec.json.encode(answer)
    if len(content) < _LARGE:
        return members
    name = keep(content)
    return {
        ANSWER_BLOB if member == ANSWER else member: name if member == ANSWER else value
        for member, value in members.items()
    }


class LargeAnswers:
    """Puts answers back into events that are read; equal rows of the lists in them are one and the same object."""

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        """Prepare to read.

        Args:
            blob: returns the blob of a name, and raises what is to be raised where it is not there.
        """
        self._blob = blob
        self._rows: dict[bytes, Any] = {}

    def whole(self, kind: str, members: dict[str, Any]) -> dict[str, Any]:
        """Return the members of an event with the answer that its line only names.

        Raises:
            msgspec.DecodeError: the blob is no answer.
        """
        name = members.get(ANSWER_BLOB)
        if kind not in _KINDS or not isinstance(name, str) or ANSWER in members:
            return members
        parts = msgspec.json.decode(self._blob(name), type=dict[str, msgspec.Raw])
        answer = {part: self._value(bytes(raw)) for part, raw in parts.items()}
        return {
            ANSWER if member == ANSWER_BLOB else member: answer if member == ANSWER_BLOB else value
            for member, value in members.items()
        }

    def _value(self, written: bytes) -> Any:
        if not written.startswith(_LIST):
            return msgspec.json.decode(written)
        return [self._row(bytes(raw)) for raw in msgspec.json.decode(written, type=list[msgspec.Raw])]

    def _row(self, written: bytes) -> Any:
        if written not in self._rows:
            self._rows[written] = msgspec.json.decode(written)
        return self._rows[written]
