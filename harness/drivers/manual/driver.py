"""Driver `manual`: a person operates the candidate, and is asked to do things and to say what the system shows."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.catalogue.texts import text
from harness.drivers.manual.exhibits import Exhibits
from harness.drivers.manual.interview import PATIENCE, Interview
from harness.drivers.manual.secrets import Secrets
from harness.drivers.manual.tasks import EXPORTS, TASKS, task_lines
from harness.drivers.manual.view_cache import ViewCache
from harness.drivers.manual.view_questions import ask_view
from harness.drivers.manual.words import AREA, WORDS, read_word, shown_word
from harness.drivers.operator import Operator
from harness.drivers.protocol import COMMANDS, DriverError, OperatorError
from harness.drivers.views import Seen, Unseen, ViewRequest, Workplace
from harness.edxml.identifiers import document_id
from harness.journal.recorder import VIETNAM

# Longer than any DocumentId; more on one line is a slip of the hand, such as a pasted package.
_LONGEST_ID = 500


class ManualDriver:
    """Asks a person, one question at a time however many scenarios run. The time a person takes is not counted."""

    def __init__(
        self, workplace: Workplace, operator: Operator, patience: float = PATIENCE, evidence: Path | None = None
    ) -> None:
        """Prepare the driver.

        Args:
            workplace: folder, recorder and language of the run.
            operator: the person.
            patience: how long the person may take for one answer, in seconds.
            evidence: folder of what is shown with answers, None where nothing is.
        """
        self._interview = Interview(workplace, operator, patience, Exhibits(evidence, workplace.recorder))
        self._looks = ViewCache(workplace.times, self._interview.watch)
        self._turn = asyncio.Lock()
        self._secrets = Secrets(workplace)
        self._language = workplace.language
        self._organ_id = ""

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Have the person carry out one command; `limit` is for machines, a person has the driver's patience."""
        if command == "hello":
            return {"name": "manual", "version": __version__, "commands": list(COMMANDS)}
        if command == "poll":
            return {}  # a system polls by itself; a person could not make it come sooner
        async with self._turn:
            if command in TASKS:
                return await self._task(command, arguments)
            if command in EXPORTS:
                return await self._export(command)
            if command == "directory":
                answer = await ask_view(self._interview, ViewRequest("directory"))
                return dict(answer.rows[0])
        # What inbox and outbox show is asked document by document, see `look`.
        raise OperatorError("skip", command)

    def due(self, requests: Sequence[ViewRequest]) -> tuple[ViewRequest, ...]:
        """Return those of the requests that are worth a person's time now; see `Attended`."""
        return self._looks.due(requests)

    async def look(self, view: str, due: Sequence[ViewRequest], wanted: Sequence[ViewRequest]) -> Seen:
        """Ask the person what the system shows; see `Attended`."""
        asked: dict[str | None, int] = {}
        unseen: list[Unseen] = []
        async with self._turn:
            for request in due:
                try:
                    answer = await ask_view(self._interview, request)
                except OperatorError as error:
                    self._looks.decline(request)
                    unseen.append(Unseen(request.document, error.answer))
                else:
                    self._looks.keep(request, answer)
                    asked[request.document] = answer.asked
        rows = self._looks.rows(view, wanted)
        result = dict(rows[0] if rows else {}) if view == "directory" else {"documents": rows}
        return Seen(result, asked, tuple(unseen))

    async def close(self) -> None:
        """Ask nothing more; the candidate goes on by itself."""

    async def _task(self, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        shown = self._secrets.shown(arguments) if command == "configure" else arguments
        folder = self._interview.folder()
        lines = await asyncio.to_thread(task_lines, command, shown, folder, self._language)
        expected = self._expected_id(command, arguments)
        if expected:
            done = shown_word("done", self._language)
            lines.append(text(AREA, "do.send.identity", self._language, document_id=expected, done=done))
        lines.append(self._interview.choices("choices.task"))
        document = str(arguments.get("document_id") or "") or expected or None
        (word, said), _ = await self._interview.put(command, document, lines, lambda line: read_word(line, WORDS))
        if word in {"refused", "failed"}:
            raise DriverError("refused" if word == "refused" else "failed", said or word)
        return self._result(command, arguments, said[:_LONGEST_ID] or expected)

    async def _export(self, command: str) -> dict[str, Any]:
        """Have the person export something and enter its path on this machine."""
        lines = [text(AREA, f"do.{command}", self._language), self._interview.choices("choices.question")]
        path, _ = await self._interview.put(command, None, lines, lambda line: line, free=True)
        return {"path": path}

    def _expected_id(self, command: str, arguments: Mapping[str, Any]) -> str:
        if command != "send":
            return ""
        today = datetime.now(VIETNAM).strftime("%Y/%m/%d")
        number, notation = str(arguments["code_number"]), str(arguments["code_notation"])
        return document_id(self._organ_id, today, number, notation)

    def _result(self, command: str, arguments: Mapping[str, Any], identity: str) -> dict[str, Any]:
        if command == "configure":
            self._organ_id = str(arguments.get("organ_id", self._organ_id))
        return {"document_id": identity} if command == "send" else {}
