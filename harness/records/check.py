"""Checks one export against all rules about what is kept. Pure: the same files, profile and time, the same report."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from harness.catalogue.declared_codes import refuse_undeclared
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.records.archive.archive_view import METS, ArchiveView
from harness.records.exchanged import Exchanged
from harness.records.export_view import ExportView
from harness.records.holding import ExportFiles, open_holding
from harness.records.layouts.tables import read_tables
from harness.records.registry import Form, KeepingRule, keeping_rules
from harness.rules.check import MOST_OF_ONE_RULE
from harness.rules.registry import Outcome
from harness.rules.undecided import Undecided

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class KeepingReport:
    """What the rules say about one export.

    Attributes:
        form: a records export, or an archival package.
        findings: what is wrong; how much each weighs is for the profile to say.
        undecided: what could not be found out.
        asked: requirements for which there was something to check.
        records: how many records or descriptions there are.
        compared: how many of them are of documents exchanged.
    """

    form: Form
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    asked: tuple[str, ...]
    records: int
    compared: int

    @property
    def not_asked(self) -> tuple[str, ...]:
        """Requirements of this form of which the export holds nothing to look at."""
        own = {requirement for requirement, forms in keeping_rules().forms.items() if self.form in forms}
        return tuple(sorted(own - set(self.asked)))


def check_export(
    path: Path,
    profile: Profile,
    at: datetime,
    exchanged: Exchanged | None = None,
    progress: Callable[[str], None] = lambda requirement: None,
) -> KeepingReport:
    """Check one export: a records export, or an archival package where there is a METS.xml.

    Args:
        path: a folder, a zip or one file.
        profile: its parameters hold; its severities are not looked at.
        at: time of judgement, with a zone.
        exchanged: packages to compare with.
        progress: called with each requirement before it is checked.

    Raises:
        OSError: it cannot be read.
    """
    with open_holding(path, profile.parameters.limits) as holding:
        form: Form = "archive_sip" if is_package(holding) else "records_export"
        return check_holding(form, holding, profile, at, exchanged, progress)


def check_holding(
    form: Form,
    holding: ExportFiles,
    profile: Profile,
    at: datetime,
    exchanged: Exchanged | None = None,
    progress: Callable[[str], None] = lambda requirement: None,
) -> KeepingReport:
    """Check an export that is open, as the form that it has to have; the rest is as for `check_export`."""
    if form == "archive_sip":
        package = ArchiveView(holding, profile, at, exchanged)
        return _report(package, form, keeping_rules().archive, progress)
    export = ExportView(holding, read_tables(holding, profile.parameters), profile, at, exchanged)
    return _report(export, form, keeping_rules().records, progress)


def is_package(holding: ExportFiles) -> bool:
    """Tell whether files are an archival package: some METS.xml is at the top, or there are representations."""
    names = [name.lower() for name in holding.files]
    return not holding.alone and (METS.lower() in names or any(name.startswith("representations/") for name in names))


def _report(view: S, form: Form, rules: Iterable[KeepingRule[S]], progress: Callable[[str], None]) -> KeepingReport:
    outcomes: list[Outcome] = []
    asked: list[str] = []
    for rule in rules:
        progress(rule.requirement)
        if rule.asks(view):
            asked.append(rule.requirement)
            outcomes += _first_of_each(rule.check(view), rule.codes)
    findings = tuple(one for one in outcomes if isinstance(one, Finding))
    undecided = tuple(one for one in outcomes if isinstance(one, Undecided))
    counts = _counts(view)
    return KeepingReport(form, findings, undecided, tuple(asked), *counts)


def _first_of_each(outcomes: Iterable[Outcome], declared: frozenset[str]) -> Iterator[Outcome]:
    """Yield the first outcomes of each code: a thousand remarks must not hide a failure behind them.

    Raises:
        UndeclaredCode: a code is not among those that the rule declares.
    """
    seen: Counter[str] = Counter()
    for outcome in outcomes:
        code = outcome.code if isinstance(outcome, Finding) else outcome.detail
        refuse_undeclared(code, declared)
        seen[code] += 1
        if seen[code] <= MOST_OF_ONE_RULE:
            yield outcome


def _counts(view: object) -> tuple[int, int]:
    if isinstance(view, ArchiveView):
        return len(view.documents), len(view.pairs)
    if isinstance(view, ExportView):
        return len(view.tables.records), len(view.pairs)
    return 0, 0


def _kept() -> Mapping[str, frozenset[Form]]:
    return keeping_rules().forms


KEPT: Mapping[str, frozenset[Form]] = _kept()
"""The requirements that rules about what is kept speak about, with the forms of export that they look at."""
