"""SND-10: nothing is sent that was not ordered. Every package at the hub is an order carried out, or an answer."""

import unicodedata
from collections.abc import Iterator
from itertools import chain

from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.expectations.assessment import Blind
from harness.expectations.base import finding
from harness.expectations.evidence import Exchange
from harness.expectations.statuses import status_number
from harness.journal.events import AgencyClosed
from harness.judge.duties.facts import Ordered, RunFacts, code_of

_DUTY = "SND-10"


def nothing_unordered(facts: RunFacts) -> list[Finding] | Blind | None:
    """Judge SND-10 over every package that reached the hub; None when there was none.

    A package that breaks a static rule is left to that rule: its content cannot be compared. The same holds for
    unreadable packages and those left over from another run.
    """
    sent = [one for one in facts.evidence.all_sendings() if one.package.kind in {"document", "status"}]
    own = [one for one in sent if not facts.foreign(one)]
    if not own:
        return None
    seen: set[tuple[str, ...]] = set()
    found: list[Finding] = []
    for exchange in own:
        key = (str(exchange.package.sha256), *_reached(exchange))
        if key not in seen:
            seen.add(key)
            found += _judged(facts, exchange)
    return found


def _judged(facts: RunFacts, exchange: Exchange) -> Iterator[Finding]:
    package = facts.evidence.package(exchange)
    if isinstance(package, StatusPackage):
        yield from _status(facts, exchange, package)
    elif isinstance(package, DocumentPackage) and not facts.evidence.failures(exchange):
        yield from _document(facts, exchange, package)


def _reached(exchange: Exchange) -> tuple[str, ...]:
    return tuple(sorted(exchange.effect.accepted.receivers)) if exchange.effect.accepted else ()


def _status(facts: RunFacts, exchange: Exchange, package: StatusPackage) -> Iterator[Finding]:
    """A status answers what came; 13 about a document of one's own is ordered as any document is."""
    named, code = package.response_for.document_id.strip(), package.response_for.code.strip()
    identities, codes = facts.may_be_answered()
    if status_number(package.status_code) == StatusCode.TAKE_BACK.number:
        ordered = {str(one.get("document_id")) for one in facts.commanded("take_back")}
        if named in ordered:
            return
    elif named in identities or code in codes:
        return
    yield finding(
        _DUTY,
        "status-unordered",
        event=exchange.request,
        expected="-",
        received=f"{package.status_code} → {named or code or '-'}",
        document=named,
    )


def _document(facts: RunFacts, exchange: Exchange, package: DocumentPackage) -> Iterator[Finding]:
    order = facts.order_of(package)
    identity = package.document_id.strip()
    if order is None:
        reason = "forwarded" if identity in {one.id for one in facts.delivered()} else "unordered"
        shown = f"{identity}: {package.subject}"
        yield finding(_DUTY, reason, event=exchange.request, expected="-", received=shown, document=identity)
        return
    if order.confidential:
        return  # SND-07
    if order.refused:
        yield finding(
            _DUTY, "sent-though-refused", event=exchange.request, expected="-", received=identity, document=identity
        )
        return
    differences = chain(
        _receivers(facts, exchange, package, order), _texts(facts, package, order), _files(facts, exchange, order)
    )
    for element, expected, received in differences:
        yield finding(
            _DUTY,
            "sent-otherwise",
            event=exchange.request,
            expected=expected,
            received=received,
            element=element,
            document=identity,
        )


Difference = tuple[str, str, str]


def _receivers(facts: RunFacts, exchange: Exchange, package: DocumentPackage, order: Ordered) -> Iterator[Difference]:
    """Compare the receivers named in the package, and those whom the hub gave it to, with those ordered."""
    ordered = {str(one.get("organ_id")): str(one.get("organ_name")) for one in order.arguments.get("to") or ()}
    most, least = set(ordered), set(ordered)
    if order.arguments.get("operation") == "update":
        # An update names whom it adds and removes; whether these are in To as well is open.
        changed = {*(order.arguments.get("receivers_added") or ()), *(order.arguments.get("receivers_removed") or ())}
        most, least = most | changed, least - changed
    named = {one.organ_id.strip() for one in package.to}
    reached = set(_reached(exchange)) or named
    for element, receivers in (("To", named), ("to", _in_form_of(facts, reached, most))):
        if not least <= receivers <= most:
            yield element, ", ".join(sorted(ordered)), ", ".join(sorted(receivers)) or "-"
    for one in package.to:
        name = ordered.get(one.organ_id.strip())
        if name is not None and not _same(one.organ_name, name):
            yield "To/OrganName", name, one.organ_name


def _in_form_of(facts: RunFacts, reached: set[str], wanted: set[str]) -> set[str]:
    """Return OrganIds in the form in which they were ordered, where the hub knows the agency by both.

    A successor stands for the closed code: it was the hub that put the one in the place of the other.
    """
    if reached <= wanted:
        return reached
    forms = {pair.organ_id: pair.code102 for pair in facts.start.peers}
    closed = {event.what.successor: event.what.organ_id for event in facts.evidence.events_of(AgencyClosed)}
    known = {one: {code for name in {one, closed.get(one, one)} for code in (name, forms.get(name))} for one in reached}
    return {next((form for form in sorted(filter(None, both)) if form in wanted), one) for one, both in known.items()}


def _texts(facts: RunFacts, package: DocumentPackage, order: Ordered) -> Iterator[Difference]:
    given = order.arguments
    other, business = package.other_info, package.bussiness
    agency = (facts.start.candidate.get("agency") or {}).get("organ_name")
    pairs = [
        ("Code", order.code, code_of(package)),
        ("Subject", given.get("subject"), package.subject),
        ("Content", given.get("content"), package.content),
        ("TypeName", given.get("type_name"), package.document_type.type_name),
        ("Priority", str(given.get("priority") or 0), (other.priority.strip() if other else "") or "0"),
        ("From/OrganName", agency, package.from_.organ_name),
    ]
    if given.get("operation", "new") != "new":
        pairs.append(("BussinessDocReason", given.get("reason"), business.reason if business else ""))
    for element, wanted, said in pairs:
        if wanted is not None and not _same(str(wanted), said):
            yield element, str(wanted), said or "-"


def _same(one: str, other: str) -> bool:
    """Compare texts as they read: PKG-02 judges how letters are composed."""
    return unicodedata.normalize("NFC", one).strip() == unicodedata.normalize("NFC", other).strip()


def _files(facts: RunFacts, exchange: Exchange, order: Ordered) -> Iterator[Difference]:
    carried = {(unicodedata.normalize("NFC", name), digest) for name, digest in facts.evidence.files(exchange).items()}
    ordered = {(unicodedata.normalize("NFC", name), digest) for name, digest in order.files}
    for name, digest in sorted(ordered - carried):
        yield "Attachment", f"{name} {digest}", "-"
    for name, digest in sorted(carried - ordered):
        yield "Attachment", "-", f"{name} {digest}"
