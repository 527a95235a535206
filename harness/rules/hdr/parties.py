"""HDR-01 to HDR-04, HDR-12, HDR-21: sender, receivers, signer."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Identifiers
from harness.edxml.identifiers import organ_form
from harness.rules.derived import derived
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import BOTH, STATUS, rule

_EXAMPLES = {"old": "000.00.00.G22", "new": "G22.12", "enterprise": "0100109106-001"}
_address = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>().]+(\.[^@\s,;<>().]+)+")


@rule("HDR-01", codes=("no-from", "no-organ-id", "no-organ-name", "nested"))
def sender_is_named(package: PackageView) -> Iterator[Finding]:
    """From has OrganId and OrganName."""
    message = package.message
    if message is None:
        return
    sender = message.child("From")
    if sender is None:
        yield missing("HDR-01.no-from", message, "From")
    elif sender.child("From") is not None and not sender.value("OrganId"):
        yield found("HDR-01.nested", sender, expected="From/OrganId", received="From/From", missing="From")
    else:
        yield from _named(sender, "HDR-01")


def _names_agencies(package: PackageView) -> bool:
    return any(node.filled for node in package.nodes.index.get("OrganId", ()))


@rule("HDR-02", BOTH, codes=("not-a-form", "hub-id", "white-space"), speaks_of=_names_agencies)
def agency_ids_have_a_form(package: PackageView) -> Iterator[Finding]:
    """Every OrganId has a form that the profile allows; each wrong one is reported once, where it first occurs."""
    identifiers = package.parameters.identifiers
    form = form_of(identifiers)
    wrong: dict[str, Node] = {}
    loose: dict[str, Node] = {}
    for node in package.nodes.index.get("OrganId", ()):
        kind = form(node.trimmed)
        if (kind is None or (kind == "hub" and not _is_later_hop(node))) and node.filled:
            _keep_first(wrong, node.trimmed, node)
        elif node.text != node.trimmed and node.filled:
            _keep_first(loose, node.trimmed, node)
    for text, node in wrong.items():
        code = "HDR-02.hub-id" if form(text) == "hub" else "HDR-02.not-a-form"
        yield found(code, node, expected=_allowed(identifiers), received=text)
    for node in loose.values():
        yield from spaced("HDR-02", node)


def _keep_first(nodes: dict[str, Node], text: str, node: Node) -> None:
    """Keep for a text the node that is first in the package."""
    earlier = nodes.setdefault(text, node)
    if (node.line or 0) < (earlier.line or 0):
        nodes[text] = node


@rule("HDR-03", codes=("no-to", "no-organ-id", "no-organ-name"))
def receivers_are_named(package: PackageView) -> Iterator[Finding]:
    """There is a To, and each has OrganId and OrganName."""
    message = package.message
    if message is None:
        return
    receivers = message.present("To")
    if not receivers:
        yield missing("HDR-03.no-to", message, "To")
    for receiver in receivers:
        yield from _named(receiver, "HDR-03")


def _has_receivers(package: PackageView) -> bool:
    return package.message is not None and bool(package.message.every("To"))


@rule("HDR-04", codes=("twice",), speaks_of=_has_receivers)
def no_receiver_twice(package: PackageView) -> Iterator[Finding]:
    """No OrganId occurs twice in To."""
    if package.message is None:
        return
    seen: set[str] = set()
    for receiver in package.message.every("To"):
        node = receiver.child("OrganId")
        if node is None:
            continue
        if node.trimmed in seen:
            yield found("HDR-04.twice", node, received=node.trimmed)
        seen.add(node.trimmed)


@rule("HDR-12", codes=("no-signer-info", "no-full-name"))
def signer_is_named(package: PackageView) -> Iterator[Finding]:
    """SignerInfo has a FullName."""
    message = package.message
    if message is None:
        return
    signer = message.child("SignerInfo")
    if signer is None:
        yield missing("HDR-12.no-signer-info", message, "SignerInfo")
    elif signer.child("FullName") is None:
        yield missing("HDR-12.no-full-name", signer, "FullName")


def _has_addresses(package: PackageView) -> bool:
    return any(node.filled for node in package.nodes.index.get("Email", ()))


@rule("HDR-21", codes=("not-an-address",), speaks_of=_has_addresses)
def addresses_are_addresses(package: PackageView) -> Iterator[Finding]:
    """E-mail addresses, where given, are addresses."""
    for node in package.nodes.index.get("Email", ()):
        if node.filled and not _is_address(node.text):
            yield found("HDR-21.not-an-address", node, expected="…@….vn", received=node.text)


def _clerks_address(package: PackageView) -> Node | None:
    clerk = package.message.child("StaffInfo") if package.message is not None else None
    return clerk.child("Email") if clerk is not None else None


def _has_clerks_address(package: PackageView) -> bool:
    return _clerks_address(package) is not None


@rule("HDR-21", STATUS, codes=("not-an-address",), speaks_of=_has_clerks_address)
def clerks_address_is_an_address(package: PackageView) -> Iterator[Finding]:
    """In a status package the clerk's e-mail address, where given, is one."""
    node = _clerks_address(package)
    if node is not None and not _is_address(node.text):
        yield found("HDR-21.not-an-address", node, expected="…@….vn", received=node.text)


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    return _address.fullmatch(text.strip()) is not None


def _named(organization: Node, requirement: str) -> Iterator[Finding]:
    if organization.child("OrganId") is None:
        yield missing(f"{requirement}.no-organ-id", organization, "OrganId")
    if organization.child("OrganName") is None:
        yield missing(f"{requirement}.no-organ-name", organization, "OrganName")


@derived
def form_of(identifiers: Identifiers) -> Callable[[str], str | None]:
    """Return `organ_form` for one profile, remembering ids: a hub's day has few agencies and many packages."""

    @lru_cache(maxsize=4096)
    def form(text: str) -> str | None:
        return organ_form(text, identifiers)

    return form


@derived
def _allowed(identifiers: Identifiers) -> str:
    forms = {"old": identifiers.old, "new": identifiers.new, "enterprise": identifiers.enterprise}
    return " | ".join(_EXAMPLES[name] for name, form in forms.items() if form is not None)


def _is_later_hop(node: Node) -> bool:
    hop = node.parent
    if hop is None or hop.local != "TraceHeader" or hop.parent is None:
        return False
    return hop is not hop.parent.every("TraceHeader")[0]
