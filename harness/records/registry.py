"""Where rules about what is kept are registered.

    @records_rule("ARC-07")
    def arrival_numbers_stand_once(export: ExportSpecimen) -> Iterator[Outcome]: ...

    @archive_rule("ARC-23")
    def tree_is_there(package: PackageSpecimen) -> Iterator[Outcome]: ...

A rule proves something only where there was something to look at: `asks` tells whether an export holds it.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from harness.records.archive.specimen import PackageSpecimen
from harness.records.specimen import ExportSpecimen
from harness.rules.registry import Outcome

Form = Literal["records_export", "archive_sip"]
EXPORT_COMMANDS: Mapping[Form, str] = {"records_export": "export_records", "archive_sip": "export_sip"}
"""The command of the driver protocol by which a candidate is asked for each form."""

RecordsCheck = Callable[[ExportSpecimen], Iterator[Outcome]]
ArchiveCheck = Callable[[PackageSpecimen], Iterator[Outcome]]
RecordsSubject = Callable[[ExportSpecimen], bool]
ArchiveSubject = Callable[[PackageSpecimen], bool]

_MODULES = (
    "registration", "agreement", "numbering", "dossiers", "files", "handling", "punctuality", "copies",
    "archive.tree", "archive.digests", "archive.descriptions", "archive.agreement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeepingRules:
    """The rules: requirement, what tells whether there is something to look at, and the function."""

    records: tuple[tuple[str, RecordsSubject, RecordsCheck], ...]
    archive: tuple[tuple[str, ArchiveSubject, ArchiveCheck], ...]

    @property
    def forms(self) -> Mapping[str, frozenset[Form]]:
        """The requirements that rules speak about, with the forms of export that they look at."""
        found: dict[str, frozenset[Form]] = {}
        for requirement, _, _ in self.records:
            found[requirement] = found.get(requirement, frozenset()) | {"records_export"}
        for requirement, _, _ in self.archive:
            found[requirement] = found.get(requirement, frozenset()) | {"archive_sip"}
        return found


_records: list[tuple[str, RecordsSubject, RecordsCheck]] = []
_archive: list[tuple[str, ArchiveSubject, ArchiveCheck]] = []


def records_rule(
    requirement: str, *, asks: RecordsSubject = lambda export: True
) -> Callable[[RecordsCheck], RecordsCheck]:
    """Register a rule about a records export."""

    def register(check: RecordsCheck) -> RecordsCheck:
        _records.append((requirement, asks, check))
        return check

    return register


def archive_rule(
    requirement: str, *, asks: ArchiveSubject = lambda package: True
) -> Callable[[ArchiveCheck], ArchiveCheck]:
    """Register a rule about an archival package."""

    def register(check: ArchiveCheck) -> ArchiveCheck:
        _archive.append((requirement, asks, check))
        return check

    return register


@cache
def keeping_rules() -> KeepingRules:
    """Import every module of rules and return what they registered, in the order of the catalogue."""
    for name in _MODULES:
        importlib.import_module(f"harness.records.{name}")
    return KeepingRules(
        tuple(sorted(_records, key=lambda entry: entry[0])), tuple(sorted(_archive, key=lambda entry: entry[0]))
    )
