"""Rendering again: into the run directory, which is then sealed again, or beside it where it may not be sealed here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.journal.recorder import VIETNAM
from harness.journal.whole_file import write_whole
from harness.judge.report_schema import Judgement
from harness.report.agreement import MISSHAPEN, judged, read, recorded_profile, report_is_judged
from harness.report.pdf import PdfUnavailable
from harness.report.provenance import Origin, Provenance, provenance_of
from harness.report.renderers import FILES, Renderer
from harness.report.seal_run import list_unsigned, seal, signed_report_pdf
from harness.seal.laboratory import Laboratory, LaboratoryKey
from harness.seal.manifest import MANIFEST_FILE
from harness.seal.run_files import Source
from harness.seal.timestamp import NotStamped

DIFFERS = "differs"
UNJUDGEABLE = "unjudgeable"


@dataclass(frozen=True, slots=True)
class Unsealed:
    """Why the reports got no seal of this laboratory.

    Attributes:
        reason: `foreign`, `broken`, `unjudged`, `differs` or `unjudgeable`; its sentence is in the message files.
        detail: code of what is wrong with a seal, or why the record cannot be judged.
    """

    reason: str
    detail: str = ""


class Rerendering:
    """One run to be rendered again, with or without a laboratory's key.

    Attributes:
        unsealed: why the reports got no seal of this laboratory, None where they did or there is no key.
        unstamped: why a new seal has no time stamp although the laboratory wants one, else None.
    """

    def __init__(
        self, source: Source, language: Language, laboratory: Laboratory | None, older: Source | None = None
    ) -> None:
        """Find out who recorded the run.

        Args:
            source: the run.
            language: shown first.
            laboratory: configured here; the report names it only where it may seal the run.
            older: a run to compare with.

        Raises:
            ConfigurationError: the directory holds something that is not a plain file.
        """
        self._directory = source.directory
        self._key: LaboratoryKey | None = laboratory.key if laboratory else None
        self._tsa = laboratory.tsa if laboratory else None
        self.unstamped: NotStamped | None = None
        self._provenance = provenance_of(self._directory, self._key)
        self._judgement: Judgement | None = None
        self.unsealed = _foreign(self._provenance) if self._key is not None else None
        shown = laboratory if self.unsealed is None else None
        self.renderer = Renderer(source, language, shown, older, sealed=self.unsealed is None)

    def into_run(self, formats: Sequence[str]) -> list[Path]:
        """Write reports into the run directory and seal it again where it was sealed; else beside it.

        Returns:
            What was written; files that would not change are not.

        Raises:
            ConfigurationError: the run is signed and there is no key, or its seal does not hold.
            PdfUnavailable: the system lacks what making a PDF needs; every other format has been written.
        """
        if self._key is None:
            return self._unsigned(formats)
        if not self._sealable():
            return self._written(formats, beside(self._directory, "reports"))
        return self._written(formats, self._directory, self._seal)

    def handed_out(self, form: str) -> bytes:
        """Render a format that leaves the run directory: where the laboratory may seal, a PDF carries its signature."""
        content = self.renderer.render(form)
        if form != "pdf" or self._key is None or not self._sealable():
            return content
        return signed_report_pdf(content, self._key, datetime.now(VIETNAM))

    def _unsigned(self, formats: Sequence[str]) -> list[Path]:
        if self._provenance.origin is Origin.SIGNED:
            raise ConfigurationError("report.sealed", path=self._directory)
        if self._provenance.broken is not None:
            raise ConfigurationError("report.seal-broken", path=self._directory, code=self._provenance.broken)
        listed = (self._directory / MANIFEST_FILE).exists()
        return self._written(formats, self._directory, self._list if listed else None)

    def _sealable(self) -> bool:
        """Return whether the laboratory may seal the run again: it is its own, and its report is what judging gives."""
        if self.unsealed is None:
            try:
                self.unsealed = None if report_is_judged(self._directory, self._judged()) else Unsealed(DIFFERS)
            except ConfigurationError as error:
                self.unsealed = Unsealed(UNJUDGEABLE, str(error.parameters.get("detail") or error.code))
            except MISSHAPEN as error:
                self.unsealed = Unsealed(UNJUDGEABLE, type(error).__name__)
        return self.unsealed is None

    def _judged(self) -> Judgement:
        if self._judgement is None:
            self._judgement = judged(recorded_profile(self._directory), read(self._directory))
        return self._judgement

    def _seal(self) -> None:
        if self._key is not None:
            sealed = seal(self._directory, self._key, self._judged(), tsa=self._tsa)
            self.unstamped = sealed.unstamped

    def _list(self) -> None:
        list_unsigned(self._directory)

    def _written(
        self, formats: Sequence[str], folder: Path, afterwards: Callable[[], object] | None = None
    ) -> list[Path]:
        """Render everything, then write and seal at once: a run that is stopped while rendering keeps its seal."""
        ready, trouble = self._rendered(formats, folder)
        written = [write_whole(path, content) for path, content in ready if not _same(path, content)]
        if written and afterwards is not None:
            afterwards()
        if trouble is not None:
            raise trouble
        return written

    def _rendered(self, formats: Sequence[str], folder: Path) -> tuple[list[tuple[Path, bytes]], PdfUnavailable | None]:
        ready: list[tuple[Path, bytes]] = []
        for form in sorted(formats, key=list(FILES).index):  # the PDF, which may fail, is the last
            try:
                ready.append((folder / FILES[form], self.renderer.render(form)))
            except PdfUnavailable as error:
                return ready, error
        return ready, None


def beside(directory: Path, kind: str) -> Path:
    """Create the folder beside a run for what must not go into it, and return it.

    Raises:
        ConfigurationError: it cannot be made.
    """
    folder = directory.resolve().with_name(f"{directory.resolve().name}-{kind}")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=folder, detail=error.strerror or error) from error
    return folder


def _foreign(provenance: Provenance) -> Unsealed | None:
    if provenance.origin is Origin.OWN:
        return None
    return Unsealed(str(provenance.origin), str(provenance.broken or ""))


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
