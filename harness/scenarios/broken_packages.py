"""Stimuli made from the vectors: packages that break the standard, and packages that only seem to break it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from harness.catalogue.codes import BusinessOperation
from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Level, Severity
from harness.crypto.xml.sign import NotSignable
from harness.edxml.attachments import unpack
from harness.edxml.draft import NoSuchElement, PackageDraft
from harness.edxml.identifiers import document_id
from harness.edxml.model import DocumentPackage, TraceHeader
from harness.edxml.packages import PackageUnreadable, read_header, read_package, rebuilt
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.scenarios.context import SIGNED, ScenarioContext
from harness.scenarios.mixed_stimuli import Mixed, some_sender
from harness.scenarios.testdata import Document, SeededFile
from harness.vectors.packages.base import DocumentIdentity, package, recall, replacement, update
from harness.vectors.registry import Make, Vector, all_vectors

_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT"})
_SIGNATURES = frozenset({"SIG"})
# Packages that are too large are tested with the profile's limits and with hostile input, not here.
_NEVER = frozenset({"PKG-10"})
# A package that is cut or empty may have been cut on the way: that is tested with faults of the transport.
_CUT = frozenset({"PKG-01/cut-off", "PKG-01/empty"})
# Right only by a lenient reading of the standard, which a candidate need not share: an empty ResponseFor.
_DEBATABLE = frozenset({"HDR-16/all-empty"})
_OPERATIONS = frozenset(BusinessOperation) - {BusinessOperation.NEW}
_WEEK = timedelta(days=7)
_TRIES = 8
_OF_EACH_OPERATION = 2


def broken(context: ScenarioContext, *, only: Collection[str] = (), but: Collection[str] = ()) -> list[Vector]:
    """Return the ways to break the mandatory requirements on documents that a hub can pass on.

    Args:
        context: gives the profile, which says what fails a candidate and how many ways of each requirement are used.
        only: requirements to narrow it to, all if empty.
        but: requirements that are left out.
    """
    taken: dict[str, list[Vector]] = {}
    for vector in _vectors(only, but):
        entry = context.profile.requirements[vector.requirement]
        fails = vector.code is not None and context.profile.severity(Finding(vector.code)) is Severity.FAIL
        if fails and entry.level is Level.MANDATORY and vector.key not in _CUT:
            taken.setdefault(vector.requirement, []).append(vector)
    most = context.profile.parameters.volumes.broken_ways
    return [vector for ways in taken.values() for vector in ways[:most]]


def whole(context: ScenarioContext, *, only: Collection[str] = (), but: Collection[str] = ()) -> list[Vector]:
    """Return the ways to keep requirements that only seem to be broken; arguments as for `broken`.

    Of each requirement half as many ways are drawn as `broken` may return, but at least one.
    """
    kept: dict[str, list[Vector]] = {}
    for vector in _vectors(only, but):
        if vector.code is None and vector.key not in _DEBATABLE and not _acts(vector.make(DocumentIdentity())):
            kept.setdefault(vector.requirement, []).append(vector)
    most = max(context.profile.parameters.volumes.broken_ways // 2, 1)
    return [vector for ways in kept.values() for vector in context.chance.sample(ways, min(most, len(ways)))]


def _vectors(only: Collection[str], but: Collection[str]) -> Iterator[Vector]:
    for vector in all_vectors().values():
        chosen = vector.requirement in only if only else vector.requirement not in but
        played = vector.requirement[:3] in _GROUPS and vector.requirement not in _NEVER
        if chosen and played and not _is_status(vector.make(DocumentIdentity())):
            yield vector


def mixture(
    context: ScenarioContext, bad: Sequence[Vector], good: Sequence[Vector], *, ordinary: int = 0
) -> list[Mixed]:
    """Return stimuli of bad and good packages, and good documents on which the operations among them act.

    Args:
        context: where they will be delivered.
        bad: ways to break the standard.
        good: ways to keep it.
        ordinary: how many ordinary documents are added.
    """
    made = [one for vector in bad for one in _bad(context, vector)]
    made += [one for vector in good for one in _good(context, vector)]
    return [*made, *(Mixed(context.document(some_sender(context))) for _ in range(ordinary))]


def operations(context: ScenarioContext) -> list[Mixed]:
    """Return good recalls, updates and replacements, as the candidate takes them, with the documents they act on."""
    makes: list[tuple[str, Make]] = [("recall", recall)]
    if "update" in context.run.capabilities:
        makes.append(("update", update_of_information))
    if "replace" in context.run.capabilities:
        makes.append(("replacement", replacement))
    return [
        one
        for note, make in makes
        for _ in range(_OF_EACH_OPERATION)
        for one in _with_target(context, make, None, note)
    ]


def update_of_information(identity: DocumentIdentity) -> PackageDraft:
    """Return an update of what an earlier document says, not of who receives it."""
    return update(identity).without("ReceiverList").with_text("BussinessDocumentInfo/DocumentReceiver", "0")


def _bad(context: ScenarioContext, vector: Vector) -> Iterator[Mixed]:
    if _acts(vector.make(DocumentIdentity())):
        yield from _with_target(context, vector.make, vector, vector.key)
        return
    document = _written(context, vector.make, some_sender(context))
    if _still_broken(context, document, vector):
        yield Mixed(document, why=vector.code or vector.key, note=vector.key, names=_names(context, document))


def _good(context: ScenarioContext, vector: Vector) -> Iterator[Mixed]:
    document = _written(context, vector.make, some_sender(context))
    if not _failures(context, document.content):
        yield Mixed(_as_read(context, document), note=vector.key)


def _with_target(context: ScenarioContext, make: Make, vector: Vector | None, note: str) -> Iterator[Mixed]:
    role = some_sender(context)
    target = context.document(role)
    document = _written(context, make, role, target.id)
    if vector is None:
        yield Mixed(target)
        yield Mixed(_as_read(context, document), note=note, after=target.id, shown=False)
    elif _still_broken(context, document, vector):
        yield Mixed(target)
        yield Mixed(
            document,
            why=vector.code or vector.key,
            note=note,
            names=_names(context, document),
            after=target.id,
            shown=False,
        )


def _written(context: ScenarioContext, make: Make, role: str, earlier: str = "") -> Document:
    """Return a document whose bytes are those of a draft; particulars that do not fit the draft are drawn again."""
    testdata, chance, sender = context.run.testdata, context.chance, context.peers[role]
    for attempt in range(2 * _TRIES):
        complete = attempt >= _TRIES
        files = testdata.files(chance, sender, least=2 if complete else 1)
        identity = testdata.identity(chance, sender, context.agency, files, whole=complete)
        identity = replace(identity, earlier=earlier or _some_document(context, identity))
        try:
            content = make(identity).written()
        except NoSuchElement:
            continue
        document = Document(package(identity), sender, files, content)
        return _signed_now_and_then(context, document)
    raise NoSuchElement(str(make))


def _some_document(context: ScenarioContext, identity: DocumentIdentity) -> str:
    """Return the DocumentId of some earlier document of the sender's, which an ordinary answer may name."""
    day = f"{identity.day - _WEEK:%Y/%m/%d}"
    return document_id(identity.sender[0], day, str(context.chance.randrange(100, 10**6)), identity.notation)


def _signed_now_and_then(context: ScenarioContext, document: Document) -> Document:
    """Sign some documents where a good signature is possible: a comment inside a text, for example, makes it bad."""
    if context.chance.random() >= SIGNED:
        return document
    try:
        signed = context.signed(document)
    except (PackageUnreadable, NotSignable):
        return document  # some are too broken to be signed
    profile, now = context.profile, datetime.now(VIETNAM)
    report = check_package(signed.content, profile, now, groups=_SIGNATURES, trust=context.run.trust)
    spoilt = any(profile.severity(one) is Severity.FAIL for one in report.findings)
    return document if spoilt else signed


def _as_read(context: ScenarioContext, document: Document) -> Document:
    """Return a good document whose package is read back from its bytes."""
    limits = context.profile.parameters.limits
    read = read_package(document.content, limits)
    if not isinstance(read, DocumentPackage):
        raise TypeError(document.id)
    files = tuple(SeededFile(one.name, unpack(one, limits)) for one in read.attachments)
    return replace(document, package=read, files=files)


def _names(context: ScenarioContext, document: Document) -> tuple[str, ...]:
    """Return the DocumentIds that a reader finds in the bytes and that are not the document's own."""
    try:
        read = read_header(document.content, context.profile.parameters.limits)
    except PackageUnreadable:
        return ()
    named = read.document_id if isinstance(read, DocumentPackage) else ""
    return (named,) if named and named != document.id else ()


def _still_broken(context: ScenarioContext, document: Document, vector: Vector) -> bool:
    """Say whether a package is still broken when the hub hands it on: a hub that rebuilds packages repairs some."""
    if context.profile.parameters.hub.mode == "verbatim":
        return True
    hop = TraceHeader(document.sender.organ_id, datetime.now(VIETNAM).strftime("%Y/%m/%d %H:%M:%S"))
    try:
        served = rebuilt(document.content, hop, context.profile.parameters.limits)
    except PackageUnreadable:
        return True  # a package that cannot be read is handed on as it is
    return vector.code in _failures(context, served)


def _failures(context: ScenarioContext, content: bytes) -> set[str]:
    report = check_package(content, context.profile, datetime.now(VIETNAM), groups=_GROUPS)
    return {one.code for one in report.findings if context.profile.severity(one) is Severity.FAIL}


def _acts(draft: PackageDraft) -> bool:
    """Say whether a draft is a recall, an update or a replacement."""
    return _text(draft, "Bussiness/BussinessDocType") in _OPERATIONS


def _is_status(draft: PackageDraft) -> bool:
    return _text(draft, "StatusCode") is not None


def _text(draft: PackageDraft, path: str) -> str | None:
    try:
        return draft.element(path).text
    except NoSuchElement:
        return None
