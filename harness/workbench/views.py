"""Calls, mailboxes and faults as plain values: what the interface answers in JSON, and the page shows."""

from collections.abc import Mapping
from typing import Any

import msgspec

from harness.catalogue.texts import LANGUAGES, finding_text
from harness.hub.mailboxes import MailboxItem
from harness.hub.service import Hub
from harness.journal import Event
from harness.judge.report_schema import FindingEntry
from harness.workbench.deliveries import TestItem
from harness.workbench.inspection import CallReport
from harness.workbench.next_faults import FaultSet
from harness.workbench.ring import KeptCall
from harness.workbench.signature import SignatureLook
from harness.workbench.vectors import VectorEntry

Value = dict[str, Any]
MOST_ITEMS = 200


def call_line(kept: KeptCall, report: CallReport | None) -> Value:
    """Return one call in short; `report` None says that nobody has looked into it yet."""
    request, answer = kept.exchange.request, kept.exchange.answer
    return {
        "n": kept.number,
        "at": request.at,
        "system_id": request.data["system_id"],
        "operation": request.data["operation"],
        "method": request.data["method"],
        "target": request.data["target"],
        "document_id": _document_id(kept),
        **_answered(answer),
        "verdict": report.verdict if report else None,
        "codes": [one.code for one in report.findings] if report else [],
    }


def call_whole(kept: KeptCall, report: CallReport, signature: SignatureLook) -> Value:
    """Return one call with all that is known of it."""
    data, answer = kept.exchange.request.data, kept.exchange.answer
    return {
        **call_line(kept, report),
        "headers": data["headers"],
        "parameters": data["parameters"],
        "body": {**_size(data["body"]), "kept": bool(data["body"].get("blob") or kept.exchange.package.get("blob"))},
        "package": {key: value for key, value in kept.exchange.package.items() if key != "blob"} or None,
        "answer": {**_size(answer.data["body"]), "effect": answer.data["effect"]} if answer else None,
        "findings": [finding_view(one) for one in report.findings],
        "undecided": [finding_view(one) for one in report.undecided],
        "looked_into": not report.lost,
        "signature": {**_signature(signature), "problems": data["signature"]["problems"]},
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


def _answered(answer: Event | None) -> Value:
    data: Mapping[str, Any] = answer.data if answer else {}
    keys = ("http_status", "error_code", "error_desc", "fault", "complete")
    return {"answered": answer is not None, **{key: data.get(key) for key in keys}}


def _document_id(kept: KeptCall) -> str | None:
    found = kept.exchange.package.get("document_id")
    for name in ("fetched", "acked"):
        found = found or (kept.exchange.effect(name) or {}).get("document_id")
    return found


def _size(body: Mapping[str, Any]) -> Value:
    return {"size": body["size"], "sha256": body.get("sha256"), "kept": body.get("blob") is not None}


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
