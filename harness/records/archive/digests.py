"""ARC-19, 22, 25: the files of a package are those it lists, unchanged; digitised ones have the quality for
archiving."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml import etree

from harness.catalogue.findings import Where, clipped
from harness.crypto.pdf.prechecks import PdfUnreadable
from harness.records.archive.archive_view import XLINK, ArchiveView, MetsLink, found_in, targets_of
from harness.records.export_view import readable_digest
from harness.records.holding import BROKEN, FlawKind, HeldFile
from harness.records.layouts.xml_table import local
from harness.records.pages import read_pages
from harness.records.registry import archive_rule
from harness.rules.registry import Outcome

_ALGORITHMS = {"SHA-256": "sha256", "SHA-1": "sha1", "SHA-512": "sha512", "SHA-384": "sha384", "MD5": "md5"}
_BEST = "SHA-256"
_DIGITISED = "02"
_FLAWS: Mapping[FlawKind, str] = {
    "unsafe": "ARC-25.unsafe",
    "link": "ARC-25.unsafe",
    "expands": "ARC-25.expands",
    "damaged": "ARC-25.damaged",
    "twice": "ARC-25.unsafe",
}


@archive_rule(
    "ARC-25",
    codes=(
        "outside",
        "missing",
        "size",
        "digest",
        "no-digest",
        "other-digest",
        "unlisted",
        "unsafe",
        "expands",
        "damaged",
    ),
)
def files_are_as_listed(package: ArchiveView) -> Iterator[Outcome]:
    """Every link stays inside and has its file, of the size and digest that it says; no data is unlisted."""
    for flaw in package.holding.flaws:
        yield found_in(_FLAWS[flaw.kind], Where(xpath=package.holding.label), received=flaw.detail)
    named = set()
    for link in package.links:
        where = Where(xpath=f"{link.mets}: {clipped(link.href, 100)}", line=link.line)
        if link.path is None:
            yield found_in("ARC-25.outside", where, received=link.href)
            continue
        file = package.file(link.path)
        if file is None:
            yield found_in("ARC-25.missing", where, expected=link.path)
            continue
        named.add(file.name)
        yield from _checked(link, file, where)
    if package.links:
        for file in package.data_files:
            if file.name not in named:
                yield found_in("ARC-25.unlisted", Where(xpath=clipped(file.name)), received=file.name)


def _checked(link: MetsLink, file: HeldFile, where: Where) -> Iterator[Outcome]:
    if link.size and link.size.strip() != str(file.size):
        yield found_in("ARC-25.size", where, expected=link.size, received=str(file.size))
        return
    if not link.digest:
        if not link.pointer:
            yield found_in("ARC-25.no-digest", where, expected=_BEST, received=link.algorithm)
        return
    algorithm = _ALGORITHMS.get(link.algorithm.strip().upper().replace("SHA256", "SHA-256"))
    if algorithm is None:
        yield found_in("ARC-25.no-digest", where, expected=_BEST, received=link.algorithm)
        return
    try:
        made = file.digest(algorithm)
    except BROKEN as error:
        yield found_in("ARC-25.damaged", where, received=str(error))
        return
    if made != link.digest.strip().lower():
        yield found_in("ARC-25.digest", where, expected=link.digest, received=made)
    elif algorithm != _ALGORITHMS[_BEST]:
        yield found_in("ARC-25.other-digest", where, expected=_BEST, received=link.algorithm)


def _is_compared(package: ArchiveView) -> bool:
    return any(document.files for _, document in package.pairs)


@archive_rule("ARC-19", codes=("no-original",), asks=_is_compared)
def originals_are_in_the_package(package: ArchiveView) -> Iterator[Outcome]:
    """Each file exchanged is in the package, byte for byte."""
    kept = {digest for file in package.data_files for digest in readable_digest(file)}
    for described, document in package.pairs:
        for sent in document.files:
            if sent.sha256 not in kept:
                expected = f"SHA-256 {sent.sha256[:16]}…"
                count = str(len(package.data_files))
                title = clipped(document.written, 60)
                yield found_in(
                    "ARC-19.no-original", described.where(), expected=expected, received=count, file=sent.name,
                    record=title, field="data",
                )  # fmt: skip


def _has_digitised(package: ArchiveView) -> bool:
    return any(one.text("confidenceLevel") == _DIGITISED for one in package.documents)


@archive_rule("ARC-22", codes=("not-archival", "no-text", "coarse"), asks=_has_digitised)
def digitised_files_are_archival(package: ArchiveView) -> Iterator[Outcome]:
    """What was digitised is PDF/A, with text, with enough resolution; born-digital documents are not checked."""
    parameters = package.profile.parameters
    least = package.keeping.resolution * (100 - package.keeping.margin_percent) // 100
    linked = _linked_files(package)
    for described in package.documents:
        if described.text("confidenceLevel") != _DIGITISED:
            continue
        for file in linked.get(described.path, ()):
            where = Where(xpath=clipped(file.name))
            try:
                pages = read_pages(file.content(parameters.limits.attachment_bytes), parameters.signatures.bounds)
            except (PdfUnreadable, *BROKEN) as error:
                yield found_in("ARC-22.not-archival", where, expected="PDF/A", received=str(error))
                continue
            if not pages.archival:
                yield found_in("ARC-22.not-archival", where, expected="PDF/A", received="PDF")
            if not pages.has_text:
                yield found_in("ARC-22.no-text", where)
            coarsest = min((picture.dpi for picture in pages.pictures), default=least)
            if coarsest < least:
                yield found_in("ARC-22.coarse", where, expected=f"≥ {least} dpi", received=f"{coarsest} dpi")


def _linked_files(package: ArchiveView) -> Mapping[str, list[HeldFile]]:
    """Return the files that METS links to each description, by its path: the section that names it, the divisions
    with that section's id, and their pointers."""
    hrefs = {(link.mets, link.href): package.file(link.path) for link in package.links if link.path}
    linked: dict[str, list[HeldFile]] = defaultdict(list)
    for name, root in package.mets.items():
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        named = [(one, hrefs.get((name, one.get(XLINK, "")))) for one in elements if one.get(XLINK)]
        described = {_holder(one).get("ID", ""): file.name for one, file in named if file and local(one) == "mdRef"}
        held = {_holder(one).get("ID", ""): file for one, file in named if file and local(one) == "FLocat"}
        for element in elements:
            for section in element.get("DMDID", "").split():
                files = (held.get(target) for target in targets_of(element))
                linked[described.get(section, "")] += [file for file in files if file is not None]
    return linked


def _holder(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    return element if parent is None else parent
