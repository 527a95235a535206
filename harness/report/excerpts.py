"""The evidence behind one finding: what happened, the lines of the package, and how two values differ."""

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.findings import Where
from harness.journal import Event
from harness.journal.events import RequestReceived, SentPackage
from harness.report.messages import EventDescriber
from harness.report.model import Difference, ExcerptLine, LabelledValue, Occurrence
from harness.report.sightings import message_of
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import Source

_AROUND = 2
_LONGEST_LINE = 160
_LARGEST_PACKAGE = 64 * 1024 * 1024
_ALIKE = 0.5


def occurrence(finding: FindingEntry, scenario: str, source: Source, wording: ReportTexts) -> Occurrence:
    """Gather the evidence of one finding of report.json."""
    event = source.event(finding.where.event)
    expected, received = wording.stated(finding.expected), wording.stated(finding.received)
    return Occurrence(
        scenario=scenario,
        message=message_of(finding, wording),
        expected=expected,
        received=received,
        difference=difference(expected, received),
        where=_where(finding.where, event, wording),
        sent=EventDescriber(wording, short=False).sentence(event) if event else "",
        lines=_lines(source.blob(_package(event)), finding.where.line),
    )


def difference(expected: str, received: str) -> Difference | None:
    """Return the smallest stretch in which two values differ, or None when they are not alike enough."""
    if not expected or not received or expected == received:
        return None
    before = _common(expected, received)
    rest_expected, rest_received = expected[len(before) :], received[len(before) :]
    after = _common(rest_expected[::-1], rest_received[::-1])[::-1]
    if len(before) + len(after) < _ALIKE * max(len(expected), len(received)):
        return None
    end_expected, end_received = len(rest_expected) - len(after), len(rest_received) - len(after)
    return Difference(before, rest_expected[:end_expected], rest_received[:end_received], after)


def _common(one: str, other: str) -> str:
    """Return what both texts begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    length = next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))
    return one[:length]


def _where(where: Where, event: Event | None, wording: ReportTexts) -> tuple[LabelledValue, ...]:
    items = [
        LabelledValue(wording.say(f"where.{name}"), shown(value))
        for name, value in (("event", where.event), ("xpath", where.xpath), ("line", where.line))
        if value is not None
    ]
    if event is not None:
        items.insert(1, LabelledValue(wording.say("where.at"), wording.moment(event.at), own=True))
    return tuple(items)


def _package(event: Event | None) -> str | None:
    match event.what if event else None:
        case RequestReceived(package=SentPackage(blob=blob)):
            return blob
    return None


def _lines(package: bytes | None, line: int | None) -> tuple[ExcerptLine, ...]:
    """Return the lines around number `line`; a package may be one endless line, so each is cut."""
    if package is None or line is None or line < 1 or len(package) > _LARGEST_PACKAGE:
        return ()
    lines = package.split(b"\n", line + _AROUND)[: line + _AROUND]
    first = max(0, line - 1 - _AROUND)
    return tuple(
        ExcerptLine(number, _text(content), number == line) for number, content in enumerate(lines[first:], first + 1)
    )


def _text(content: bytes) -> str:
    start = content[: 4 * _LONGEST_LINE].decode("utf-8", "replace").rstrip("\r").replace("\t", " ")
    cut = len(start) > _LONGEST_LINE or len(content) > 4 * _LONGEST_LINE
    return shown(start[:_LONGEST_LINE]) + ("…" if cut else "")
