"""Rendering into a run directory that may be sealed: the seal is kept true, and never put on a tampered run."""

from collections.abc import Sequence
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.report.laboratory import Laboratory
from harness.report.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.report.sealing import seal
from harness.report.tampering import Tampering
from harness.report.verifying import verify
from harness.report.writing import FILES, Renderer, write_whole


def written_and_sealed(
    directory: Path, renderer: Renderer, formats: Sequence[str], laboratory: Laboratory | None
) -> list[Path]:
    """Write reports into a run directory; where it was sealed, seal it again.

    Args:
        directory: the run.
        renderer: of that run.
        formats: what to render.
        laboratory: whose key seals again.

    Returns:
        What was written; what would not change is left alone.

    Raises:
        ConfigurationError: the run is signed and there is no key, or its seal does not hold.
        PdfUnavailable: the system lacks what making a PDF needs; every other format has been written.
    """
    sealed = (directory / MANIFEST_FILE).exists()
    key = laboratory.key if laboratory else None
    if sealed:
        _check(directory, signable=key is not None)
    written = []
    try:
        for form in sorted(formats, key=list(FILES).index):
            written += _written(directory / FILES[form], renderer.render(form))
    finally:
        if sealed and written:
            seal(directory, key)
    return written


def broken_seal(directory: Path) -> Tampering | None:
    """Return what is wrong with a run's seal, None when it holds or there is none; to be unsigned is not wrong."""
    if not (directory / MANIFEST_FILE).exists():
        return None
    problems = (problem.code for problem in verify(directory).problems)
    return next((code for code in problems if code is not Tampering.UNSIGNED), None)


def _check(directory: Path, *, signable: bool) -> None:
    if (directory / SIGNATURE_FILE).exists() and not signable:
        raise ConfigurationError("report.sealed", path=directory)
    broken = broken_seal(directory)
    if broken is not None:
        raise ConfigurationError("report.seal-broken", path=directory, code=broken)


def _written(path: Path, content: bytes) -> list[Path]:
    if path.is_file() and path.read_bytes() == content:
        return []
    return [write_whole(path, content)]
