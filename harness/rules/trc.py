"""TRC: trace and operation of a document package."""

from collections.abc import Iterator

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.findings import Finding
from harness.rules.hdr.lists import out_of_range
from harness.rules.hdr.parties import form_of
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import rule
from harness.rules.values import MOMENT, read_moment, whole_number

_ON_ANOTHER = frozenset(one.number for one in BusinessOperation if one is not BusinessOperation.NEW)
_FLAGS = ("DocumentInfo", "DocumentReceiver")
_YES_NO = ("0", "1")


def _has_hops(package: PackageView) -> bool:
    return bool(package.hops)


def _has_operation(package: PackageView) -> bool:
    return package.business is not None


def _is_recall(package: PackageView) -> bool:
    return _operation(package) == BusinessOperation.RECALL.number


def _is_update(package: PackageView) -> bool:
    return _operation(package) == BusinessOperation.UPDATE.number


def _is_replacement(package: PackageView) -> bool:
    return _operation(package) == BusinessOperation.REPLACEMENT.number


def _acts_on_another(package: PackageView) -> bool:
    return _operation(package) in _ON_ANOTHER


@rule("TRC-01", codes=("no-list", "no-hop", "no-organ-id", "not-the-sender"))
def trace_starts_at_sender(package: PackageView) -> Iterator[Finding]:
    """TraceHeaderList has a TraceHeader, and the first names the sender."""
    trace, header = package.places.trace, package.places.header
    if trace is None:
        if header is not None:
            yield missing("TRC-01.no-list", header, "TraceHeaderList")
        return
    if not package.hops:
        yield missing("TRC-01.no-hop", trace, "TraceHeader")
        return
    first = package.hops[0].child("OrganId")
    sender = package.code("From", "OrganId")
    if first is None:
        yield missing("TRC-01.no-organ-id", package.hops[0], "OrganId")
    elif sender and first.trimmed != sender and _have_forms(package, sender, first.trimmed):
        yield found("TRC-01.not-the-sender", first, expected=sender, received=first.trimmed)


def _have_forms(package: PackageView, *organ_ids: str) -> bool:
    """Tell whether OrganIds have a form: HDR-02 reports those that do not, and a difference would add nothing."""
    form = form_of(package.parameters.identifiers)
    return all(form(organ_id) is not None for organ_id in organ_ids)


@rule("TRC-02", codes=("no-timestamp", "pattern", "not-a-time", "white-space"), speaks_of=_has_hops)
def hops_are_timed(package: PackageView) -> Iterator[Finding]:
    """Every TraceHeader has a Timestamp that names a real time."""
    for hop in package.hops:
        yield from timestamp_findings("TRC-02", hop)


@rule("TRC-03", codes=("missing", "not-in-list", "white-space"), speaks_of=_has_operation)
def operation_is_known(package: PackageView) -> Iterator[Finding]:
    """BussinessDocType is in the code list."""
    business = package.business
    if business is None:
        return
    node = business.child("BussinessDocType")
    if node is None:
        yield missing("TRC-03.missing", business, "BussinessDocType")
    else:
        yield from out_of_range("TRC-03.not-in-list", node, package.parameters.code_lists.operation)


@rule("TRC-04", codes=("no-response-for",), speaks_of=_is_recall)
def recall_names_its_document(package: PackageView) -> Iterator[Finding]:
    """A recall names the recalled document in ResponseFor."""
    message = package.message
    if _is_recall(package) and message is not None and message.child("ResponseFor") is None:
        yield missing("TRC-04.no-response-for", message, "ResponseFor")


@rule(
    "TRC-05",
    codes=(
        "no-document-id",
        "no-document-info",
        "receiver-without-id",
        "no-receiver-type",
        "receiver-type",
        "not-a-flag",
        "white-space",
    ),
    speaks_of=_is_update,
)
def update_is_complete(package: PackageView) -> Iterator[Finding]:
    """An update carries DocumentId and BussinessDocumentInfo with complete receivers."""
    business = package.business
    if business is None or not _is_update(package):
        return
    if business.child("DocumentId") is None:
        yield missing("TRC-05.no-document-id", business, "DocumentId")
    info = business.child("BussinessDocumentInfo")
    if info is None:
        yield missing("TRC-05.no-document-info", business, "BussinessDocumentInfo")
        return
    for name in _FLAGS:
        flag = info.child(name)
        if flag is not None and flag.trimmed not in _YES_NO:
            yield found("TRC-05.not-a-flag", flag, expected="0 | 1", received=flag.text, name=name)
        else:
            yield from spaced("TRC-05", flag)
    receivers = info.child("ReceiverList")
    for receiver in receivers.present("Receiver") if receivers is not None else ():
        yield from _receiver(receiver)


@rule("TRC-06", codes=("no-replacements", "no-document-id", "no-organ-id"), speaks_of=_is_replacement)
def replacement_is_complete(package: PackageView) -> Iterator[Finding]:
    """A replacement carries ReplacementInfoList, each with DocumentId and at least one OrganId."""
    business = package.business
    if business is None or not _is_replacement(package):
        return
    listed = business.child("ReplacementInfoList")
    entries = listed.present("ReplacementInfo") if listed is not None else []
    if not entries:
        yield missing("TRC-06.no-replacements", listed or business, "ReplacementInfoList")
    for entry in entries:
        if entry.child("DocumentId") is None:
            yield missing("TRC-06.no-document-id", entry, "DocumentId")
        agencies = entry.child("OrganIdList")
        if agencies is None or agencies.child("OrganId") is None:
            yield missing("TRC-06.no-organ-id", entry, "OrganId")


@rule("TRC-07", codes=("no-reason",), speaks_of=_acts_on_another)
def operation_gives_a_reason(package: PackageView) -> Iterator[Finding]:
    """A recall, an update and a replacement give a reason."""
    business = package.business
    if business is None or not _acts_on_another(package):
        return
    if business.child("BussinessDocReason") is None:
        yield missing("TRC-07.no-reason", business, "BussinessDocReason")


def timestamp_findings(requirement: str, holder: Node) -> Iterator[Finding]:
    """Yield what is wrong with the Timestamp in `holder`: none, its pattern, its time, or white space around it."""
    node = holder.child("Timestamp")
    if node is None:
        yield missing(f"{requirement}.no-timestamp", holder, "Timestamp")
        return
    problem = read_moment(node.text)
    if isinstance(problem, str):
        reason = "pattern" if problem == "pattern" else "not-a-time"
        yield found(f"{requirement}.{reason}", node, expected=MOMENT, received=node.text)
    else:
        yield from spaced(requirement, node)


def _operation(package: PackageView) -> int | None:
    return whole_number(package.business.value("BussinessDocType")) if package.business is not None else None


def _receiver(receiver: Node) -> Iterator[Finding]:
    if receiver.child("OrganId") is None:
        yield missing("TRC-05.receiver-without-id", receiver, "OrganId")
    kind = receiver.child("ReceiverType")
    if kind is None:
        yield missing("TRC-05.no-receiver-type", receiver, "ReceiverType")
    elif kind.trimmed not in _YES_NO:
        yield found("TRC-05.receiver-type", kind, expected="0 | 1", received=kind.text)
    else:
        yield from spaced("TRC-05", kind)
