"""Publishing a run: judged, rendered in every format, sealed."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.journal import JournalBroken, Record, read_record
from harness.judge.judgement import Judgement, encoded
from harness.judge.judging import NothingToJudge, judge
from harness.report import write_reports
from harness.report.deviations import recorded_deviations, with_deviations
from harness.report.laboratory import configured_laboratory
from harness.report.pdf import PdfUnavailable
from harness.report.sealing import seal

FORMATS_OF_A_RUN = ("html", "pdf", "junit")


@dataclass(frozen=True, slots=True)
class Certification:
    """A judged run and where it stands.

    Attributes:
        judgement: of the run.
        directory: of the run.
        unwritten: why the report's PDF could not be made, None when it was or was not asked for.
    """

    judgement: Judgement
    directory: Path
    unwritten: PdfUnavailable | None = None


def publish(profile: Profile, directory: Path, language: Language, formats: tuple[str, ...]) -> Certification:
    """Judge the record in `directory` and write its reports; with any format asked for, seal the directory.

    Raises:
        ConfigurationError: the record is broken or empty, or the laboratory's folder is wrong.
    """
    judgement = judged(profile, read(directory))
    (directory / "report.json").write_bytes(encoded(judgement))
    if not formats:
        return Certification(judgement, directory)
    laboratory = configured_laboratory()
    unwritten = None
    try:
        write_reports(directory, msgspec.to_builtins(judgement), lang=language, formats=formats, laboratory=laboratory)
    except PdfUnavailable as error:
        unwritten = error
    seal(directory, laboratory.key if laboratory else None)
    return Certification(judgement, directory, unwritten)


def read(directory: Path) -> Record:
    """Read the record of a run.

    Raises:
        ConfigurationError: it is missing, or not what was written.
    """
    try:
        return read_record(directory)
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=directory, detail=error) from error


def judged(profile: Profile, record: Record) -> Judgement:
    """Judge a record, and say how the known deviations stand that were handed in with the run.

    Raises:
        ConfigurationError: the run broke off before it began, a blob is missing or edited, or run.json is damaged.
    """
    try:
        return with_deviations(judge(profile, record), recorded_deviations(record.directory))
    except NothingToJudge as error:
        raise ConfigurationError("run.nothing", path=record.directory) from error
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=record.directory, detail=error) from error
