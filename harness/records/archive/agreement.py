"""ARC-30: EAD_doc says what the exchanged package says."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding, Where
from harness.catalogue.verdicts import Cause
from harness.records.agreement import joined, subjects
from harness.records.archive.archive_view import ArchiveView, Described, found_in
from harness.records.dates import any_day
from harness.records.exchanged import ExchangedDocument, is_pdf_name, levelled, written_number
from harness.records.registry import archive_rule
from harness.rules.registry import Outcome
from harness.rules.undecided import Undecided

_DIGITISED = "02"


def _is_compared(package: ArchiveView) -> bool:
    return package.exchanged is not None and bool(package.documents)


@archive_rule("ARC-30", codes=("differs", "joined", "type", "digitised", "not-compared"), asks=_is_compared)
def description_agrees(package: ArchiveView) -> Iterator[Outcome]:
    """Separate number and notation, date, issuer and subject are those of the package exchanged."""
    for described, document in package.pairs:
        number, notation = described.text("codeNumber"), described.text("codeNotation")
        if joined(number, notation, document):
            said = f"{document.package.code.code_number} + {document.package.code.code_notation}"
            where = described.where("codeNumber")
            yield found_in("ARC-30.joined", where, expected=said, received=f"{number} + {notation}")
        else:
            yield from _code(described, document)
        yield from _texts(described, document, package)
        yield from _doubtful(described, document, levelled(package.keeping.letter).lower())
    if not package.pairs:
        count = str(len(package.exchanged.documents) if package.exchanged else 0)
        question = Finding("ARC-30.not-compared", Where(xpath=package.holding.label), received=count)
        yield Undecided(question, Cause.CONFIGURATION)


def _code(described: Described, document: ExchangedDocument) -> Iterator[Outcome]:
    said = document.package.code
    number, notation = described.text("codeNumber"), described.text("codeNotation")
    if said.code_number and written_number(number) != written_number(said.code_number):
        yield _differs(described, "codeNumber", said.code_number, number)
    if said.code_notation and levelled(notation) != levelled(said.code_notation):
        yield _differs(described, "codeNotation", said.code_notation, notation)


def _texts(described: Described, document: ExchangedDocument, view: ArchiveView) -> Iterator[Outcome]:
    package = document.package
    issuers = (package.from_.organ_name, package.from_.organization_in_charge)
    for name, said in {"subject": subjects(document, view.exchanged), "organName": issuers}.items():
        kept = described.text(name)
        if kept and said[0] and levelled(kept) not in {levelled(one) for one in said if one}:
            yield _differs(described, name, said[0], kept)
    kept_day, day = any_day(described.text("issuedDate")), any_day(package.promulgation_info.promulgation_date)
    if kept_day and day and kept_day != day:
        yield _differs(described, "issuedDate", f"{day:%d/%m/%Y}", described.text("issuedDate"))


def _doubtful(described: Described, document: ExchangedDocument, letter: str) -> Iterator[Outcome]:
    """Yield what is only remarked upon: a digital original declared digitised, and a type copied by its number; the
    numbers are only known to differ for official letters."""
    kind, kept = document.package.document_type, described.text("typeName")
    is_letter = levelled(kind.type_name).lower() == letter
    if is_letter and kept.lstrip("0") == kind.type.lstrip("0"):
        yield found_in("ARC-30.type", described.where("typeName"), expected=kind.type_name, received=kept)
    born = document.files and not any(is_pdf_name(file.name) for file in document.files)
    if described.text("confidenceLevel") == _DIGITISED and born:
        yield found_in("ARC-30.digitised", described.where("confidenceLevel"), expected="01", received=_DIGITISED)


def _differs(described: Described, name: str, expected: str, received: str) -> Finding:
    return found_in("ARC-30.differs", described.where(name), expected=expected, received=received, name=name)
