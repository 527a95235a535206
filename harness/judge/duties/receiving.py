"""RCV-10: a good document is never refused. RCV-11: what was acknowledged as done stays, complete and unchanged."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding
from harness.edxml.model import DocumentPackage
from harness.expectations.assessment import Blind
from harness.expectations.base import finding, unsupported
from harness.expectations.evidence import Exchange
from harness.expectations.faulted import mistaken
from harness.expectations.statuses import status_number
from harness.journal import Event
from harness.journal.events import DriverCalled
from harness.judge.duties.facts import Delivered, RunFacts

_NOT_ACCEPTED = frozenset({"refused", "rejected"})


def never_refused(facts: RunFacts) -> list[Finding] | Blind | None:
    """Judge RCV-10 over all good documents; None when none of them was fetched.

    What the clerk refused is left out, and so is an operation on a document that its sender never sent.
    """
    asked = facts.decided("refuse")
    senders = {one.id: _sender(one) for one in facts.good()}
    judged = [one for one in facts.good() if one.id not in asked and _acceptable(one, senders)]
    seen = [one for one in judged if facts.evidence.fetches(one.id)]
    if not seen:
        return None
    shown = _shown_as_refused(facts)
    return [found for one in seen for found in _refusal(facts, one, shown)]


def _sender(document: Delivered) -> str:
    return document.event.what.sender or ""


def _acceptable(document: Delivered, senders: Mapping[str, str]) -> bool:
    return all(senders.get(target) == _sender(document) for target in document.targets)


def _shown_as_refused(facts: RunFacts) -> Mapping[str, tuple[str, Event]]:
    """Return, by document, the first look that showed it as refused or rejected."""
    found: dict[str, tuple[str, Event]] = {}
    for look in facts.evidence.calls_of("inbox"):
        for row in look.what.documents:
            if row.get("state") in _NOT_ACCEPTED:
                found.setdefault(str(row.get("document_id")), (str(row["state"]), look))
    return found


def _refusal(facts: RunFacts, document: Delivered, shown: Mapping[str, tuple[str, Event]]) -> Iterator[Finding]:
    """Yield one finding about a document that was refused, however often and in how many ways."""
    said: list[tuple[str, Event]] = []
    failed = _failed(facts, document)
    if failed is not None:
        said.append(("updateStatus fail", failed.request))
    for exchange in facts.evidence.statuses(document.id):
        if status_number(exchange.package.status_code) == StatusCode.REFUSED.number:
            said.append((StatusCode.REFUSED, exchange.request))
            break
    if document.id in shown:
        state, look = shown[document.id]
        said.append((f"inbox: {state}", look))
    if said:
        first = min((event for _, event in said), key=lambda event: event.seq)
        yield finding(
            "RCV-10",
            "good-refused",
            event=first,
            expected="updateStatus done, 01",
            received=", ".join(what for what, _ in said),
            document=document.id,
        )


def _failed(facts: RunFacts, document: Delivered) -> Exchange | None:
    """Return the acknowledgement `fail` of a document that had come whole and had not been acknowledged before."""
    whole = [one.request.seq for one in facts.evidence.fetches(document.id) if one.served]
    for ack in facts.evidence.acks(document.id):
        status = ack.acked_as
        if status == "done":
            return None
        if status == "fail" and whole and whole[0] < ack.request.seq:
            return ack
    return None


def stays(facts: RunFacts) -> list[Finding] | Blind | None:
    """Judge RCV-11 by the last look into the inbox; None when nothing was acknowledged as done before it."""
    blind = unsupported(facts.evidence, "inbox")
    if blind is not None:
        return blind
    look = facts.evidence.view("inbox")
    kept = [one for one in facts.good() if _acked(facts, one)]
    if look is None or not kept:
        return None
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in look.what.documents:
        rows.setdefault(str(row.get("document_id")), []).append(row)
    removed = facts.acted_on() | facts.decided("refuse") | facts.decided("disagree")
    return [found for one in kept if one.id not in removed for found in _kept(one, rows.get(one.id, []), look)]


def _acked(facts: RunFacts, document: Delivered) -> bool:
    """Tell whether a document was acknowledged as done before the inbox was looked at for the last time.

    If another document's content came instead, that was acknowledged: RTY-10 judges it.
    """
    if mistaken(facts.evidence, document.id):
        return False
    seen = facts.evidence.looked_at("inbox", document.id)
    acks = facts.evidence.acks(document.id)
    return any(one.acked_as == "done" and one.request.seq < seen for one in acks)


def _kept(document: Delivered, rows: list[Mapping[str, Any]], look: Event[DriverCalled]) -> Iterator[Finding]:
    partial = look.what.asked is not None  # a person is asked single questions about single documents
    if not rows:
        if not partial:
            yield finding("RCV-11", "vanished", event=look, expected="inbox: 1", received=0, document=document.id)
        return
    row = rows[0]
    if str(row.get("state")) == "cancelled":
        yield finding(
            "RCV-11", "cancelled-unasked", event=look, expected="-", received="cancelled", document=document.id
        )
    if not isinstance(document.package, DocumentPackage):
        return
    if "subject" in row or not partial:
        subject, shown = document.package.subject.strip(), str(row.get("subject")).strip()
        if subject != shown:
            yield finding("RCV-11", "changed", event=look, expected=subject, received=shown, document=document.id)
            return
    if document.files is not None and ("attachments" in row or not partial):
        given, held = sorted(document.files, key=str), sorted(_files(row), key=str)
        if given != held:
            yield finding(
                "RCV-11", "changed", event=look, expected=_listed(given), received=_listed(held), document=document.id
            )


def _files(row: Mapping[str, Any]) -> list[tuple[Any, Any, Any]]:
    entries = row.get("attachments")
    listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [(entry.get("name"), entry.get("size"), entry.get("sha256")) for entry in listed]


def _listed(files: list[tuple[Any, Any, Any]]) -> str:
    return "; ".join(f"{name} {size} {digest}" for name, size, digest in files) or "-"
