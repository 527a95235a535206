"""What a recorded run exchanged: the packages that the candidate sent, and those that it fetched."""

import contextlib
from datetime import datetime

from harness.catalogue.parameters import Limits
from harness.journal import Event, JournalBroken, Record
from harness.records.exchanged import Exchanged


def exchanged_in(record: Record, limits: Limits) -> Exchanged:
    """Return what went between hub and candidate in a run.

    A package counts as sent when the hub took it, as received when it was good and the candidate fetched it whole.

    Args:
        record: of the run.
        limits: of packages that are read.
    """
    exchanged = Exchanged()
    taken = {event.data.get("request") for event in record.events if _taken(event)}
    good = {
        str(event.data.get("blob")) for event in record.events if event.kind == "stimulus" and event.data.get("good")
    }
    given = _given(record, good)
    for broken in sorted(_broken(record) - good):
        with contextlib.suppress(JournalBroken):
            exchanged.see(record.blob(broken), limits)
    for event in record.events:
        if event.kind == "request" and event.seq in taken:
            _add(exchanged, record, (event.data.get("package") or {}).get("blob"), limits, event, sent=True)
        elif (fetched := _fetched(event)) is not None:
            blob = given.pop(fetched, None)
            _add(exchanged, record, blob, limits, event, sent=False)
    return exchanged


def _broken(record: Record) -> set[str]:
    """Return the blobs of packages put into the mailbox that were broken on purpose, or addressed to others."""
    stimuli = (event.data for event in record.events if event.kind == "stimulus")
    return {str(data["blob"]) for data in stimuli if data.get("blob") and not data.get("good")}


def _taken(event: Event) -> bool:
    return event.kind == "answer" and bool((event.data.get("effect") or {}).get("accepted"))


def _fetched(event: Event) -> str | None:
    """Return the id of the package that an answer handed out whole, None for every other event."""
    effect = event.data.get("effect") or {} if event.kind == "answer" else {}
    fetched = effect.get("fetched") or {}
    return str(fetched.get("receiver_doc_id")) if fetched.get("complete") else None


def _given(record: Record, good: set[str]) -> dict[str, str]:
    """Return the blob of each good package by the id under which the candidate fetches it."""
    given: dict[str, str] = {}
    last: dict[str, str] = {}
    for event in record.events:
        if event.kind == "stimulus" and event.data.get("blob"):
            last[str(event.data.get("document_id"))] = str(event.data["blob"])
        elif event.kind == "delivered":
            blob = last.get(str(event.data.get("document_id")))
            if blob in good:
                given[str(event.data.get("receiver_doc_id"))] = str(blob)
    return given


def _add(exchanged: Exchanged, record: Record, blob: str | None, limits: Limits, event: Event, *, sent: bool) -> None:
    if blob is None:
        return
    try:
        data = record.blob(str(blob))
    except JournalBroken:
        exchanged.unreadable.append(f"#{event.seq}")
        return
    at = datetime.fromisoformat(event.at)
    exchanged.add(data, f"#{event.seq}", limits, "sent" if sent else "received", at)
