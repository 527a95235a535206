"""HDR-09, HDR-13 to HDR-15: values out of code lists, amounts."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Range
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import rule
from harness.rules.values import day_or_none, whole_number

_AMOUNTS = ("PromulgationAmount", "PageAmount")


@rule("HDR-09", codes=("no-document-type", "no-type", "no-type-name", "not-in-list", "not-in-force", "white-space"))
def type_is_known(package: PackageView) -> Iterator[Finding]:
    """DocumentType has a Type out of the code list and a TypeName."""
    message = package.message
    if message is None:
        return
    kind = message.child("DocumentType")
    if kind is None:
        yield missing("HDR-09.no-document-type", message, "DocumentType")
        return
    number = kind.child("Type")
    if number is None:
        yield missing("HDR-09.no-type", kind, "Type")
    else:
        yield from out_of_range("HDR-09.not-in-list", number, package.parameters.code_lists.document_type)
        yield from _out_of_force(package, number)
    if kind.child("TypeName") is None:
        yield missing("HDR-09.no-type-name", kind, "TypeName")


def _out_of_force(package: PackageView, number: Node) -> Iterator[Finding]:
    """Yield a finding if a type does not hold on the document's own day."""
    life = package.parameters.code_lists.document_type_lives.get(str(whole_number(number.text)))
    day = day_or_none(package.code("PromulgationInfo", "PromulgationDate"))
    if life is not None and day is not None and (life.closed_before(day) or life.opens_after(day)):
        days = f"{life.valid_from or '…'} – {life.valid_to or '…'}"
        yield found(
            "HDR-09.not-in-force", number, expected=life.replaced_by or "", received=number.text, days=days,
            day=str(day),
        )  # fmt: skip


def _has_priority(package: PackageView) -> bool:
    return bool(package.value("OtherInfo", "Priority"))


@rule("HDR-13", codes=("not-in-list", "white-space"), speaks_of=_has_priority)
def priority_is_known(package: PackageView) -> Iterator[Finding]:
    """Priority is in the code list."""
    other = package.message.child("OtherInfo") if package.message is not None else None
    node = other.child("Priority") if other is not None else None
    if node is not None:
        yield from out_of_range("HDR-13.not-in-list", node, package.parameters.code_lists.priority)


def _has_steering_type(package: PackageView) -> bool:
    return bool(package.value("SteeringType"))


@rule("HDR-14", codes=("not-in-list", "white-space"), speaks_of=_has_steering_type)
def steering_type_is_known(package: PackageView) -> Iterator[Finding]:
    """SteeringType is in the code list."""
    node = package.message.child("SteeringType") if package.message is not None else None
    if node is not None:
        yield from out_of_range("HDR-14.not-in-list", node, package.parameters.code_lists.steering_type)


def _has_amounts(package: PackageView) -> bool:
    return any(package.value("OtherInfo", name) for name in _AMOUNTS)


@rule("HDR-15", codes=("not-an-amount", "white-space"), speaks_of=_has_amounts)
def amounts_are_amounts(package: PackageView) -> Iterator[Finding]:
    """Amounts are whole numbers, not negative."""
    other = package.message.child("OtherInfo") if package.message is not None else None
    if other is None:
        return
    for name in _AMOUNTS:
        node = other.child(name)
        if node is not None and whole_number(node.text) is None:
            yield found("HDR-15.not-an-amount", node, expected="0, 1, 2 …", received=node.text, name=name)
        else:
            yield from spaced("HDR-15", node)


def out_of_range(code: str, node: Node, allowed: Range) -> Iterator[Finding]:
    """Yield a finding if the text of `node` is no whole number within `allowed`, or has white space around it."""
    number = whole_number(node.text)
    if number is None or not allowed.lowest <= number <= allowed.highest:
        yield found(code, node, expected=f"{allowed.lowest}..{allowed.highest}", received=node.text)
    else:
        yield from spaced(code.partition(".")[0], node)
