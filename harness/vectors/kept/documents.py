"""ARC-01, 02, 04 to 13: vectors of records and dossiers by themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from harness.edxml.identifiers import document_id
from harness.vectors.kept.base import CENTRE, KeptCase, KeptFileOf, base
from harness.vectors.kept.registry import MadeExport, declare
from harness.vectors.packages.files import pdf

Change = Callable[[KeptCase], KeptCase]
OUT, IN, DOSSIER = "Outgoing", "Incoming", "Dossier"


def good(requirement: str, name: str, change: Change = lambda case: case) -> None:
    """Declare an export that keeps a requirement."""
    declare(requirement, name, None, lambda at: made(change(base(at))))


def bad(code: str, name: str, change: Change) -> None:
    """Declare an export that gives the finding `code`, and no finding of another requirement."""
    declare(code.partition(".")[0], name, code, lambda at: made(change(base(at))))


def made(case: KeptCase) -> MadeExport:
    """Return a case as files."""
    return MadeExport(case.written(), {f"{name}.edxml": data for name, data in case.packages.items()})


def _shown(case: KeptCase, days: int) -> str:
    return f"{case.day + timedelta(days=days):%d/%m/%Y}"


def _another(case: KeptCase, kind: str, number: str, days: int = 0, **changes: str | None) -> KeptCase:
    """Add a document with a number of the agency, which was not exchanged, at the end of the dossier."""
    day = case.day + timedelta(days=days)
    count = len(case.rows[OUT]) + len(case.rows[IN])
    first = case.rows[kind][0]
    issuer = CENTRE[0] if kind == IN else "000.00.00.H41"
    notation = changes.get("CodeNotation") or first["CodeNotation"]
    own = document_id(issuer, f"{day:%Y/%m/%d}", number, notation)
    row = {
        **first,
        "CodeNumber": number,
        "IssuedDate": f"{day:%d/%m/%Y}",
        "DocumentId": own,
        "DocOrdinal": str(count + 1),
    }
    if kind == IN:
        row |= {"ArrivalNumber": str(812 + count), "ArrivalDate": f"{day:%d/%m/%Y}"}
    row |= {name.replace("__", "."): value for name, value in changes.items() if value is not None}
    row = {name: value for name, value in row.items() if changes.get(name.replace(".", "__"), value) is not None}
    case = case.more(kind, row, KeptFileOf(f"files/{count}.pdf", pdf(), "original"))
    return case.row(DOSSIER, DocTotal=str(count + 1), PageTotal=str(count + 1))


good("ARC-01", "all-filled")
good(
    "ARC-01", "to-places-for-to", lambda case: case.row(OUT, To__OrganId=None, To__OrganName=None, ToPlaces="Như trên")
)
bad("ARC-01.missing", "no-signer", lambda case: case.row(OUT, SignerInfo__FullName=""))
bad("ARC-01.missing", "no-recipient", lambda case: case.row(OUT, To__OrganId="", To__OrganName=""))
bad(
    "ARC-01.no-type",
    "decision-without-type",
    lambda case: _another(case, OUT, "46", CodeNotation="QĐ-UBND", TypeName=""),
)
bad("ARC-01.no-type-letter", "letter-without-type", lambda case: case.row(OUT, TypeName=""))

good("ARC-02", "all-filled")
bad("ARC-02.missing", "no-number-of-arrival", lambda case: case.row(IN, ArrivalNumber=""))
bad("ARC-02.missing", "nobody-received-it", lambda case: case.row(IN, ToPlaces=""))
bad("ARC-02.no-signer", "no-signer", lambda case: case.row(IN, SignerInfo__FullName=""))

good("ARC-04", "as-long-as-may-be", lambda case: _another(case, OUT, "46", Subject="V" * 500))
bad("ARC-04.long", "notation-of-own-making", lambda case: _another(case, OUT, "46", CodeNotation="UBND-" + "X" * 40))
bad("ARC-04.long", "long-subject", lambda case: _another(case, OUT, "46", Subject="V" * 501))
bad("ARC-04.long-other", "long-title", lambda case: case.row(DOSSIER, Title="T" * 501))

good("ARC-05", "any-pattern", lambda case: case.row(IN, ArrivalDate=f"{case.day:%Y-%m-%d}T08:00:00"))
good("ARC-05", "due-in-the-future", lambda case: case.row(IN, DueDate=_shown(case, 365)))
bad("ARC-05.impossible", "thirty-first-of-june", lambda case: case.row(IN, DueDate="31/06/2026"))
bad("ARC-05.impossible", "day-and-month-exchanged", lambda case: case.row(IN, DueDate="2026-13-05"))
bad("ARC-05.future", "dossier-begins-tomorrow", lambda case: case.row(DOSSIER, StartDate=_shown(case, 30), EndDate=""))
bad("ARC-05.unread", "words-for-a-date", lambda case: case.row(DOSSIER, EndDate="cuối năm"))
bad("ARC-05.order", "arrived-before-it-was-issued", lambda case: case.row(IN, ArrivalDate=_shown(case, -1)))

good("ARC-06", "other-notation", lambda case: _another(case, OUT, "45", CodeNotation="TB-UBND", TypeName="Thông báo"))
bad("ARC-06.number-twice", "number-twice", lambda case: _another(case, OUT, "45", 1))
bad("ARC-06.number-twice", "with-a-leading-zero", lambda case: _another(case, OUT, "045", 1))


def _again(case: KeptCase) -> KeptCase:
    """Register the document received a second time, with all its files."""
    case = case.more(IN, {**case.rows[IN][0], "ArrivalNumber": "814", "DocOrdinal": "3"}, *case.files[IN, 0])
    return case.row(DOSSIER, DocTotal="3", PageTotal="3")


bad("ARC-06.document-twice", "re-delivered", _again)
bad(
    "ARC-06.alike",
    "alike-without-id",
    lambda case: _another(_another(case, IN, "9", DocumentId=None), IN, "9", DocumentId=None),
)

good("ARC-07", "gaps", lambda case: _another(case, IN, "9", ArrivalNumber="830"))
good("ARC-07", "another-book", lambda case: _another(case, IN, "9", ArrivalNumber="812", Book="Sổ mật"))
bad("ARC-07.twice", "twice", lambda case: _another(case, IN, "9", ArrivalNumber="812"))
bad("ARC-07.twice", "twice-with-a-zero", lambda case: _another(case, IN, "9", ArrivalNumber="0812"))
bad("ARC-07.order", "out-of-order", lambda case: _another(case, IN, "9", 1, ArrivalNumber="5"))

good("ARC-08", "all-in-a-dossier")
_NO_CODE: dict[str, Any] = {"FileCode__OrganId": "", "FileCode__FileCatalog": "", "FileCode__FileNotation": ""}
bad("ARC-08.no-dossier", "loose-incoming", lambda case: _loose(case.row(IN, **_NO_CODE), OUT))
bad("ARC-08.no-dossier", "loose-outgoing", lambda case: _loose(case.row(OUT, **_NO_CODE), IN))


def _loose(case: KeptCase, left: str) -> KeptCase:
    return case.row(left, DocOrdinal="1").row(DOSSIER, DocTotal="1", PageTotal="1")


def _everywhere(case: KeptCase, **changes: Any) -> KeptCase:
    return case.row(OUT, **changes).row(IN, **changes).row(DOSSIER, **changes)


good("ARC-09", "whole")
bad("ARC-09.year", "two-digits", lambda case: _everywhere(case, FileCode__FileCatalog="26"))
bad("ARC-09.incomplete", "no-agency", lambda case: _everywhere(case, FileCode__OrganId=""))
bad("ARC-09.unknown-dossier", "another-dossier", lambda case: _loose(case.row(OUT, FileCode__FileNotation="02.VP"), IN))
bad("ARC-09.form", "other-form", lambda case: _everywhere(case, FileCode__FileNotation="VP-01"))

good("ARC-10", "in-order")
bad("ARC-10.twice", "one-twice", lambda case: case.row(OUT, DocOrdinal="1"))
bad("ARC-10.not-a-number", "from-zero", lambda case: case.row(IN, DocOrdinal="0").row(OUT, DocOrdinal="1"))
bad("ARC-10.not-a-number", "none", lambda case: case.row(OUT, DocOrdinal=""))
bad("ARC-10.gap", "gap", lambda case: case.row(OUT, DocOrdinal="4"))
bad("ARC-10.time-order", "later-first", lambda case: _another(case, OUT, "44", -3))

good("ARC-11", "counted")
bad("ARC-11.doc-total", "five-of-two", lambda case: case.row(DOSSIER, DocTotal="5"))
bad("ARC-11.doc-total", "none-of-two", lambda case: case.row(DOSSIER, DocTotal="0"))
bad("ARC-11.page-total", "pages-not-counted", lambda case: case.row(DOSSIER, PageTotal="7"))

good("ARC-12", "still-open", lambda case: case.row(DOSSIER, EndDate=""))
bad("ARC-12.missing", "no-creator", lambda case: case.row(DOSSIER, Creator=""))
bad("ARC-12.missing", "no-title", lambda case: case.row(DOSSIER, Title=""))
bad("ARC-12.end-before-start", "ends-before-it-begins", lambda case: case.row(DOSSIER, EndDate=_shown(case, -400)))

good("ARC-13", "permanent", lambda case: case.row(DOSSIER, Maintenance="Vĩnh viễn"))
good("ARC-13", "code", lambda case: case.row(DOSSIER, Maintenance="05"))
bad("ARC-13.not-a-period", "long-term", lambda case: case.row(DOSSIER, Maintenance="lâu dài"))
bad("ARC-13.not-a-period", "until-obsolete", lambda case: case.row(DOSSIER, Maintenance="Đến khi hết hiệu lực"))
