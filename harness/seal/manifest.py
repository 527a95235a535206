"""The manifest of a run: the digest of every file, evidence and renderings apart.

The evidence (journal, blobs, run.json, report.json) has a digest of its own, which the renderings carry in
their QR code: they cannot hold the digest of a manifest that names them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.catalogue.errors import ConfigurationError
from harness.journal import Record
from harness.judge.report_schema import Judgement
from harness.seal.laboratory import PublicKey

SCHEMA = "lienthong.manifest/1"
MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
STAMP_FILE = "manifest.tsr"
_RENDERINGS = re.compile(r"report\.(html|pdf|md)|junit\.xml|report-[^/]*\.json")
SEAL_FILES = frozenset({MANIFEST_FILE, SIGNATURE_FILE, STAMP_FILE})


def evidence_digest(files: Mapping[str, str]) -> str:
    """Return the digest over all evidence.

    Args:
        files: path within the run directory, with `/`, and SHA-256 in hex, of every file of the evidence.
    """
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def is_rendering(path: str) -> bool:
    """Return whether a file of a run is made from the evidence: a report, or a later judgement of the same record."""
    return _RENDERINGS.fullmatch(path) is not None


def evidence_of(directory: Path) -> dict[str, str]:
    """Return path and digest of every file of the evidence in a run directory."""
    return {path: digest for path, digest in digests_of(directory).items() if not is_rendering(path)}


def digests_of(directory: Path) -> dict[str, str]:
    """Return path and digest of every file in a run directory but the seal's own.

    Raises:
        ConfigurationError: the directory holds something that is not a plain file.
    """
    return {path: entry["sha256"] for path, entry in _entries(directory)}


def manifest_of(
    directory: Path, report: Judgement, record: Record | None, *, key: PublicKey | None, at: datetime
) -> bytes:
    """Return manifest.json for a run directory as it is.

    Args:
        directory: the run directory; symbolic links are refused, as what they point at is not sealed.
        report: content of report.json.
        record: the journal.
        key: public part of the key it will be signed with, None when it stays unsigned.
        at: when it is sealed.

    Raises:
        ConfigurationError: the directory holds something that is not a plain file.
    """
    entries = dict(_entries(directory))
    evidence = {path: entry for path, entry in entries.items() if not is_rendering(path)}
    events = record.events if record else ()
    content = {
        "schema": SCHEMA,
        "run_id": report.run_id,
        "verdict": report.verdict,
        "narrowed": report.narrowed,
        "sealed": at.isoformat(timespec="seconds"),
        "signed": key is not None,
        "key": {"sha256": key.sha256, "pem": key.pem} if key else None,
        "journal": {
            "events": len(events),
            "first": events[0].hash if events else None,
            "last": events[-1].hash if events else None,
        },
        "evidence": {
            "sha256": evidence_digest({path: entry["sha256"] for path, entry in evidence.items()}),
            "files": _listed(evidence),
        },
        "renderings": {"files": _listed({path: entries[path] for path in entries if is_rendering(path)})},
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _listed(entries: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"path": path, **entries[path]} for path in sorted(entries)]


def _entries(directory: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _files(directory):
        name = path.relative_to(directory).as_posix()
        if name in SEAL_FILES:
            continue
        if path.is_symlink() or not path.is_file():
            raise ConfigurationError("seal.not-a-file", path=path)
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        yield name, {"size": size, "sha256": digest.hexdigest()}


def _files(directory: Path) -> Iterable[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir())
