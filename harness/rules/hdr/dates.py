"""HDR-06 to HDR-08, HDR-19: place and day of promulgation, other days."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.rules.nodes import Node, found, missing, spaced
from harness.rules.package_view import PackageView
from harness.rules.registry import rule
from harness.rules.values import DAY, day_or_none, read_day
from harness.vietnam_time import VIETNAM


@rule("HDR-06", codes=("no-promulgation-info", "no-date", "no-place"))
def promulgation_is_dated(package: PackageView) -> Iterator[Finding]:
    """PromulgationInfo has a PromulgationDate and a Place."""
    message = package.message
    if message is None:
        return
    info = message.child("PromulgationInfo")
    if info is None:
        yield missing("HDR-06.no-promulgation-info", message, "PromulgationInfo")
        return
    if info.child("PromulgationDate") is None:
        yield missing("HDR-06.no-date", info, "PromulgationDate")
    if info.child("Place") is None:
        yield missing("HDR-06.no-place", info, "Place")


def _has_dates(package: PackageView) -> bool:
    return next(_dates(package), None) is not None


@rule("HDR-07", codes=("pattern", "not-a-day", "white-space"), speaks_of=_has_dates)
def days_are_days(package: PackageView) -> Iterator[Finding]:
    """Dates are written `yyyy/MM/dd` and name real days."""
    for node in _dates(package):
        problem = read_day(node.text)
        if isinstance(problem, str):
            code = "HDR-07.pattern" if problem == "pattern" else "HDR-07.not-a-day"
            yield found(code, node, expected=DAY, received=node.text)
        else:
            yield from spaced("HDR-07", node)


def _has_promulgation_date(package: PackageView) -> bool:
    return _promulgation_date(package) is not None


@rule("HDR-08", codes=("future",), speaks_of=_has_promulgation_date)
def promulgated_by_now(package: PackageView) -> Iterator[Finding]:
    """PromulgationDate is not after the day of judgement in Vietnam."""
    node = _promulgation_date(package)
    day = day_or_none(node.text) if node is not None else None
    if node is None or day is None:
        return
    today = package.at.astimezone(VIETNAM).date()
    if day > today:
        yield found("HDR-08.future", node, expected=f"≤ {today:%Y/%m/%d}", received=node.text)


def _is_due(package: PackageView) -> bool:
    return bool(package.value("DueDate"))


@rule("HDR-19", codes=("before",), speaks_of=_is_due)
def due_after_promulgation(package: PackageView) -> Iterator[Finding]:
    """DueDate is not before PromulgationDate."""
    due = package.message.child("DueDate") if package.message is not None else None
    start = _promulgation_date(package)
    if due is None or start is None:
        return
    due_day, start_day = day_or_none(due.text), day_or_none(start.text)
    if due_day is not None and start_day is not None and due_day < start_day:
        yield found("HDR-19.before", due, expected=f"≥ {start.trimmed}", received=due.text)


def _promulgation_date(package: PackageView) -> Node | None:
    info = package.message.child("PromulgationInfo") if package.message is not None else None
    return info.child("PromulgationDate") if info is not None else None


def _dates(package: PackageView) -> Iterator[Node]:
    message = package.message
    if message is None:
        return
    holders = [(message.child("PromulgationInfo"), "PromulgationDate"), (message, "DueDate")]
    holders += [(node, "PromulgationDate") for node in message.present("ResponseFor")]
    for holder, name in holders:
        node = holder.child(name) if holder is not None else None
        if node is not None:
            yield node
