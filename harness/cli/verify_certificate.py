"""`lienthong verify CERTIFICATE`: a certificate that somebody shows, offline, and against the register's snapshot."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.exits import Exit
from harness.cli.language import language, say

if TYPE_CHECKING:
    from harness.certificates.verification import CertificateVerification

AREA = "cli-verify"
SCHEMA = "lienthong.certificate-verification/1"
_LARGEST = 64 * 1024 * 1024
_START = 1024
_LONGEST = 200


def shows_certificate(path: Path) -> bool:
    """Tell whether a file is a certificate, not a run: JSON or PDF."""
    from harness.certificates.verification import is_certificate

    try:
        with path.open("rb") as file:
            return is_certificate(file.read(_START))
    except OSError:
        return False


def verified_certificate(
    path: Path, key: Path | None, register: Path | None, *, any_key: bool, form: str, quiet: bool
) -> int:
    """Check a certificate, print what it comes to, and return the exit status.

    Args:
        path: of the certificate, JSON or PDF.
        key: certificate or public key of the authority, PEM; None for the one that is configured here.
        register: snapshot of its register; None where it is not compared.
        any_key: whether any key is accepted, its fingerprint to be compared by hand.
        form: `text` or `json`.
        quiet: whether nothing is printed where all is well.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    from harness.certificates.verification import verify_certificate
    from harness.cli.laboratory import known_laboratory
    from harness.seal.laboratory import read_signer

    signer = read_signer(key) if key else known_laboratory()[0]
    trusted = (signer.key,) if signer and not any_key else ()
    snapshot = _content(register) if register else None
    found = verify_certificate(_content(path), trusted, datetime.now(UTC), snapshot)
    name = signer.name if signer and trusted else ""
    status = _status(found, any_key=any_key)
    if form == "json":
        click.echo(json.dumps(_shape(found, status, name), ensure_ascii=False, indent=1))
    elif not quiet or status is not Exit.PASS:
        for line in _lines(found, name, any_key=any_key, compared=snapshot is not None):
            click.echo(line)
    return status


def _status(found: "CertificateVerification", *, any_key: bool) -> Exit:
    """Return the exit status: in force, no certificate or not in force, or not proven by a known key."""
    if found.problems or found.state != "active":
        return Exit.FAIL
    return Exit.PASS if found.known or any_key else Exit.INCONCLUSIVE


def _content(path: Path) -> bytes:
    from harness.catalogue.errors import ConfigurationError

    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError("file.too-large", path=path, limit=_LARGEST)
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error.strerror or error) from error


def _lines(found: "CertificateVerification", name: str, *, any_key: bool, compared: bool) -> list[str]:
    from harness.catalogue.findings import clipped
    from harness.catalogue.texts import text

    lang = language()
    wrong = [f"  {problem}: {text('certificates', f'forgery.{problem}', lang)}" for problem in found.problems]
    if wrong:
        return [say(AREA, "certificate.forged", number=len(wrong)), *wrong]
    certificate = found.certificate
    if certificate is None or found.state is None:
        return [say(AREA, "certificate.forged", number=0)]
    shown = {
        "number": clipped(certificate.number, _LONGEST),
        "product": clipped(f"{certificate.product.name} {certificate.product.version}", _LONGEST),
        "holder": clipped(certificate.holder, _LONGEST),
    }
    state = text("certificates", f"state.{found.state}", lang)
    lines = [
        say(AREA, "certificate.genuine", **shown),
        say(AREA, "certificate.state", state=state, since=found.since[:10], until=certificate.valid_until),
        say(AREA, "certificate.registered" if found.registered else "certificate.as-of", at=found.as_of),
    ]
    if not compared:
        lines.append(say(AREA, "certificate.not-compared", status=clipped(certificate.status, _LONGEST)))
    lines.append(say(AREA, "signer.known", name=clipped(name, _LONGEST)) if name else _unproven(found))
    lines.append(say(AREA, "signed-by", key=clipped(found.key, _LONGEST)))
    return lines if found.known or any_key else [*lines, say(AREA, "certificate.unknown-key")]


def _unproven(found: "CertificateVerification") -> str:
    from harness.catalogue.findings import clipped

    return say(AREA, "certificate.said", name=clipped(found.signer, _LONGEST))


def _shape(found: "CertificateVerification", status: Exit, name: str) -> dict[str, object]:
    import msgspec

    return {
        "schema": SCHEMA,
        "verdict": {Exit.PASS: "pass", Exit.INCONCLUSIVE: "inconclusive"}.get(status, "fail"),
        "number": found.certificate.number if found.certificate else "",
        "state": str(found.state or ""),
        "since": found.since,
        "as_of": found.as_of,
        "registered": found.registered,
        "key": found.key,
        "signer": {"name": name or found.signer, "known": bool(name)},
        "problems": [str(problem) for problem in found.problems],
        "certificate": msgspec.to_builtins(found.certificate),
    }
