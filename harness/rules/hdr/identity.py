"""HDR-05, HDR-16 to HDR-18: number and notation, DocumentId, and the documents answered."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Identifiers
from harness.catalogue.verdicts import Severity
from harness.edxml.identifiers import is_uuid, new_form, parse_document_id
from harness.rules.hdr.parties import form_of
from harness.rules.hdr.texts import is_filler
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import rule
from harness.rules.values import day_or_none

RESPONSE = ("OrganId", "Code", "PromulgationDate", "DocumentId")
_FORM = "OrganId,yyyy/MM/dd,CodeNumber/CodeNotation"


@rule("HDR-05", codes=("no-code", "no-number", "no-notation", "not-a-number", "white-space"))
def code_is_complete(package: PackageView) -> Iterator[Finding]:
    """Code has CodeNumber, a number, and CodeNotation."""
    message = package.message
    if message is None:
        return
    code = message.child("Code")
    if code is None:
        yield missing("HDR-05.no-code", message, "Code")
        return
    number = code.child("CodeNumber")
    if number is None:
        yield missing("HDR-05.no-number", code, "CodeNumber")
    elif not _is_numeric(number.text) and not is_filler(number.text, package.parameters.code_lists):
        yield found("HDR-05.not-a-number", number, expected="0-9", received=number.text)
    else:
        yield from spaced("HDR-05", number)
    if code.child("CodeNotation") is None:
        yield missing("HDR-05.no-notation", code, "CodeNotation")


def _answers(package: PackageView) -> bool:
    return package.message is not None and package.message.child("ResponseFor") is not None


@rule("HDR-16", codes=("incomplete",), speaks_of=_answers)
def answered_documents_are_complete(package: PackageView) -> Iterator[Finding]:
    """Every ResponseFor has OrganId, Code, PromulgationDate and DocumentId."""
    if package.message is None:
        return
    for node in package.message.present("ResponseFor"):
        for name in RESPONSE:
            if node.child(name) is None:
                yield missing("HDR-16.incomplete", node, name)


@rule("HDR-17", codes=("missing", "not-a-form", "impossible-day", "uuid", "uuid-refused", "white-space"))
def id_has_a_form(package: PackageView) -> Iterator[Finding]:
    """DocumentId is there and of an allowed form."""
    message = package.message
    if message is None:
        return
    node = message.child("DocumentId")
    if node is None:
        yield missing("HDR-17.missing", message, "DocumentId")
        return
    if node.trimmed != package.composed_id:
        yield from _own_form(node, package.parameters.identifiers)
    yield from spaced("HDR-17", node)


@rule("HDR-17", codes=("other-form", "other-impossible-day", "white-space"))
def other_ids_have_a_form(package: PackageView) -> Iterator[Finding]:
    """Ids of other documents are of an allowed form; an impossible day in them only draws a remark."""
    identifiers = package.parameters.identifiers
    for node in package.nodes.index.get("DocumentId", ()):
        holder = node.parent
        if holder is None or holder is package.message or not node.filled:
            continue
        yield from other_id_findings("HDR-17", node, holder, identifiers)
        yield from spaced("HDR-17", node)


def _has_parts(package: PackageView) -> bool:
    """Say whether there is a DocumentId with parts that could disagree with the header: a UUID has none."""
    own = package.code("DocumentId")
    return bool(own) and not is_uuid(own)


def other_id_findings(requirement: str, node: Node, holder: Node, identifiers: Identifiers) -> Iterator[Finding]:
    """Yield what is wrong with the id of another document: `.other-form`, or `.other-impossible-day`, a remark.

    Args:
        requirement: id that codes begin with.
        node: the DocumentId.
        holder: the element around it: an impossible day that its PromulgationDate names too is reported there.
        identifiers: of the profile.
    """
    if is_uuid(node.trimmed) and identifiers.uuid is not Severity.FAIL:
        return
    parts = parse_document_id(node.trimmed)
    if parts is None or form_of(identifiers)(parts.organ_id) is None:
        yield found(f"{requirement}.other-form", node, expected=_FORM, received=node.text)
    elif day_or_none(parts.date) is None and holder.code("PromulgationDate") != parts.date:
        yield found(f"{requirement}.other-impossible-day", node, expected=_FORM, received=node.text)


@rule("HDR-18", codes=("organ", "date", "code"), speaks_of=_has_parts)
def id_agrees(package: PackageView) -> Iterator[Finding]:
    """DocumentId agrees with From/OrganId, PromulgationDate and Code."""
    node = package.message.child("DocumentId") if package.message is not None else None
    if node is None or node.trimmed == package.composed_id:
        return
    parts = parse_document_id(node.trimmed)
    if parts is None or next(_own_form(node, package.parameters.identifiers), None) is not None:
        return
    # A value that is wrong in itself is reported at its own place: that the id differs from it adds nothing.
    sender = package.code("From", "OrganId")
    known = sender and form_of(package.parameters.identifiers)(sender) is not None
    if known and not _same_agency(sender, parts.organ_id):
        yield found("HDR-18.organ", node, expected=sender, received=parts.organ_id)
    date = package.code("PromulgationInfo", "PromulgationDate")
    if day_or_none(date) is not None and date != parts.date:
        yield found("HDR-18.date", node, expected=date, received=parts.date)
    number, notation = package.code("Code", "CodeNumber"), package.code("Code", "CodeNotation")
    code, given = f"{number}/{notation}", f"{parts.number}/{parts.notation}"
    if number and notation and code != given:
        yield found("HDR-18.code", node, expected=code, received=given)


def _own_form(node: Node, identifiers: Identifiers) -> Iterator[Finding]:
    if is_uuid(node.trimmed):
        if identifiers.uuid is not Severity.OFF:
            code = "HDR-17.uuid" if identifiers.uuid is Severity.REMARK else "HDR-17.uuid-refused"
            yield found(code, node, expected=_FORM, received=node.text)
        return
    parts = parse_document_id(node.trimmed)
    if parts is None or form_of(identifiers)(parts.organ_id) in {None, "hub"}:
        yield found("HDR-17.not-a-form", node, expected=_FORM, received=node.text)
    elif day_or_none(parts.date) is None:
        yield found("HDR-17.impossible-day", node, expected=_FORM, received=node.text)


def _is_numeric(text: str) -> bool:
    shorn = text.strip()
    return shorn.isascii() and shorn.isdigit()


def _same_agency(first: str, second: str) -> bool:
    """Compare two ids; old and new form of one agency are the same."""
    return first == second or new_form(first) == second or new_form(second) == first
