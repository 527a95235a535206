"""A person who can read: does at a real agency system what the prompts of the manual driver say, and nothing else."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.catalogue.texts import entries, text
from harness.drivers.manual.words import AREA
from harness.drivers.protocol import Driver, DriverError
from harness.drivers.reference import ReferenceDriver

LIMIT = 60.0
INBOX = ("arrived", "registered", "assigned", "processing", "finished", "refused", "cancelled", "rejected")
OUTBOX = ("queued", "sent", "failed")
FLAGS = ("signature_invalid", "signer_untrusted", "attachment_invalid")
PARTICULARS = ("ask.inbox.subject", "ask.inbox.flags", "ask.inbox.attachments", "ask.outbox.status")
LISTS = {"to", "agencies", "attachments", "receivers_added", "receivers_removed"}
ORGAN = re.compile(r"^(?P<name>.*) \((?P<id>[^ )]+)(?: < (?P<parent>[^ )]+))?\)$")


class Person:
    """Operates `system`; may answer some commands with `declines`, and counts how often it was asked."""

    def __init__(self, system: Driver, declines: Mapping[str, str] | None = None, pause: float = 0.0) -> None:
        self.system = system
        self.pause = pause
        self.declines = declines or {}
        self.asked: list[tuple[str, str | None]] = []
        self.attended = True
        self.screen: list[str] = []
        self.at_once = 0
        self.secret = ""
        self.saved: Mapping[str, bytes] = {}

    def tell(self, lines: str) -> None:
        self.screen.append(lines)

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        self.at_once += 1
        assert self.at_once == 1, "one question at a time"
        self.asked.append((command, document))
        self.screen.append(lines)
        try:
            await asyncio.sleep(self.pause if command != "configure" else 0)
            # What is declined is the task, or the first question of a view; the details are given as they are.
            particular = any(begins(key, lines) for key in PARTICULARS)
            declined = None if particular else self.declines.get(command)
            return declined or await self._answer(command, document, lines)
        finally:
            self.at_once -= 1

    async def _answer(self, command: str, document: str | None, lines: str) -> str:
        if command == "inbox":
            return await self._inbox(document, lines)
        if command == "outbox":
            return await self._outbox(document, lines)
        if command == "directory":
            return await self._directory()
        arguments = arguments_of(command, lines)
        if command == "configure":
            arguments["secret"] = self._remembered(arguments["secret"])
        try:
            await self.system.call(command, arguments, LIMIT)
        except DriverError as error:
            return f"từ chối {error.message}" if error.kind == "refused" else f"lỗi {error.message}"
        return "xong"

    async def _directory(self) -> str:
        """Have the system read the directory again, and wait until the number is shown."""
        counts = [-1, 0]
        while counts[-1] == 0 or counts[-1] != counts[-2]:
            counts.append(int((await self.system.call("directory", {}, LIMIT))["count"]))
            await asyncio.sleep(1.0)
        return str(counts[-1])

    def _remembered(self, secret: str) -> str:
        """A secret is shown once; afterwards the prompt says that it is still the same."""
        if secret != text(AREA, "secret.given", "vi"):
            self.secret = secret
        return self.secret

    async def _inbox(self, document: str | None, lines: str) -> str:
        shown = (await self.system.call("inbox", {}, LIMIT))["documents"]
        rows = [row for row in shown if row["document_id"] == document]
        if begins("ask.inbox.subject", lines):
            return str(rows[0]["subject"])
        if begins("ask.inbox.flags", lines):
            return numbers(rows[0]["flags"], FLAGS)
        if begins("ask.inbox.attachments", lines):
            self._download(rows[0]["attachments"], Path(lines.splitlines()[3].strip()))
            return "xong"
        return numbers([row["state"] for row in rows], INBOX)

    def _download(self, attachments: list[dict[str, Any]], folder: Path) -> None:
        """Save what the system stores; the driver only shows digests, so its contents are looked up by them."""
        by_digest = {hashlib.sha256(content).hexdigest(): content for content in self.saved.values()}
        store = self.system._api.store if isinstance(self.system, ReferenceDriver) else None
        for entry in attachments:
            digest = entry["sha256"]
            content = by_digest[digest] if store is None or digest in by_digest else store.content(digest)
            (folder / entry["name"]).write_bytes(content)

    async def _outbox(self, document: str | None, lines: str) -> str:
        shown = (await self.system.call("outbox", {}, LIMIT))["documents"]
        rows = [row for row in shown if row["document_id"] == document]
        if begins("ask.outbox.status", lines):
            found = re.search(r"nơi nhận (\S+)", lines)
            codes = [one["status_code"] for one in rows[0]["receivers"] if found and one["organ_id"] == found[1]]
            return codes[0] or "0" if codes else "0"
        return numbers([row["state"] for row in rows], OUTBOX)


def numbers(names: list[str], menu: tuple[str, ...]) -> str:
    return " ".join(str(menu.index(name) + 1) for name in names) or "0"


def begins(key: str, lines: str) -> bool:
    return lines.splitlines()[2].startswith(text(AREA, key, "vi").partition("{")[0])


def arguments_of(command: str, lines: str) -> dict[str, Any]:
    """Read the arguments of a command out of the Vietnamese text of its task: all that is needed must be there."""
    labels = {str(entry["vi"]): key[6:] for key, entry in entries(AREA).items() if key.startswith("field.")}
    arguments: dict[str, Any] = {}
    for line in lines.splitlines():
        label, _, value = line.strip().partition(": ")
        name = labels.get(label) if line.startswith("  ") else None
        if name in LISTS:
            arguments.setdefault(name, []).append(member(name, value))
        elif name is not None:
            arguments[name] = value
    return arguments | special(command, lines, arguments)


def member(name: str, value: str) -> Any:
    if name == "attachments":
        path = Path(value)
        return {"name": path.name, "content_base64": base64.b64encode(path.read_bytes()).decode()}
    organ = ORGAN.match(value)
    if organ is None:
        return value
    named = {"organ_id": organ["id"], "organ_name": organ["name"]}
    return named | {"parent": organ["parent"] or ""} if name == "agencies" else named


def special(command: str, lines: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if command == "configure":
        changed["poll_interval"] = float(arguments["poll_interval"])
        for name in ("hub_trust_anchors_pem", "signer_trust_anchors_pem"):
            changed[name] = Path(arguments[name]).read_text(encoding="ascii") if name in arguments else ""
    if command == "send":
        changed["operation"] = chosen("do.send.", ("new", "recall", "update", "replace"), lines)
        changed["priority"] = int(arguments.get("priority", 0))
        grades = {text(AREA, f"classification.{grade}", "vi"): grade for grade in ("mat", "toi_mat", "tuyet_mat")}
        if "classification" in arguments:
            changed["classification"] = grades[arguments["classification"]]
    if command == "decide":
        actions = ("accept", "refuse", "assign", "process", "finish", "agree", "disagree")
        changed["action"] = chosen("do.decide.", actions, lines)
    return changed


def chosen(prefix: str, names: tuple[str, ...], lines: str) -> str:
    return next(name for name in names if text(AREA, prefix + name, "vi") in lines)
