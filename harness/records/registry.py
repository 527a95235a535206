"""Where rules about what is kept are registered.

    @records_rule("ARC-07", codes=("twice", "order"))
    def arrival_numbers_stand_once(export: ExportView) -> Iterator[Outcome]: ...

    @archive_rule("ARC-23", codes=("missing",))
    def tree_is_there(package: ArchiveView) -> Iterator[Outcome]: ...

A rule proves something only where there was something to look at: `asks` tells whether an export holds that.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Generic, Literal, TypeVar

from harness.catalogue.declared_codes import codes_of
from harness.records.archive.archive_view import ArchiveView
from harness.records.export_view import ExportView
from harness.rules.registry import Outcome

S = TypeVar("S")
Form = Literal["records_export", "archive_sip"]
EXPORT_COMMANDS: Mapping[Form, str] = {"records_export": "export_records", "archive_sip": "export_sip"}
"""The command of the driver protocol by which a candidate is asked for each form."""

RecordsCheck = Callable[[ExportView], Iterator[Outcome]]
ArchiveCheck = Callable[[ArchiveView], Iterator[Outcome]]
RecordsSubject = Callable[[ExportView], bool]
ArchiveSubject = Callable[[ArchiveView], bool]

_MODULES = (
    "registration", "agreement", "numbering", "dossiers", "files", "handling", "punctuality", "copies",
    "archive.tree", "archive.digests", "archive.descriptions", "archive.agreement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeepingRule(Generic[S]):
    """A rule about what is kept.

    Attributes:
        requirement: id of the requirement it speaks about.
        codes: of the findings that it may give.
        asks: tells whether an export holds something to look at.
        check: the function.
    """

    requirement: str
    codes: frozenset[str]
    asks: Callable[[S], bool]
    check: Callable[[S], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class KeepingRules:
    """The rules about records exports, and those about archival packages."""

    records: tuple[KeepingRule[ExportView], ...]
    archive: tuple[KeepingRule[ArchiveView], ...]

    @property
    def forms(self) -> Mapping[str, frozenset[Form]]:
        """The requirements that rules speak about, with the forms of export that they look at."""
        found: dict[str, frozenset[Form]] = {}
        for one in self.records:
            found[one.requirement] = found.get(one.requirement, frozenset()) | {"records_export"}
        for each in self.archive:
            found[each.requirement] = found.get(each.requirement, frozenset()) | {"archive_sip"}
        return found


_records: list[KeepingRule[ExportView]] = []
_archive: list[KeepingRule[ArchiveView]] = []


def records_rule(
    requirement: str, *, codes: tuple[str, ...], asks: RecordsSubject = lambda export: True
) -> Callable[[RecordsCheck], RecordsCheck]:
    """Register a rule about a records export."""

    def register(check: RecordsCheck) -> RecordsCheck:
        _records.append(KeepingRule(requirement, codes_of(requirement, codes), asks, check))
        return check

    return register


def archive_rule(
    requirement: str, *, codes: tuple[str, ...], asks: ArchiveSubject = lambda package: True
) -> Callable[[ArchiveCheck], ArchiveCheck]:
    """Register a rule about an archival package."""

    def register(check: ArchiveCheck) -> ArchiveCheck:
        _archive.append(KeepingRule(requirement, codes_of(requirement, codes), asks, check))
        return check

    return register


@cache
def keeping_rules() -> KeepingRules:
    """Import every module of rules and return what they registered, in the order of the catalogue."""
    for name in _MODULES:
        importlib.import_module(f"harness.records.{name}")
    return KeepingRules(
        tuple(sorted(_records, key=lambda one: one.requirement)),
        tuple(sorted(_archive, key=lambda one: one.requirement)),
    )
