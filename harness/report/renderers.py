"""Writes the reports of a run: every format from the same model."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from harness.catalogue.texts import LANGUAGES, Language
from harness.journal import Record
from harness.journal.whole_file import write_whole
from harness.judge.report_schema import Judgement
from harness.report.html import render_html
from harness.report.identification import sealing_key
from harness.report.junit import render_junit
from harness.report.markdown import render_markdown
from harness.report.model import Report
from harness.report.pdf import paper_page, render_pdf
from harness.report.pdf_process import PdfProcess
from harness.report.report_builder import Setting, build
from harness.report.sequence import SequenceDiagrams
from harness.seal.laboratory import Laboratory
from harness.seal.manifest import evidence_digest, evidence_of
from harness.seal.run_files import REPORT_FILE, Source, source_of

FILES: Mapping[str, str] = {
    "json": REPORT_FILE,
    "html": "report.html",
    "md": "report.md",
    "junit": "junit.xml",
    "pdf": "report.pdf",
}
FORMATS = tuple(FILES)


class Renderer:
    """Renders one run in any format; each language is built once."""

    def __init__(
        self,
        source: Source,
        lang: Language,
        laboratory: Laboratory | None = None,
        older: Source | None = None,
        *,
        sealed: bool = True,
        printer: PdfProcess | None = None,
    ) -> None:
        """Prepare to render.

        Args:
            source: the run; its evidence must be complete, as the reports carry its digest.
            lang: language shown first, and the only one of formats that have one language.
            laboratory: who tests, where that is configured.
            older: a run to compare with.
            sealed: False when the reports are to say that they are not sealed, whatever the run says of its seal.
            printer: makes the PDF; it is made here where there is none.
        """
        self._printer = printer
        self._begun = False
        self._source = source
        self._lang: Language = lang
        self._setting = Setting(
            evidence=evidence_digest(evidence_of(source.directory)),
            diagrams=SequenceDiagrams(source.record.events if source.record else ()),
            key=sealing_key(source.directory, laboratory) if sealed else None,
            identity=laboratory.identity if laboratory else None,
            older=older,
        )
        self._built: dict[Language, Report] = {}

    def render(self, form: str) -> bytes:
        """Return the report in one of `FORMATS`.

        Raises:
            PdfUnavailable: the system lacks what making a PDF needs.
        """
        return _RENDERERS[form](self)

    def report(self, language: Language) -> Report:
        """Return the report as shown in one language."""
        if language not in self._built:
            self._built[language] = build(self._source, language, self._setting)
        return self._built[language]

    def json(self) -> bytes:
        """Return report.json as it is: the judge writes it."""
        return (self._source.directory / REPORT_FILE).read_bytes()

    def html(self) -> bytes:
        """Return the page with all languages, the chosen one first."""
        languages = sorted(LANGUAGES, key=lambda language: language != self._lang)
        return render_html([self.report(language) for language in languages]).encode()

    def junit(self) -> bytes:
        """Return junit.xml in the chosen language."""
        return render_junit(self.report(self._lang))

    def markdown(self) -> bytes:
        """Return the summary in Markdown in the chosen language."""
        return render_markdown(self.report(self._lang)).encode()

    def pdf(self) -> bytes:
        """Return the PDF in the chosen language.

        Raises:
            PdfUnavailable: the system lacks what it needs.
        """
        if self._printer is None:
            return render_pdf(paper_page(self.report(self._lang)))
        self.begin_pdf()
        return self._printer.result()

    def begin_pdf(self) -> None:
        """Let the PDF be made while other formats are rendered, where there is a process for it."""
        if self._printer is not None and not self._begun:
            self._begun = True
            self._printer.begin(paper_page(self.report(self._lang)))


_RENDERERS: Mapping[str, Callable[[Renderer], bytes]] = {
    "json": Renderer.json,
    "html": Renderer.html,
    "md": Renderer.markdown,
    "junit": Renderer.junit,
    "pdf": Renderer.pdf,
}


def write_reports(
    run_directory: Path,
    report: Judgement,
    *,
    lang: Language,
    formats: Collection[str],
    laboratory: Laboratory | None = None,
    record: Record | None = None,
    printer: PdfProcess | None = None,
) -> list[Path]:
    """Write the reports of a run into its directory.

    The evidence must be complete: run.json, report.json and the closed journal are there before.

    Args:
        run_directory: the run.
        report: content of report.json.
        lang: language shown first.
        formats: which of `FORMATS`; report.json itself is written by the judge.
        laboratory: who tests, where that is configured.
        record: of the run; read from its directory when left out.
        printer: makes the PDF while other formats are rendered; it is made after them where there is none.

    Returns:
        What was written, in the order of `FORMATS`.

    Raises:
        PdfUnavailable: the system lacks what making a PDF needs; every other format has been written.
    """
    renderer = Renderer(source_of(run_directory, report, record), lang, laboratory, printer=printer)
    written = []
    if "pdf" in formats:
        renderer.begin_pdf()
    for form in FORMATS:
        if form in formats and form != "json":
            written.append(write_whole(run_directory / FILES[form], renderer.render(form)))
    return written
