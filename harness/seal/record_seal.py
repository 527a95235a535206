"""The first seal of a run, over its record: made by the process that recorded it when the record is closed, or never.

At its start a run that a laboratory's key will seal draws a token and records it. When the record is closed, the digest
of every file there is, the ends of the journal as this process wrote it and the token are signed: `record.jws`. The
token is known to no other process, and nothing makes this seal later. So a laboratory can distinguish the runs
that it recorded itself from all others, and only those are ever sealed.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from harness.catalogue.errors import ConfigurationError
from harness.journal import Event, Journal
from harness.journal.events import LaboratoryNamed
from harness.journal.recorder import JOURNAL_FILE, VIETNAM
from harness.journal.whole_file import is_left_over, write_whole
from harness.seal.jws import Jws, read_jws, sign
from harness.seal.laboratory import LaboratoryKey, public_part
from harness.seal.manifest import digests_of, is_rendering
from harness.seal.run_files import REPORT_FILE

SCHEMA = "lienthong.record/1"
RECORD_FILE = "record.jws"
_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Birth:
    """A run that this process records under a laboratory's key.

    Attributes:
        run_id: of the run.
        token: drawn at its start.
        key: that will seal it.
        event: the first of the record, which says so.
    """

    run_id: str
    token: str
    key: LaboratoryKey
    event: Event[LaboratoryNamed]


@dataclass(frozen=True, slots=True)
class RecordSeal:
    """The content of `record.jws`.

    Attributes:
        run_id: of the run.
        token: drawn at its start.
        journal: number of `events`, hashes of the `first` and the `last`.
        files: SHA-256 in hex of every file when the record was closed, by path.
        jws: the signature with its content.
    """

    run_id: str
    token: str
    journal: Mapping[str, Any]
    files: Mapping[str, str]
    jws: Jws

    def made_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Return whether `key` sealed this record, and the seal has the only allowed encoding."""
        named = self.jws.header.get("kid") == public_part(key).sha256
        return named and self.jws.canonical and self.jws.holds(self.jws.content, key)


def begin(journal: Journal, run_id: str, key: LaboratoryKey) -> Birth:
    """Draw the token of a new run, and record it with the key that will seal the run."""
    token = secrets.token_hex(32)
    return Birth(run_id, token, key, journal.record(LaboratoryNamed(token=token, key=key.public.sha256)))


def seal_record(birth: Birth, journal: Journal, directory: Path) -> Path:
    """Sign what a run recorded; its journal is closed.

    Args:
        birth: of the run, from `begin`.
        journal: that this process wrote.
        directory: of the run.

    Returns:
        The path of `record.jws`.

    Raises:
        ConfigurationError: the journal on disk is another than `journal`, or the directory holds something that is no
            plain file.
    """
    digests = digests_of(directory)
    if digests.get(JOURNAL_FILE) != journal.sha256:
        raise ConfigurationError("seal.record-changed", path=directory / JOURNAL_FILE)
    content = {
        "schema": SCHEMA,
        "run_id": birth.run_id,
        "token": birth.token,
        "closed": datetime.now(VIETNAM).isoformat(timespec="seconds"),
        "journal": journal.ends,
        "files": digests,
    }
    signature = sign(json.dumps(content, ensure_ascii=True, sort_keys=True).encode(), birth.key, birth.run_id)
    return write_whole(directory / RECORD_FILE, signature)


def read_record_seal(signature: bytes) -> RecordSeal | None:
    """Read `record.jws`; None when it is malformed. The signature is not checked here."""
    jws = read_jws(signature)
    if jws is None:
        return None
    try:
        said = json.loads(jws.content)
        shaped = said["schema"] == SCHEMA and isinstance(said["journal"], dict)
        files = {str(path): str(digest) for path, digest in said["files"].items()}
        seal = RecordSeal(str(said["run_id"]), str(said["token"]), said["journal"], files, jws)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return seal if shaped else None


def own_record(directory: Path, key: LaboratoryKey) -> bool:
    """Return whether a laboratory recorded a run itself: its key sealed the record, which has not changed since.

    Raises:
        ConfigurationError: the directory holds something that is not a plain file.
    """
    seal = load_record_seal(directory)
    if seal is None or not seal.made_by(key.private.public_key()):
        return False
    kept = {path: digest for path, digest in digests_of(directory).items() if not _made_later(path)}
    return kept == dict(seal.files)


def load_record_seal(directory: Path) -> RecordSeal | None:
    """Return the seal of a run's record, None when there is none or it is malformed."""
    path = directory / RECORD_FILE
    try:
        return read_record_seal(path.read_bytes()) if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _made_later(path: str) -> bool:
    return path in {REPORT_FILE, RECORD_FILE} or is_rendering(path) or is_left_over(path)
