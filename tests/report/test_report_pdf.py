"""report.pdf: A4, the run's id on every page, loads nothing, signed where the laboratory has a certificate."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.crypto.testpki.issuance import IssuedIdentity
from harness.report import write_reports
from harness.report.pdf import PaperPage, PdfUnavailable, render_pdf
from harness.report.pdf_process import PdfProcess
from harness.seal.laboratory import Laboratory, load_laboratory
from harness.seal.verification import verify
from tests.report.report_runs import build_run, failed_plan, seal_made_up

HOSTILE = "<img src='http://127.0.0.1:9/x'><link rel=attachment href='file:///etc/passwd'>\u202e" + "Ă" * 10**6
A4 = (595, 841)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """A laboratory with key and certificate, read from its folder."""
    folder = tmp_path_factory.mktemp("laboratory")
    identity: IssuedIdentity = make_laboratory(datetime.now(UTC))
    write_identity(identity, folder)
    (folder / "laboratory.yaml").write_text("schema: lienthong.laboratory/1\nname: Trung tâm X\n", encoding="utf-8")
    return load_laboratory(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, laboratory: Laboratory) -> Path:
    """A sealed run with a signed PDF full of hostile text."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"weasyprint cannot be used here: {error}")
    directory = tmp_path_factory.mktemp("run")
    assert laboratory.key is not None
    report = build_run(directory, failed_plan(HOSTILE), laboratory.key)
    write_reports(directory, report, lang="vi", formats=["html", "pdf"], laboratory=laboratory)
    seal_made_up(directory, laboratory.key)
    return directory


def test_pages_are_a4(run: Path) -> None:
    pages = PdfFileReader(BytesIO((run / "report.pdf").read_bytes())).root["/Pages"]
    assert pages["/Count"] > 5
    boxes = {tuple(int(side) for side in page.get_object()["/MediaBox"]) for page in pages["/Kids"]}
    assert boxes == {(0, 0, *A4)}


def test_every_page_names_the_run_and_its_number(run: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt install poppler-utils)")
    printed = subprocess.run(["pdftotext", "-layout", run / "report.pdf", "-"], capture_output=True, check=True)
    pages = printed.stdout.decode().split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        last = page.strip().splitlines()[-1]
        assert last.split() == ["20261123-101530-a1b2c3", str(number), "/", str(len(pages))]
    assert "KHÔNG ĐẠT" in pages[0]
    assert "Trung tâm X" in pages[0]


def test_no_page_but_the_last_is_nearly_empty(tmp_path: Path, run: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt install poppler-utils)")
    failed = failed_plan()
    failed.only = ("RCV-02", "HDR-07")
    (written,) = write_reports(tmp_path, build_run(tmp_path, failed), lang="vi", formats=["pdf"])
    printed = subprocess.run(["pdftotext", "-layout", written, "-"], capture_output=True, check=True)
    pages = printed.stdout.decode().split("\f")[:-2]
    assert min(len([line for line in page.splitlines() if line.strip()]) for page in pages) > 12


def test_pdf_is_tagged_and_says_language_and_title(run: Path) -> None:
    root = PdfFileReader(BytesIO((run / "report.pdf").read_bytes())).root
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/StructTreeRoot"]["/K"]
    metadata = root["/Metadata"].data.decode()
    assert "pdfuaid" in metadata
    assert "Không đạt – QLVB Alpha 3.2" in metadata


def test_nothing_is_attached_or_reached_for(run: Path) -> None:
    content = (run / "report.pdf").read_bytes()
    for name in (b"/EmbeddedFile", b"/JavaScript", b"/URI", b"/Launch"):
        assert name not in content


def test_laboratory_signs_the_pdf_once_and_the_seal_holds(run: Path, laboratory: Laboratory) -> None:
    (signature,) = read_pdf((run / "report.pdf").read_bytes()).signatures
    assert signature.problem is None
    assert signature.form == "ETSI.CAdES.detached"
    before = (run / "report.pdf").read_bytes()
    assert laboratory.key is not None
    seal_made_up(run, laboratory.key)
    assert (run / "report.pdf").read_bytes() == before
    assert verify(run).problems == ()


def test_page_names_the_laboratory_and_its_key(run: Path, laboratory: Laboratory) -> None:
    assert laboratory.key is not None
    text = (run / "report.html").read_text(encoding="utf-8")
    assert laboratory.key.public.sha256 in text
    assert "BEGIN PUBLIC KEY" in text
    assert 'class="notice signed"' in text


def test_same_report_gives_the_same_pdf(tmp_path: Path, run: Path) -> None:
    failed = failed_plan()
    failed.only = ("RCV-02", "HDR-07")
    report = build_run(tmp_path, failed)
    contents = [write_reports(tmp_path, report, lang="en", formats=["pdf"])[0].read_bytes() for _ in range(2)]
    assert contents[0] == contents[1]


def test_missing_library_is_said_and_everything_else_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    report = build_run(tmp_path)
    with pytest.raises(PdfUnavailable) as caught:
        write_reports(tmp_path, report, lang="vi", formats=["html", "junit", "md", "pdf"])
    assert caught.value.code == "report.no-pdf"
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "report.md", "junit.xml"}
    assert not (tmp_path / "report.pdf").exists()


_WITHOUT_PANGO = """
import sys
from pathlib import Path
import cffi
loaded = cffi.FFI.dlopen
def dlopen(self, name, *flags):
    if "pango" in str(name):
        raise OSError(f"cannot load library '{name}': {name}: no such file.  Additionally…")
    return loaded(self, name, *flags)
cffi.FFI.dlopen = dlopen
from harness.report import write_reports
from harness.report.pdf import PdfUnavailable
from tests.report.report_runs import build_run
folder = Path(sys.argv[1])
try:
    write_reports(folder, build_run(folder), lang="vi", formats=["pdf"])
except PdfUnavailable as error:
    print(error.parameters["detail"])
"""


def test_a_missing_library_is_named_in_a_word_and_no_banner_shows(tmp_path: Path) -> None:
    pytest.importorskip("cffi")
    ran = subprocess.run([sys.executable, "-c", _WITHOUT_PANGO, tmp_path], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("libpango-1.0-0\n", "")


def test_a_process_of_its_own_makes_the_same_pdf(tmp_path: Path, run: Path) -> None:
    failed = failed_plan()
    failed.only = ("RCV-02", "HDR-07")
    report = build_run(tmp_path, failed)
    (here,) = (path.read_bytes() for path in write_reports(tmp_path, report, lang="en", formats=["pdf"]))
    with PdfProcess() as printer:
        written = write_reports(tmp_path, report, lang="en", formats=["pdf", "html"], printer=printer)
    assert written[-1].read_bytes() == here


def test_a_lost_process_is_made_up_for_here(run: Path) -> None:
    page = PaperPage("<!DOCTYPE html><html lang=vi><title>x</title><p>Đạt</p></html>", b"0" * 16)
    with PdfProcess() as printer:
        os.kill(printer.pid, signal.SIGKILL)
        printer.begin(page)
        assert printer.result() == render_pdf(page)


def test_what_a_process_lacks_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0': no\")")
    monkeypatch.syspath_prepend(tmp_path)
    with PdfProcess() as printer:
        printer.begin(PaperPage("<p>x</p>", b"0" * 16))
        with pytest.raises(PdfUnavailable) as caught:
            printer.result()
    assert caught.value.parameters["detail"] == "libpango-1.0-0"


def test_a_process_without_a_page_ends_with_its_context() -> None:
    with PdfProcess() as printer:
        pid = printer.pid
        with pytest.raises(ValueError, match="nothing to print"):
            printer.result()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
