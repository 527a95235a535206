"""What a recorded run exchanged: the packages that the candidate sent, and those that it fetched."""

import contextlib
from datetime import datetime

from harness.catalogue.parameters import Limits
from harness.journal import Event, JournalBroken, Record, events_of
from harness.journal.events import (
    AnswerSent,
    CallEffect,
    FetchedPackage,
    PackageDelivered,
    RequestReceived,
    SentPackage,
    Stimulus,
)
from harness.records.exchanged import Exchanged


def exchanged_in(record: Record, limits: Limits) -> Exchanged:
    """Return the packages exchanged between hub and candidate in a run.

    A package counts as sent when the hub took it, as received when it was good and the candidate fetched it whole.

    Args:
        record: of the run.
        limits: of packages that are read.
    """
    exchanged = Exchanged()
    answers = list(events_of(record.events, AnswerSent))
    taken = {event.what.request for event in answers if event.what.effect.accepted}
    stimuli = [event.what for event in events_of(record.events, Stimulus)]
    good = {str(stimulus.blob) for stimulus in stimuli if stimulus.good}
    given = _given(record, good)
    for broken in sorted({one.blob for one in stimuli if one.blob and not one.good} - good):
        with contextlib.suppress(JournalBroken):  # made broken on purpose, or addressed to others
            exchanged.see(record.blob(broken), limits)
    for event in record.events:
        match event.what:
            case RequestReceived(package=SentPackage(blob=blob)) if event.seq in taken:
                _add(exchanged, record, blob, limits, event, sent=True)
            case AnswerSent(effect=CallEffect(fetched=FetchedPackage(receiver_doc_id=fetched, complete=True))):
                _add(exchanged, record, given.pop(fetched, None), limits, event, sent=False)
    return exchanged


def _given(record: Record, good: set[str]) -> dict[str, str]:
    """Return the blob of each good package by the id under which the candidate fetches it."""
    given: dict[str, str] = {}
    last: dict[str, str] = {}
    for event in record.events:
        match event.what:
            case Stimulus(document_id=document, blob=str(blob)):
                last[document] = blob
            case PackageDelivered(document_id=document, receiver_doc_id=item) if last.get(document) in good:
                given[item] = last[document]
    return given


def _add(exchanged: Exchanged, record: Record, blob: str | None, limits: Limits, event: Event, *, sent: bool) -> None:
    if blob is None:
        return
    try:
        data = record.blob(blob)
    except JournalBroken:
        exchanged.unreadable.append(f"#{event.seq}")
        return
    at = datetime.fromisoformat(event.at)
    exchanged.add(data, f"#{event.seq}", limits, "sent" if sent else "received", at)
