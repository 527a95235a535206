"""HDR-22: codes of agencies that were closed, judged by the day of the document that bears them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import AgencyCode
from harness.edxml.identifiers import codes_upwards, parse_document_id
from harness.rules.derived import derived
from harness.rules.hdr.parties import form_of
from harness.rules.nodes import Node, found
from harness.rules.package_view import PackageView
from harness.rules.registry import rule
from harness.rules.values import day_or_none

_REMOVED = "0"
_WITH_LEVELS = {"old", "new"}
_Listed = tuple[str, AgencyCode]


def _names_listed_agencies(package: PackageView) -> bool:
    return next(_dated_agencies(package), None) is not None


@rule("HDR-22", codes=("closed", "not-yet"), speaks_of=_names_listed_agencies)
def codes_hold_on_their_day(package: PackageView) -> Iterator[Finding]:
    """No OrganId is one of a code that was closed before the document's own day, or that did not hold yet."""
    seen: set[tuple[str, date]] = set()
    for node, (code, agency), day in _dated_agencies(package):
        if (node.trimmed, day) in seen:
            continue
        seen.add((node.trimmed, day))
        if agency.closed_before(day):
            yield _outlived("HDR-22.closed", node, code, agency, agency.valid_to, day)
        elif agency.opens_after(day):
            yield _outlived("HDR-22.not-yet", node, code, agency, agency.valid_from, day)


def _outlived(
    finding: str, node: Node, code: str, agency: AgencyCode, bound: date | None, day: date
) -> Finding:  # fmt: skip
    return found(
        finding,
        node,
        expected=agency.replaced_by or "",
        received=node.trimmed,
        listed=code,
        agency=agency.name,
        basis=agency.basis,
        bound=str(bound),
        day=str(day),
    )


def _dated_agencies(package: PackageView) -> Iterator[tuple[Node, _Listed, date]]:
    """Yield every OrganId of a listed agency, with the code that is listed and the day by which it is judged."""
    listed = _listed_in(package.parameters.code_lists.agencies)
    form = form_of(package.parameters.identifiers)
    for node in package.nodes.index.get("OrganId", ()):
        entry = listed(node.trimmed) if form(node.trimmed) in _WITH_LEVELS else None
        day = _day_of(package, node) if entry is not None else None
        if entry is not None and day is not None:
            yield node, entry, day


@derived
def _listed_in(agencies: Mapping[str, AgencyCode]) -> Callable[[str], _Listed | None]:
    """Return what finds the nearest listed agency at or above an OrganId, remembering the last ones."""

    @lru_cache(maxsize=4096)
    def listed(organ_id: str) -> _Listed | None:
        return next(((code, agencies[code]) for code in codes_upwards(organ_id) if code in agencies), None)

    return listed


def _day_of(package: PackageView, node: Node) -> date | None:
    """Return the day of the document that an OrganId is of: a document answered, updated or replaced has its own.

    Receivers that an update removes belong to the earlier document; those that it adds belong to the update.
    """
    holder = node.parent
    while holder is not None and holder is not package.message:
        if holder.local == "ResponseFor":
            return day_or_none(holder.code("PromulgationDate"))
        if holder.local == "ReplacementInfo":
            return _day_within(holder.code("DocumentId"))
        if holder.local == "Receiver" and holder.code("ReceiverType") == _REMOVED and package.business is not None:
            return _day_within(package.business.code("DocumentId"))
        holder = holder.parent
    return day_or_none(package.code("PromulgationInfo", "PromulgationDate"))


def _day_within(document_id: str) -> date | None:
    """Return the day that a DocumentId names; None where it names none, as a UUID does."""
    parts = parse_document_id(document_id)
    return day_or_none(parts.date) if parts is not None else None
