"""Publishing a run: judged, rendered in every format, sealed."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.journal.whole_file import sweep, write_whole
from harness.judge.report_schema import Judgement, encoded
from harness.report import write_reports
from harness.report.agreement import judged, read
from harness.report.pdf import PdfUnavailable
from harness.report.pdf_process import PdfProcess
from harness.report.renderers import FILES
from harness.report.seal_run import list_unsigned, seal
from harness.seal.laboratory import Laboratory
from harness.seal.run_files import REPORT_FILE
from harness.seal.timestamp import NotStamped

FORMATS_OF_A_RUN = ("html", "pdf", "junit")


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A judged run and where it is.

    Attributes:
        judgement: of the run.
        directory: of the run.
        unwritten: why the report's PDF could not be made, None when it was or was not asked for.
        unstamped: why its seal has no time stamp although the laboratory wants one, else None.
    """

    judgement: Judgement
    directory: Path
    unwritten: PdfUnavailable | None = None
    unstamped: NotStamped | None = None


def publish(
    profile: Profile,
    directory: Path,
    language: Language,
    formats: tuple[str, ...],
    laboratory: Laboratory | None = None,
    announce: Callable[[Judgement], None] | None = None,
) -> PublishedRun:
    """Judge the record in `directory` and write its reports; with any format asked for, seal the directory.

    Args:
        profile: to judge by, the run's own.
        directory: of the run.
        language: shown first in its reports.
        formats: of the reports besides report.json.
        laboratory: who tests; where it has a key, it has sealed the record already.
        announce: is called with the judgement before the other reports are written, in the thread that writes them.

    Raises:
        ConfigurationError: the record is broken or empty, or was changed since the laboratory's key sealed it.
    """
    with ExitStack() as processes:
        printer = processes.enter_context(PdfProcess()) if "pdf" in formats else None
        record = read(directory)
        judgement = judged(profile, record)
        _clear(directory)
        write_whole(directory / REPORT_FILE, encoded(judgement))
        if announce is not None:
            announce(judgement)
        if not formats:
            return PublishedRun(judgement, directory)
        unwritten = None
        try:
            write_reports(
                directory,
                judgement,
                lang=language,
                formats=formats,
                laboratory=laboratory,
                record=record,
                printer=printer,
            )
        except PdfUnavailable as error:
            unwritten = error
    if laboratory is None or laboratory.key is None:
        list_unsigned(directory, record=record)
        return PublishedRun(judgement, directory, unwritten)
    sealed = seal(directory, laboratory.key, judgement, tsa=laboratory.tsa, record=record)
    return PublishedRun(judgement, directory, unwritten, sealed.unstamped)


def _clear(directory: Path) -> None:
    """Remove what is left of an earlier attempt, or planted, where the reports will be: what stays would get sealed."""
    sweep(directory)
    for name in FILES.values():
        (directory / name).unlink(missing_ok=True)
