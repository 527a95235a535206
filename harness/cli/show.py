"""`lienthong show`: the messages of a run, whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.run_folder import RunFolder
from harness.cli.verb_help import Verb

if TYPE_CHECKING:
    from harness.journal import Event, Record

_AREA = "cli-show"
_MOST = 500
_LONGEST_NUMBER = 19  # digits


@click.command(cls=Verb, name="show", help=help_text(_AREA))
@click.argument("run", metavar="RUN", type=RunFolder())
@click.argument("what", metavar="[EVENT|FINDING|DOCUMENT]", required=False)
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(run: Path, what: str | None, lang: str | None) -> int:
    """Print messages of a run; see the help text."""
    from harness.report.agreement import read

    record = read(run)
    for line in _lines(run, record, what):
        click.echo(line)
    return Exit.PASS


def _lines(run: Path, record: "Record", what: str | None) -> Iterator[str]:
    if what is None:
        yield from _findings(run, "")
        return
    number = what.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < _LONGEST_NUMBER:
        yield from _message(record, int(number))
        return
    found = list(_findings(run, what))
    if found:
        yield from found
        for seq in _places(run, what):
            yield ""
            yield from _message(record, seq)
        return
    yield from _about(record, what)


def _message(record: "Record", number: int) -> Iterator[str]:
    from harness.report.event_text import lines_of

    if number >= len(record.events):
        raise ConfigurationError("show.no-event", number=number, last=len(record.events) - 1)
    event = record.events[number]
    yield from lines_of(event, record)
    partner = _partner(record, event)
    if partner is not None:
        yield ""
        yield from lines_of(partner, record)


def _partner(record: "Record", event: "Event") -> "Event | None":
    """Return the answer to a request, or the request of an answer."""
    from harness.journal import events_of
    from harness.journal.events import AnswerSent, RequestReceived

    match event.what:
        case AnswerSent(request=asked):
            return record.events[asked] if 0 <= asked < event.seq else None
        case RequestReceived():
            answers = events_of(record.events[event.seq + 1 :], AnswerSent)
            return next((one for one in answers if one.what.request == event.seq), None)
    return None


def _findings(run: Path, wanted: str) -> Iterator[str]:
    """Yield the findings whose code, requirement or scenario is wanted; all for an empty one."""
    for code, severity, event, message in _rows(run, wanted):
        place = f"  #{event}" if event is not None else ""
        yield f"{clipped(code)} ({clipped(severity)}){place}  {clipped(message)}"
    if not wanted:
        yield say(_AREA, "how", run=run)


def _places(run: Path, wanted: str) -> list[int]:
    """Return the events at which the wanted findings are, each once."""
    events = (event for _, _, event, _ in _rows(run, wanted) if event is not None)
    return list(dict.fromkeys(events))[:_MOST]


def _rows(run: Path, wanted: str) -> list[tuple[str, str, int | None, str]]:
    """Return code, severity, event and message of the findings that are wanted.

    Raises:
        ConfigurationError: there is no report, or not one that a run writes.
    """
    from harness.seal.run_files import read_report

    return [
        (one.code, str(one.severity), one.where.event, one.message[language()])
        for scenario in read_report(run).scenarios
        for one in scenario.findings
        if not wanted or wanted in {one.code, one.requirement, scenario.id}
    ]


def _about(record: "Record", document: str) -> Iterator[str]:
    from harness.report.event_text import events_about, lines_of

    events = list(events_about(document, record))
    if not events:
        raise ConfigurationError("show.nothing", what=document)
    for event in events[:_MOST]:
        first, second, *_ = [*lines_of(event, record), ""]
        yield f"{first}  {second}"
