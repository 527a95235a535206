"""The task that a person is given for each command: what to do, where, and with which data."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.catalogue.texts import Language, text
from harness.drivers.manual.words import AREA, shown_word

TASKS = frozenset({"configure", "send", "decide", "take_back", "register", "stop", "start"})
EXPORTS = frozenset({"export_records", "export_sip"})
"""Commands that a person answers with the path of what the system has exported."""

_SEND = ("target", "to", "receivers_added", "receivers_removed", "code_number", "code_notation", "type_name", "subject",
         "content", "priority", "classification", "reason")  # fmt: skip
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "configure": ("endpoint", "system_id", "secret", "organ_id", "organ_name", "poll_interval"),
    "send": _SEND,
    "decide": ("document_id", "reason"),
    "take_back": ("document_id", "organ_id", "reason"),
    "register": ("agencies",),
    "stop": (),
    "start": (),
}
_PEM = ("hub_trust_anchors_pem", "signer_trust_anchors_pem")
_FORBIDDEN = dict.fromkeys(map(ord, '/\\:*?"<>|'), "_") | dict.fromkeys(range(32), "_")


def task_lines(command: str, arguments: Mapping[str, Any], folder: Path, language: Language) -> list[str]:
    """Return the text of a task: what to do, and with which data; see `data_lines`."""
    return [*_instructions(command, arguments, language), *data_lines(command, arguments, folder, language)]


def data_lines(command: str, arguments: Mapping[str, Any], folder: Path, language: Language) -> list[str]:
    """Return the data that go with a command, and write its files below `folder`, for a person to upload them.

    Args:
        command: one of `TASKS`.
        arguments: as the protocol names them.
        folder: for this task alone; made when there are files.
        language: of the text.

    Raises:
        OSError: the files cannot be written.
    """
    lines = []
    for name in _FIELDS[command]:
        lines += [_line(name, shown, language) for shown in _shown(name, arguments.get(name), language)]
    return lines + [_line(name, str(path), language) for path, name in _files(command, arguments, folder)]


def _line(name: str, shown: str, language: Language) -> str:
    return f"  {text(AREA, f'field.{name}', language)}: {shown}"


def _instructions(command: str, arguments: Mapping[str, Any], language: Language) -> Iterator[str]:
    key = {"send": f"send.{arguments.get('operation', 'new')}", "decide": f"decide.{arguments.get('action')}"}
    yield text(AREA, f"do.{key.get(command, command)}", language)
    refused = shown_word("refused", language)
    if command == "decide":
        yield text(AREA, "do.decide.done", language, refused=refused)
    if command == "send" and arguments.get("priority"):
        yield text(AREA, "do.send.urgent", language)
    if command == "send" and arguments.get("classification"):
        yield text(AREA, "do.send.secret", language, refused=refused)


def _shown(name: str, value: object, language: Language) -> Iterator[str]:
    if isinstance(value, list):
        yield from (_named(entry) for entry in value)
    elif name == "classification" and value:
        yield text(AREA, f"classification.{value}", language)
    elif value not in (None, ""):
        yield str(value)


def _named(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    above = f" < {entry['parent']}" if entry.get("parent") else ""
    return f"{entry.get('organ_name', '')} ({entry.get('organ_id', '')}{above})"


def _files(command: str, arguments: Mapping[str, Any], folder: Path) -> Iterator[tuple[Path, str]]:
    if command == "send":
        for entry in arguments.get("attachments") or ():
            content = base64.b64decode(entry["content_base64"], validate=True)
            yield _written(folder, str(entry["name"]), content), "attachments"
    if command == "configure":
        for name in _PEM:
            if arguments.get(name):
                yield _written(folder, f"{name.removesuffix('_pem')}.pem", str(arguments[name]).encode()), name


def _written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file under its own name, as far as the file system allows it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name.translate(_FORBIDDEN).strip(". ") or "_")
    path.write_bytes(content)
    return path
