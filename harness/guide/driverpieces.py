"""Pieces about the driver protocol: an example of each command as it goes over HTTP and as JSON lines."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.catalogue.texts import Language
from harness.drivers.protocol import COMMANDS
from harness.guide.files import driver_examples
from harness.guide.model import CodeBlock, Heading, Paragraph, Shown
from harness.guide.texts import Say


def commands(language: Language, say: Say) -> list[Shown]:
    """Return every command of the protocol: what it is for, and its example in both forms."""
    shown: list[Shown] = []
    for number, command in enumerate(COMMANDS, 1):
        example = driver_examples().commands[command]
        asked = written({"id": str(number), "command": command, "arguments": example.arguments})
        answered = written({"id": str(number), "result": example.result})
        shown += [
            Heading(command, command),
            Paragraph(example.about[language]),
            CodeBlock(f"{_posted(asked)}\n\n{_returned(answered)}", "HTTP"),
            CodeBlock(f"{asked}\n{answered}", say("json-lines")),
        ]
    return shown


def errors(say: Say) -> CodeBlock:
    """Return an answer of each kind of error."""
    answers = (
        {"id": str(number), "error": {"code": kind, "message": message}}
        for number, (kind, message) in enumerate(driver_examples().errors.items(), 1)
    )
    return CodeBlock("\n".join(written(answer) for answer in answers), say("json-lines"))


def written(message: Mapping[str, Any]) -> str:
    """Return a message of the protocol as its line."""
    return json.dumps(message, ensure_ascii=False)


def _posted(line: str) -> str:
    address = urlsplit(driver_examples().url)
    head = (f"POST {address.path} HTTP/1.1", f"Host: {address.netloc}", "Content-Type: application/json")
    return "\n".join((*head, f"Content-Length: {len(line.encode())}", "", line))


def _returned(line: str) -> str:
    head = ("HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(line.encode())}")
    return "\n".join((*head, "", line))
