"""STP: status package."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.rules.hdr.identity import other_id_findings
from harness.rules.hdr.texts import is_filler
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import STATUS, rule
from harness.rules.trc import timestamp_findings
from harness.rules.values import DAY, read_day

_RESPONSE = ("OrganId", "Code", "PromulgationDate", "DocumentId")
_FOREIGN = ("TraceHeaderList", "edXMLBody", "AttachmentEncoded", "Signature")
_CLERK = ("Department", "Staff")


@rule("STP-01", STATUS, codes=("container", "not-in-status"))
def content_in_message_header(package: PackageView) -> Iterator[Finding]:
    """The status is in MessageHeader, and nothing of a document package is there."""
    for irregularity in package.places.irregular:
        if irregularity.how == "container":
            node = irregularity.node
            yield found(
                "STP-01.container", node, expected="MessageHeader", received=node.local, missing="MessageHeader"
            )
    receivers = package.message.every("To") if package.message is not None else []
    strangers = [nodes[0] for name in _FOREIGN if (nodes := package.nodes.index.get(name))]
    for node in (*receivers[:1], *strangers):
        yield found("STP-01.not-in-status", node, received=node.local, name=node.local)


@rule(
    "STP-02",
    STATUS,
    codes=(
        "no-from",
        "no-organ-id",
        "no-response-for",
        "incomplete",
        "several",
        "date-pattern",
        "not-a-day",
        "other-form",
        "other-impossible-day",
        "white-space",
    ),
)
def answers_one_document(package: PackageView) -> Iterator[Finding]:
    """There is a From with OrganId, and exactly one complete ResponseFor."""
    message = package.message
    if message is None:
        return
    sender = message.child("From")
    if sender is None:
        yield missing("STP-02.no-from", message, "From")
    elif sender.child("OrganId") is None:
        yield missing("STP-02.no-organ-id", sender, "OrganId")
    answers = message.present("ResponseFor")
    if not answers:
        yield missing("STP-02.no-response-for", message, "ResponseFor")
    if len(answers) > 1:
        yield found("STP-02.several", answers[1], expected="1", received=str(len(answers)))
    for answer in answers[:1]:
        for name in _RESPONSE:
            if answer.child(name) is None:
                yield missing("STP-02.incomplete", answer, name)
        yield from _forms(package, answer)


@rule("STP-03", STATUS, codes=("missing", "digits", "not-in-list", "white-space"))
def code_is_known(package: PackageView) -> Iterator[Finding]:
    """StatusCode is one of the list, with two digits."""
    message = package.message
    if message is None:
        return
    node = message.child("StatusCode")
    known = package.parameters.code_lists.statuses
    if node is None:
        yield missing("STP-03.missing", message, "StatusCode")
    elif node.trimmed not in known:
        code = "STP-03.digits" if node.trimmed.zfill(2) in known else "STP-03.not-in-list"
        yield found(code, node, expected=" ".join(known), received=node.text)
    else:
        yield from spaced("STP-03", node)


@rule("STP-04", STATUS, codes=("no-timestamp", "pattern", "not-a-time", "white-space"))
def status_is_timed(package: PackageView) -> Iterator[Finding]:
    """Timestamp names a real time."""
    if package.message is not None:
        yield from timestamp_findings("STP-04", package.message)


def _needs_a_reason(package: PackageView) -> bool:
    return package.code("StatusCode").zfill(2) in package.parameters.code_lists.statuses_with_reason


@rule("STP-05", STATUS, codes=("no-reason", "filler"), speaks_of=_needs_a_reason)
def refusal_has_a_reason(package: PackageView) -> Iterator[Finding]:
    """The codes that refuse or ask back give the reason in Description."""
    message = package.message
    if message is None or not _needs_a_reason(package):
        return
    reason, code = message.child("Description"), message.code("StatusCode")
    if reason is None:
        yield found("STP-05.no-reason", message, expected="Description", missing="Description", status=code)
    elif is_filler(reason.text, package.parameters.code_lists):
        yield found("STP-05.filler", reason, received=reason.text, status=code)


@rule("STP-06", STATUS, codes=("no-staff-info", "incomplete"))
def clerk_is_named(package: PackageView) -> Iterator[Finding]:
    """StaffInfo names the clerk."""
    message = package.message
    if message is None:
        return
    staff = message.child("StaffInfo")
    if staff is None:
        yield missing("STP-06.no-staff-info", message, "StaffInfo")
        return
    for name in _CLERK:
        if staff.child(name) is None:
            yield missing("STP-06.incomplete", staff, name)


def _forms(package: PackageView, answer: Node) -> Iterator[Finding]:
    """Yield what is wrong with the values that name the document answered: they have the forms of a document's own."""
    date, own = answer.child("PromulgationDate"), answer.child("DocumentId")
    if date is not None:
        problem = read_day(date.text)
        if isinstance(problem, str):
            code = "STP-02.date-pattern" if problem == "pattern" else "STP-02.not-a-day"
            yield found(code, date, expected=DAY, received=date.text)
        yield from spaced("STP-02", date)
    if own is not None:
        yield from other_id_findings("STP-02", own, answer, package.parameters.identifiers)
        yield from spaced("STP-02", own)
