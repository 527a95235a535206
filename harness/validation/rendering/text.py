"""Text for people: the files with findings, and a summary by requirement."""

from typing import BinaryIO

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import Language, entries, finding_text, text
from harness.catalogue.verdicts import Severity
from harness.validation.rendering.sink import Amount
from harness.validation.rows import FileRow, OpenRow
from harness.validation.summary import CheckSummary

_AREA = "cli-validate"
_ENVELOPE = "/edXML/edXMLEnvelope/"
_STATEMENT = 76
_MARKS = {"pass": ("✓", "green"), "fail": ("✗", "red"), "inconclusive": ("?", "yellow")}
_COLOURS = {"red": "31", "yellow": "33", "green": "32", "dim": "2"}


class TextSink:
    """Writes text.

    Args:
        stream: where to.
        language: Vietnamese or English.
        amount: quiet: the summary only; verbose: also files without findings, and what to change.
        coloured: use colours.
        verb: whose own words come before those of `validate`.
    """

    def __init__(
        self, stream: BinaryIO, language: Language, amount: Amount, *, coloured: bool, verb: str = "validate"
    ) -> None:
        self._stream = stream
        self._language = language
        self._amount = amount
        self._coloured = coloured
        self._own = f"cli-{verb}"

    def add(self, row: FileRow, *, named: bool) -> None:
        """Write about one file, if there is something to say."""
        silent = not row.findings and not row.undecided
        if self._amount == "quiet" or (silent and not named and self._amount == "normal"):
            return
        mark = self._painted(*_MARKS[row.verdict])
        kind, verdict = self._say(f"kind.{row.kind}"), self._say(f"verdict.{row.verdict}")
        self._write(f"{mark} {row.path}: {kind}, {verdict}")
        for finding in row.findings:
            self._finding(finding)
        if row.verdict != "fail" or self._amount == "verbose":
            for question in row.undecided:
                self._question(question)

    def finish(self, summary: CheckSummary) -> None:
        """Write the summary."""
        if summary.checked:
            self._write("")
            counts = {"passed": summary.passed, "failed": summary.failed, "undecided": summary.undecided}
            self._write(
                self._say("summary.undecided" if summary.undecided else "summary", checked=summary.checked, **counts)
            )
            kinds = [f"{self._say(f'kind.{kind}')} {count}" for kind, count in sorted(summary.kinds.items())]
            self._write("  " + ", ".join(kinds))
            self._by_requirement(summary)
        elif not summary.interrupted:
            self._write(self._say("nothing"))
        if summary.skipped:
            self._write(self._say("summary.skipped", count=summary.skipped))
        self._stream.flush()

    def _by_requirement(self, summary: CheckSummary) -> None:
        known = load_catalogue().requirements
        named = [key for key in known if summary.failures[key] or summary.remarks[key]]
        if named:
            self._write(f"  {'':8}{self._say('column.failed'):>10}{self._say('column.remarks'):>10}")
        for key in named:
            statement = known[key].statement[self._language]
            failures, remarks = summary.failures[key] or "", summary.remarks[key] or ""
            self._write(f"  {key:8}{failures:>10}{remarks:>10}  {_short(statement)}")

    def _finding(self, finding: FindingEntry) -> None:
        failing = finding.severity == Severity.FAIL
        label = self._painted(finding.requirement, "red" if failing else "yellow")
        note = "" if failing else f" ({self._say('remark')})"
        self._write(f"  {label}{note} {finding.message[self._language]}")
        place = self._place(finding.where.line, finding.where.xpath)
        if place:
            self._write(self._painted(f"         {place}", "dim"))
        if self._amount == "verbose":
            said = {"expected": finding.expected, "received": finding.received}
            self._write(f"         → {finding_text(finding.code, 'remedy', self._language, **said)}")
            self._write(self._painted(f"         {finding.code}", "dim"))

    def _question(self, question: OpenRow) -> None:
        label = self._painted(question.requirement, "yellow")
        self._write(f"  {label} ({self._say('open')}) {question.message[self._language]}")

    def _place(self, line: int | None, xpath: str | None) -> str:
        parts = [self._say("line", line=line)] if line else []
        if xpath:
            parts.append(xpath.removeprefix(_ENVELOPE))
        return ", ".join(parts)

    def _say(self, key: str, **parameters: object) -> str:
        area = self._own if key in entries(self._own) else _AREA
        return text(area, key, self._language, **parameters)

    def _painted(self, words: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{words}\x1b[0m" if self._coloured else words

    def _write(self, line: str) -> None:
        self._stream.write(line.encode("utf-8", "replace") + b"\n")


def _short(statement: str) -> str:
    plain = statement.replace("`", "")
    return plain if len(plain) <= _STATEMENT else plain[: _STATEMENT - 1] + "…"
