"""The validation pack: self-test, versions, coverage by clause and bill of materials in one zip, signed."""

import hashlib
import json
import platform
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from harness import __version__
from harness.accreditation.bill_of_materials import bill_of_materials
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile, profile_names
from harness.journal.recorder import VIETNAM
from harness.report.selftest_summary import program_digest, sources_digest, stated_summary
from harness.seal.jws import read_jws, sign_document
from harness.seal.laboratory import Laboratory, public_part
from harness.selfcheck.coverage import coverage_of, encoded

SCHEMA = "lienthong.validation-pack/1"
LIST, SIGNATURE, MATRIX = "pack.json", "pack.jws", "selftest-matrix.json"
_KIND = "lienthong-validation-pack+json"
_LARGEST = 64 * 1024 * 1024
_DAMAGED = (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, NotImplementedError, RecursionError)


class _StatedMatrix(msgspec.Struct, frozen=True):
    """What is read of a self-test's matrix: of which sources it is."""

    schema: str
    sources: str


@dataclass(frozen=True, slots=True)
class PackVerification:
    """What a validation pack comes to.

    Attributes:
        problems: names of files that are not what was signed, `pack.jws` for the signature itself; empty when all is.
        content: its list, as signed; empty where that cannot be read.
        known: whether the key was known from elsewhere.
    """

    problems: tuple[str, ...]
    content: Mapping[str, Any]
    known: bool


def validation_pack(laboratory: Laboratory, at: datetime, matrix: Path | None = None) -> bytes:
    """Return the pack of the harness as it is here, a zip.

    Args:
        laboratory: whose key signs.
        at: the moment.
        matrix: the self-test's matrix as JSON, of these very sources; None leaves the shipped summary alone.

    Raises:
        ConfigurationError: there is no key, the harness is not installed, or the matrix is of other sources.
    """
    if laboratory.key is None:
        raise ConfigurationError("accreditation.no-key")
    moment = at.astimezone(VIETNAM).isoformat(timespec="seconds")
    files = {
        "versions.json": _json(_versions()),
        "sbom.cdx.json": _json(bill_of_materials(program_digest(), moment)),
        "selftest.json": _json(stated_summary()),
        **{f"coverage-{name}.json": encoded(coverage_of(load_profile(name))) for name in profile_names()},
    }
    if matrix is not None:
        files[MATRIX] = _of_these_sources(matrix)
    listed = {
        "schema": SCHEMA,
        "made": moment,
        "laboratory": laboratory.identity.name,
        "harness": {"version": __version__, "program": program_digest()},
        "files": [_entry(name, content) for name, content in sorted(files.items())],
    }
    files[LIST] = _json(listed)
    files[SIGNATURE] = sign_document(files[LIST], laboratory.key, _KIND)
    return _zipped(files, at)


def verify_pack(path: Path, keys: Collection[ec.EllipticCurvePublicKey]) -> PackVerification:
    """Check a pack: every file against the list, the list against its signature.

    Args:
        path: of the zip; it may be anything.
        keys: of the laboratory; none checks nothing but the files.

    Raises:
        ConfigurationError: it is no validation pack.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise ValueError("too large")
            names = archive.namelist()
            files = {name: archive.read(name) for name in names}
        content = json.loads(files[LIST])
        expected = {entry["path"]: entry["sha256"] for entry in content["files"]}
        shaped = content["schema"] == SCHEMA and len(names) == len(set(names))
    except _DAMAGED as error:
        raise ConfigurationError("accreditation.no-pack", path=path) from error
    if not shaped:
        raise ConfigurationError("accreditation.no-pack", path=path)
    digests = {name: hashlib.sha256(one).hexdigest() for name, one in files.items() if name not in {LIST, SIGNATURE}}
    wrong = sorted(name for name in {*digests, *expected} if digests.get(name) != expected.get(name))
    if not _signed(files.get(SIGNATURE, b""), files[LIST], keys):
        wrong.append(SIGNATURE)
    return PackVerification(tuple(wrong), content, bool(keys))


def _signed(signature: bytes, listed: bytes, keys: Collection[ec.EllipticCurvePublicKey]) -> bool:
    jws = read_jws(signature)
    if jws is None or not jws.canonical or jws.content != listed or jws.header.get("typ") != _KIND:
        return False
    named = [key for key in keys if public_part(key).sha256 == jws.header.get("kid")]
    return not keys or any(jws.holds(listed, key) for key in named)


def _versions() -> dict[str, Any]:
    return {
        "harness": __version__,
        "program": program_digest(),
        "sources": sources_digest(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "profiles": {
            name: {"version": profile.version, "sha256": profile.sha256}
            for name in profile_names()
            for profile in (load_profile(name),)
        },
    }


def _of_these_sources(matrix: Path) -> bytes:
    try:
        content = matrix.read_bytes()
        stated = msgspec.json.decode(content, type=_StatedMatrix)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError("file.unreadable", path=matrix, detail=error) from error
    if stated.sources != sources_digest():
        raise ConfigurationError("accreditation.other-sources", path=matrix)
    return content


def _entry(name: str, content: bytes) -> dict[str, Any]:
    return {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _zipped(files: Mapping[str, bytes], at: datetime) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, at.astimezone(VIETNAM).timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return packed.getvalue()
