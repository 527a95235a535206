"""What peers send is kept up to a bound; beyond that the journal says so, once, and nothing of it is kept."""

import hashlib
import json
from pathlib import Path

from harness.journal import Journal
from harness.journal.events import EvidenceFull


def test_bodies_beyond_the_limit_are_not_stored_and_reported_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, most=10)
    assert journal.keep(b"12345") == hashlib.sha256(b"12345").hexdigest()
    assert journal.keep(b"123456") is None
    assert journal.keep(b"1234567") is None
    assert journal.keep(b"67890") is not None
    assert journal.blob(b"of the harness itself, however long")
    journal.close()
    events = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_bytes().splitlines()]
    assert [(event["kind"], event["data"]) for event in events] == [(EvidenceFull.kind, {"limit": 10, "kept": 5})]
    assert len(list((tmp_path / "blobs").iterdir())) == 3


def test_without_a_bound_everything_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert all(journal.keep(bytes(size)) for size in (0, 10, 100_000))
    journal.close()
