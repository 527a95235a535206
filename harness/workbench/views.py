"""Calls, mailboxes and faults as plain values: what the interface answers in JSON, and the page shows."""

from typing import Any

import msgspec

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.hub.mailboxes import MailboxItem
from harness.hub.service import Hub
from harness.journal.events import AnswerBody, AnswerSent, RequestBody, SentPackage
from harness.workbench.deliveries import TestItem
from harness.workbench.inspection import CallReport
from harness.workbench.next_faults import FaultSet
from harness.workbench.ring import KeptCall
from harness.workbench.signature import SignatureLook
from harness.workbench.vectors import VectorEntry

Value = dict[str, Any]
MOST_ITEMS = 200


def call_line(kept: KeptCall, report: CallReport | None) -> Value:
    """Return one call in short; `report` is None until it was inspected."""
    request = kept.exchange.request
    return {
        "n": kept.number,
        "at": request.at,
        "system_id": request.what.system_id,
        "operation": request.what.operation,
        "method": request.what.method,
        "target": request.what.target,
        "document_id": _document_id(kept),
        **_answered(kept.exchange.answered),
        "verdict": report.verdict if report else None,
        "codes": [one.code for one in report.findings] if report else [],
    }


def call_whole(kept: KeptCall, report: CallReport, signature: SignatureLook) -> Value:
    """Return one call with all that is known of it."""
    asked, answered = kept.exchange.asked, kept.exchange.answered
    return {
        **call_line(kept, report),
        "headers": [list(line) for line in asked.headers],
        "parameters": asked.parameters,
        "body": {**_size(asked.body), "kept": bool(asked.body.blob or kept.exchange.package.blob)},
        "package": _package(asked.package),
        "answer": {**_size(answered.body), "effect": answered.effect.members()} if answered else None,
        "findings": [finding_view(one) for one in report.findings],
        "undecided": [finding_view(one) for one in report.undecided],
        "looked_into": not report.lost,
        "signature": {**_signature(signature), "problems": [one.members() for one in asked.signature.problems]},
    }


def finding_view(entry: FindingEntry) -> Value:
    """Return a finding as `report.json` has it, with what to change."""
    values = {**entry.parameters, "expected": entry.expected, "received": entry.received}
    remedy = {language: finding_text(entry.code, "remedy", language, **values) for language in LANGUAGES}
    shown: Value = msgspec.to_builtins(entry)
    place = {key: value for key, value in shown["where"].items() if key != "event"}
    return {**shown, "where": place, "remedy": remedy}


def _signature(look: SignatureLook) -> Value:
    before, received, rebuilt = look.around
    return {
        "expected_hash_header": look.expected,
        "given_hash_header": look.given or None,
        "mistake": look.mistake,
        "signed": look.received.decode("utf-8", "backslashreplace"),
        "from_headers": look.rebuilt.decode("utf-8", "backslashreplace"),
        "differs_at": look.differs,
        "same_before": before.decode("utf-8", "backslashreplace"),
        "signed_there": received.decode("utf-8", "backslashreplace"),
        "from_headers_there": rebuilt.decode("utf-8", "backslashreplace"),
    }


def _package(package: SentPackage | None) -> Value | None:
    if package is None:
        return None
    return {key: value for key, value in package.members().items() if key != "blob"}


def _answered(answer: AnswerSent | None) -> Value:
    keys = ("http_status", "error_code", "error_desc", "fault", "complete")
    return {"answered": answer is not None, **{key: getattr(answer, key, None) for key in keys}}


def _document_id(kept: KeptCall) -> str | None:
    effect = kept.exchange.effect
    named = (kept.exchange.package, effect.fetched, effect.acked)
    return next((one.document_id for one in named if one is not None and one.document_id), None)


def _size(body: RequestBody | AnswerBody) -> Value:
    sha256 = body.sha256 if isinstance(body, RequestBody) else None
    return {"size": body.size, "sha256": sha256, "kept": body.blob is not None}


def mailboxes_view(hub: Hub) -> list[Value]:
    """Return the agencies of the systems that are connected, and how much waits for each."""
    return [
        {
            "organ_id": agency.organ_id,
            "name": agency.name,
            "system_id": system_id,
            "waiting": {kind: hub.mailboxes.count_at(agency.number, kind) for kind in ("edoc", "status")},
        }
        for system_id in hub.directory.systems()
        for agency in hub.directory.agencies_of(system_id)
    ]


def item_view(item: MailboxItem) -> Value:
    """Return one delivery."""
    names = (
        "receiver_doc_id", "hub_id", "messagetype", "from_organ", "receiver", "document_id", "state", "description",
        "business", "business_text", "created", "updated", "size", "title", "notation",
    )  # fmt: skip
    return {name: getattr(item, name) for name in names}


def test_item_view(item: TestItem) -> Value:
    """Return what was delivered for a test."""
    shown: Value = msgspec.to_builtins(item)
    return shown


def fault_view(one: FaultSet) -> Value:
    """Return a fault in force."""
    return {"id": one.id, **msgspec.to_builtins(one.order), "met": one.fault.met}


def vector_view(entry: VectorEntry) -> Value:
    """Return a package that can be delivered."""
    return {
        "name": entry.name,
        "group": entry.group,
        "good": entry.good,
        "code": entry.code or None,
        "why": dict(entry.why),
    }
