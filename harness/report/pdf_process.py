"""Makes the report's PDF in a process of its own, while this one renders and counts what else belongs to the run.

The process is started before there is anything to print, as it takes nearly a second to load what it prints with.
"""

import signal
import subprocess
import sys
import threading
from types import TracebackType

from harness.report.pdf import IDENTIFIER, PaperPage, PdfUnavailable, loaded, render_pdf

_UNAVAILABLE = 3
_LENGTH = 8  # bytes of the number that tells how long a page is
_SOURCE = "import sys; sys.path[:] = {paths!r}; from harness.report.pdf_process import serve; sys.exit(serve())"


class PdfProcess:
    """One process that prints one page; leaving the context ends it, whatever it is doing."""

    def __init__(self) -> None:
        """Start the process; `begin` gives it the page."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", _SOURCE.format(paths=[path for path in sys.path if path])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C at the terminal is for this process
        )
        self._page: PaperPage | None = None
        self._printed = b""
        self._attendant: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def begin(self, page: PaperPage) -> None:
        """Have a page printed; returns at once."""
        self._page = page
        self._attendant = threading.Thread(target=self._attend, args=(page,), daemon=True)
        self._attendant.start()

    def result(self) -> bytes:
        """Return the PDF of the page that was given to `begin`; where the process was lost, print it here.

        Raises:
            PdfUnavailable: weasyprint, or a system library it needs, is missing.
            ValueError: nothing was given to print.
        """
        if self._page is None or self._attendant is None:
            raise ValueError("nothing to print")
        self._attendant.join()
        status = self._process.returncode
        if status == _UNAVAILABLE:
            raise PdfUnavailable("report.no-pdf", detail=self._printed.decode("utf-8", "replace"))
        return self._printed if status == 0 and self._printed else render_pdf(self._page)

    def _attend(self, page: PaperPage) -> None:
        content = page.html.encode("utf-8", "backslashreplace")
        self._printed, _ = self._process.communicate(page.identifier + len(content).to_bytes(_LENGTH, "big") + content)

    def __enter__(self) -> "PdfProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        if self._attendant is None:
            self._process.communicate()
        else:
            self._attendant.join()


def serve() -> int:
    """Print the page on standard input to standard output, and return the exit status; what the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(0, "rb") as given, open(1, "wb") as made:
        try:
            loaded()
        except PdfUnavailable as error:
            made.write(str(error.parameters["detail"]).encode())
            return _UNAVAILABLE
        # The end is told by its length: a copy of the process that sends the page may hold this pipe open.
        identifier = given.read(IDENTIFIER)
        length = int.from_bytes(given.read(_LENGTH), "big")
        if length:
            made.write(render_pdf(PaperPage(given.read(length).decode(), identifier)))
    return 0
