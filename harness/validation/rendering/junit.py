"""JUnit XML: a test case per file, for CI systems."""

import shutil
import tempfile
from html import escape
from typing import BinaryIO

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.texts import Language
from harness.catalogue.verdicts import Severity
from harness.validation.rows import FileRow, OpenRow
from harness.validation.summary import CheckSummary

_IN_MEMORY = 16 * 1024 * 1024


class Junit:
    """One suite; the cases wait on disk until the counts that are before them are known."""

    def __init__(self, stream: BinaryIO, language: Language, verb: str = "validate") -> None:
        self._stream = stream
        self._language = language
        self._verb = verb
        self._cases = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed in finish

    def add(self, row: FileRow, *, named: bool) -> None:
        """Put one case by."""
        failures = [finding for finding in row.findings if finding.severity == Severity.FAIL]
        remarks = [finding for finding in row.findings if finding.severity != Severity.FAIL]
        head = f'<testcase classname="lienthong.{row.kind}" name="{escape(row.path)}">'
        parts = [head]
        if failures:
            codes = ", ".join(dict.fromkeys(finding.code for finding in failures))
            parts.append(f'<failure type="{escape(failures[0].code)}" message="{escape(codes)}">')
            parts.append(escape("\n".join(self._line(finding) for finding in failures)))
            parts.append("</failure>")
        if row.verdict == "inconclusive":
            codes = ", ".join(dict.fromkeys(question.code for question in row.undecided))
            parts.append(f'<error type="inconclusive" message="{escape(codes)}">')
            parts.append(escape("\n".join(self._line(question) for question in row.undecided)))
            parts.append("</error>")
        if remarks:
            parts.append(f"<system-out>{escape(chr(10).join(self._line(finding) for finding in remarks))}</system-out>")
        parts.append("</testcase>\n")
        self._cases.write("".join(parts).encode("utf-8", "replace"))

    def finish(self, summary: CheckSummary) -> None:
        """Write the suite."""
        counts = f'tests="{summary.checked}" failures="{summary.failed}" errors="{summary.undecided}" skipped="0"'
        self._stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        self._stream.write(f'<testsuites {counts}>\n<testsuite name="lienthong {self._verb}" {counts}>\n'.encode())
        self._cases.seek(0)
        shutil.copyfileobj(self._cases, self._stream)
        self._stream.write(b"</testsuite>\n</testsuites>\n")
        self._cases.close()
        self._stream.flush()

    def _line(self, finding: FindingEntry | OpenRow) -> str:
        where = " ".join(part for part in (_line_of(finding), finding.where.xpath) if part)
        return f"{finding.code}: {finding.message[self._language]}" + (f" ({where})" if where else "")


def _line_of(finding: FindingEntry | OpenRow) -> str:
    return f"{finding.where.line}:" if finding.where.line else ""
