"""Evidence: an append-only, hash-chained journal of events, and blobs by their SHA-256."""

from harness.journal.event import Event, events_of
from harness.journal.reader import JournalBroken, Record, read_record
from harness.journal.recorder import Journal, Recorder

__all__ = ["Event", "Journal", "JournalBroken", "Record", "Recorder", "events_of", "read_record"]
