"""The questions about what the system shows: concrete ones, about one document each."""

import asyncio
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.catalogue.texts import text
from harness.drivers.manual.interview import Interview
from harness.drivers.manual.view_cache import ViewAnswer
from harness.drivers.manual.words import AREA, read_word, shown_word
from harness.drivers.views import ViewRequest

_INBOX = ("arrived", "registered", "assigned", "processing", "finished", "refused", "cancelled", "rejected")
_OUTBOX = ("queued", "sent", "failed")
_FLAGS = ("signature_invalid", "signer_untrusted", "attachment_invalid")
_LARGEST_COUNT = 10_000_000
_LONGEST_STATUS = 2


async def ask_view(interview: Interview, request: ViewRequest) -> ViewAnswer:
    """Ask about one document in one view, or about the view as a whole.

    Raises:
        OperatorError: the person cannot, will not, or does not answer.
    """
    questions = _Questions(interview, request)
    if request.view == "inbox":
        return await questions.inbox()
    return await questions.outbox() if request.view == "outbox" else await questions.directory()


class _Questions:
    """The questions of one request."""

    def __init__(self, interview: Interview, request: ViewRequest) -> None:
        self._interview = interview
        self._language = interview.language
        self._request = request

    async def inbox(self) -> ViewAnswer:
        lines = [self._say("ask.inbox", document=self._request.document), *self._menu(("absent", *_INBOX))]
        times = self._say("ask.inbox.times")
        states, asked = await self._put([*lines, times], lambda said: _chosen(said, _INBOX))
        details = await self._details() if states else {}
        rows = ({"document_id": self._request.document, "state": state, **details} for state in states)
        return self._answer(rows, asked)

    async def outbox(self) -> ViewAnswer:
        lines = [self._say("ask.outbox", document=self._request.document), *self._menu(("absent", *_OUTBOX))]
        states, asked = await self._put(lines, lambda said: _chosen(said, _OUTBOX))
        receivers = [await self._receiver(organ) for organ in sorted(self._request.receivers)] if states else []
        rows = (
            {"document_id": self._request.document, "state": state, "error": None, "receivers": receivers}
            for state in states
        )
        return self._answer(rows, asked)

    async def directory(self) -> ViewAnswer:
        count, asked = await self._put([self._say("ask.directory")], _count)
        return self._answer(iter([{"count": count}]), asked)

    async def _details(self) -> dict[str, Any]:
        details: dict[str, Any] = {}
        if "subject" in self._request.parts:
            lines = [self._say("ask.inbox.subject", document=self._request.document)]
            details["subject"], _ = await self._put(lines, lambda said: said or None, free=True)
        if "flags" in self._request.parts:
            lines = [self._say("ask.inbox.flags", document=self._request.document), *self._menu(("none", *_FLAGS))]
            flags, _ = await self._put(lines, lambda said: _chosen(said, _FLAGS))
            details["flags"] = list(flags)
        if "attachments" in self._request.parts:
            details["attachments"] = await self._attachments()
        return details

    async def _attachments(self) -> list[dict[str, Any]]:
        folder = self._interview.folder()
        folder.mkdir(parents=True, exist_ok=True)
        done = shown_word("done", self._language)
        lines = [self._say("ask.inbox.attachments", document=self._request.document, done=done), f"  {folder}"]
        await self._put(lines, lambda said: read_word(said, ("done",)))
        return await asyncio.to_thread(lambda: list(_files(folder)))

    async def _receiver(self, organ_id: str) -> dict[str, Any]:
        question = self._say("ask.outbox.status", receiver=organ_id, document=self._request.document)
        code, _ = await self._put([question], _status)
        return {"organ_id": organ_id, "status_code": code or None}

    async def _put(self, lines: Sequence[str], read: Any, *, free: bool = False) -> tuple[Any, int]:
        choices = self._interview.choices("choices.question")
        request = self._request
        return await self._interview.put(request.view, request.document, [*lines, choices], read, free=free)

    def _answer(self, rows: Iterator[dict[str, Any]], asked: int) -> ViewAnswer:
        return ViewAnswer(
            tuple(rows), asked, self._interview.watch.time(), self._request.parts, self._request.receivers
        )

    def _menu(self, names: Sequence[str]) -> list[str]:
        return [f"  {number}  {self._say(f'shown.{name}')}" for number, name in enumerate(names)]

    def _say(self, key: str, **values: object) -> str:
        return text(AREA, key, self._language, **values)


def _chosen(said: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names chosen by number or by name; 0 means none of them."""
    tokens = said.replace(",", " ").split()
    if tokens == ["0"]:
        return ()
    numbers = {str(number): name for number, name in enumerate(names, 1)} | {name: name for name in names}
    chosen = [numbers.get(token) for token in tokens]
    return None if None in chosen or not chosen else tuple(name for name in chosen if name)


def _count(said: str) -> int | None:
    digits = said.replace(".", "").replace(",", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) < _LARGEST_COUNT else None


def _status(said: str) -> str | None:
    if said == "0":
        return ""
    right = said.isascii() and said.isdigit() and len(said) <= _LONGEST_STATUS
    return said.zfill(_LONGEST_STATUS) if right else None


def _files(folder: Path) -> Iterator[dict[str, Any]]:
    """Describe the files that the person put into the folder; names as given, in composed form (NFC)."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            yield {"name": unicodedata.normalize("NFC", path.name), "size": len(content), "sha256": digest}
