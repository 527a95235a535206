"""A run as its page shows it: going on, or over."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import Language
from harness.console.data.tables import FoundRow, RunRow
from harness.console.runners.leases import lease_of
from harness.console.runs.answers import files_of
from harness.console.runs.console_work import ConsoleWork
from harness.console.runs.live_run import LiveRun
from harness.console.runs.person_steps import PersonSteps, steps_of, steps_of_planned
from harness.console.runs.presets import PEOPLE
from harness.console.subjects.system_registry import capabilities_of, driver_kind
from harness.console.web.visit import Visit
from harness.drivers.manual.interview import FOLDER, PATIENCE
from harness.drivers.manual.words import WORDS, shown_word
from harness.judge.report_schema import Judgement
from harness.report.messages import EventDescriber
from harness.report.texts import ReportTexts
from harness.seal.run_files import read_report

_MOST = 300
_MOST_CAUSES = 20


def run_view(visit: Visit, row: RunRow) -> dict[str, Any]:
    """Return what the page of a run shows."""
    return {"run": row, **run_parts(visit.db, visit.work, row, visit.language)}


def run_parts(db: Session, work: ConsoleWork, row: RunRow, language: Language) -> dict[str, Any]:
    """Return what the living parts of the page show: progress, board, findings, messages."""
    folder = work.queue.folder(row)
    live = work.live.look(folder)
    seq = live.seq
    findings = db.scalars(select(FoundRow).where(FoundRow.run_id == row.id).order_by(FoundRow.number)).all()
    report, machine = _report(work, row), lease_of(db, row.id)
    verdicts = None if report is None else _verdicts(report, language)
    return {
        "live": live,
        "seq": seq,  # its stream goes on from here
        "found": work.first.of(folder, live.done) if row.state == "running" else (),
        "place": f"/runs/{row.id}",
        "steps": _steps(row, live) if row.state != "ended" else None,
        "task": without_place(live.question, folder),
        "files": files_of(folder, live.question) if live.question else [],
        "until": (row.started or 0.0) + live.asked + PATIENCE,
        "now": time.time(),
        "machine": machine.runner.name if machine is not None else "",
        "held": work.queue.held(db) if row.state == "queued" else "",
        "words": [(word, shown_word(word, language)) for word in WORDS],
        "board": verdicts if verdicts is not None else _board(live, language),
        "judged": verdicts is not None,
        "undecided": _undecided(report, ReportTexts(language)),
        "findings": _told_once(findings)[:_MOST],
        "findings_in_all": len(findings),
        "first": {one.requirement: one.number for one in reversed(findings)},
        "messages": _messages(live, language),
        "counts": json.loads(row.counts) if row.counts else {},
    }


def _told_once(findings: Sequence[FoundRow]) -> list[tuple[FoundRow, int]]:
    """Return the first of the findings that say the same of the same scenario, with how many do."""
    alike: dict[tuple[str, ...], list[FoundRow]] = {}
    for one in findings:
        alike.setdefault((one.code, one.scenario, one.message_vi, one.message_en), []).append(one)
    return [(same[0], len(same)) for same in alike.values()]


def _steps(row: RunRow, live: LiveRun) -> PersonSteps | None:
    """Return what a person has to do in a run, None where a program moves the product."""
    if driver_kind(row.system) not in PEOPLE:
        return None
    able = capabilities_of(row.system)
    return steps_of_planned(live.scenarios, able) if live.scenarios else steps_of(row.only, able)


def without_place(question: str, folder: Path) -> str:
    """Return a question as it is shown: its files lie beside it, wherever the console keeps them."""
    return re.sub(rf"{re.escape(str(folder))}/{FOLDER}/[0-9]+/?", "", question).lstrip("─\n")


def _messages(live: LiveRun, language: Language) -> list[tuple[int, str]]:
    wording = ReportTexts(language)
    describe = EventDescriber(wording, short=False)
    return [(event.seq, describe.sentence(event)) for event in reversed(live.messages)]


def _board(live: LiveRun, language: Language) -> dict[str, list[dict[str, str]]]:
    statements = load_catalogue().requirements
    return _grouped(
        {
            key: {"id": key, "state": state, "statement": getattr(statements[key].statement, language)}
            for key, state in live.board.items()
            if key in statements
        }
    )


def _report(work: ConsoleWork, row: RunRow) -> Judgement | None:
    """Return the report of a judged run, None where there is none, or none any more."""
    if row.state != "ended" or row.verdict == "none":
        return None
    try:
        return read_report(work.queue.folder(row))
    except ConfigurationError:
        return None


def _verdicts(report: Judgement, language: Language) -> dict[str, list[dict[str, str]]]:
    """Return the board of a judged run: what was asked for, or has a verdict."""
    shown: dict[str, dict[str, str]] = {}
    for entry in report.requirements:
        if entry.required or entry.verdict != "not_run":
            statement = entry.statement[language]
            shown[entry.id] = {"id": entry.id, "state": str(entry.verdict), "statement": statement}
    return _grouped(shown)


def _undecided(report: Judgement | None, wording: ReportTexts) -> list[tuple[str, str, str]]:
    """Return why scenarios stay open: the cause, what happened, and the scenarios that it holds of."""
    found: dict[tuple[str, str], list[str]] = {}
    for scenario in report.scenarios if report is not None else ():
        if scenario.verdict == "inconclusive" and scenario.cause is not None:
            why = (wording.say(f"cause.{scenario.cause}"), wording.chosen(scenario.detail))
            found.setdefault(why, []).append(scenario.id)
    return [(cause, detail, ", ".join(ids)) for (cause, detail), ids in found.items()][:_MOST_CAUSES]


def _grouped(entries: Mapping[str, dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for key, entry in entries.items():
        groups.setdefault(key.partition("-")[0], []).append(entry)
    return groups
