"""Where rules are registered: a rule is a small pure function that yields findings, or what it could not decide.

    @rule("HDR-04", codes=("twice",))
    def no_receiver_twice(package: PackageView) -> Iterator[Finding]: ...

    @attachment_rule("ATT-05", codes=("alphabet", "padding"))
    def content_is_base64(package: PackageView, attachment: AttachmentView) -> Iterator[Finding]: ...

`codes` are the reasons that a rule may give, all of its own requirement; any other raises UndeclaredCode.

Package rules run first; then attachment rules, one attachment after the other, so that only one content is in
memory; closing rules last: these read what attachment rules left in `package.notes`.

A rule that finds nothing wrong proves something only where there was something to find: `speaks_of` tells whether a
package, or an attachment, holds something that the rule is about. Without it, every package that the rule looks at
does.
The modules of `MODULES` register their rules when they are imported; an expensive library is imported inside the
rule that needs it.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Literal

import msgspec

from harness.catalogue.declared_codes import codes_of
from harness.catalogue.findings import Finding
from harness.rules.package_view import AttachmentView, PackageView
from harness.rules.undecided import Undecided

Kind = Literal["document", "status"]
Outcome = Finding | Undecided
PackageCheck = Callable[[PackageView], Iterator[Outcome]]
AttachmentCheck = Callable[[PackageView, AttachmentView], Iterable[Outcome]]
PackageSubject = Callable[[PackageView], bool]
AttachmentSubject = Callable[[PackageView, AttachmentView], bool]

DOCUMENT: frozenset[Kind] = frozenset({"document"})
STATUS: frozenset[Kind] = frozenset({"status"})
BOTH: frozenset[Kind] = frozenset({"document", "status"})

MODULES = ("pkg", "hdr", "trc", "att", "stp", "sig", "pdf")


class Rule(msgspec.Struct, frozen=True):
    """A registered rule.

    Attributes:
        requirement: id of the requirement it speaks about.
        kinds: kinds of packages it looks at; empty: every package, also one of unknown kind.
        codes: of the findings that it may give.
        check: the function.
        speaks_of: says whether a package holds what the rule is about; None: each of its kinds does.
    """

    requirement: str
    kinds: frozenset[Kind]
    codes: frozenset[str]
    check: PackageCheck
    speaks_of: PackageSubject | None = None

    @property
    def group(self) -> str:
        """Group of the requirement, e.g. `HDR`."""
        return self.requirement.partition("-")[0]


class AttachmentRule(msgspec.Struct, frozen=True):
    """A registered rule about each attachment of a document package; `speaks_of` None: it is about each."""

    requirement: str
    codes: frozenset[str]
    check: AttachmentCheck
    speaks_of: AttachmentSubject | None = None

    @property
    def group(self) -> str:
        """Group of the requirement, e.g. `ATT`."""
        return self.requirement.partition("-")[0]


_package: list[Rule] = []
_attachment: list[AttachmentRule] = []
_closing: list[Rule] = []


def rule(
    requirement: str,
    kinds: frozenset[Kind] = DOCUMENT,
    *,
    codes: tuple[str, ...],
    speaks_of: PackageSubject | None = None,
    closing: bool = False,
) -> Callable[[PackageCheck], PackageCheck]:
    """Register a rule about a whole package; a `closing` one is asked after all attachments were looked at."""

    def register(check: PackageCheck) -> PackageCheck:
        into = _closing if closing else _package
        into.append(Rule(requirement, kinds, codes_of(requirement, codes), check, speaks_of))
        return check

    return register


def attachment_rule(
    requirement: str, *, codes: tuple[str, ...], speaks_of: AttachmentSubject | None = None
) -> Callable[[AttachmentCheck], AttachmentCheck]:
    """Register a rule that is asked once for every attachment, in document order."""

    def register(check: AttachmentCheck) -> AttachmentCheck:
        _attachment.append(AttachmentRule(requirement, codes_of(requirement, codes), check, speaks_of))
        return check

    return register


class Rules(msgspec.Struct, frozen=True):
    """All registered rules, in the order in which they run."""

    package: tuple[Rule, ...]
    attachment: tuple[AttachmentRule, ...]
    closing: tuple[Rule, ...]


@cache
def all_rules() -> Rules:
    """Import every module of rules and return what they registered."""
    for name in MODULES:
        importlib.import_module(f"harness.rules.{name}")
    return Rules(tuple(_package), tuple(_attachment), tuple(_closing))


class Checks(msgspec.Struct, frozen=True):
    """The functions to be asked of one kind of package, in order, each with the codes that it may give.

    Attributes:
        package: rules about the package.
        attachment: rules about each attachment.
        closing: rules about the package, asked last.
        always: requirements that speak of every such package.
        sometimes: requirements that speak of a package which holds certain things, with what tells it.
        of_attachments: requirements that speak of attachments, with what tells of which; None: of each.
    """

    package: tuple[tuple[PackageCheck, frozenset[str]], ...]
    attachment: tuple[tuple[AttachmentCheck, frozenset[str]], ...]
    closing: tuple[tuple[PackageCheck, frozenset[str]], ...]
    always: frozenset[str]
    sometimes: tuple[tuple[str, PackageSubject], ...]
    of_attachments: tuple[tuple[str, AttachmentSubject | None], ...]


@lru_cache(maxsize=64)
def checks_for(kind: str, groups: frozenset[str] | None) -> Checks:
    """Choose the rules for a kind of package, of some groups or of all.

    Of a package of unknown kind those are asked that look at both kinds.
    """
    rules = all_rules()

    def chosen(entry: Rule) -> bool:
        fits = kind in entry.kinds or (kind == "unknown" and entry.kinds == BOTH)
        return fits and (groups is None or entry.group in groups)

    package = [entry for entry in rules.package if chosen(entry)]
    closing = [entry for entry in rules.closing if chosen(entry)]
    looks = [look for look in rules.attachment if groups is None or look.group in groups]
    if kind != "document":
        looks = []
    always = frozenset(entry.requirement for entry in (*package, *closing) if entry.speaks_of is None)
    return Checks(
        package=tuple((entry.check, entry.codes) for entry in package),
        attachment=tuple((look.check, look.codes) for look in looks),
        closing=tuple((entry.check, entry.codes) for entry in closing),
        always=always,
        sometimes=tuple(
            (entry.requirement, entry.speaks_of)
            for entry in (*package, *closing)
            if entry.speaks_of is not None and entry.requirement not in always
        ),
        of_attachments=tuple((look.requirement, look.speaks_of) for look in looks if look.requirement not in always),
    )


def implemented() -> Mapping[str, frozenset[Kind]]:
    """Return the requirements that rules speak about, with the kinds of packages they look at."""
    rules = all_rules()
    kinds: dict[str, frozenset[Kind]] = {}
    for entry in (*rules.package, *rules.closing):
        kinds[entry.requirement] = kinds.get(entry.requirement, frozenset()) | entry.kinds
    for each in rules.attachment:
        kinds[each.requirement] = kinds.get(each.requirement, frozenset()) | DOCUMENT
    return MappingProxyType(kinds)
