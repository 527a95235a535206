"""ARC-03, 15 to 18: vectors of records against what was exchanged."""

from dataclasses import replace
from datetime import timedelta

from harness.catalogue.codes import StatusCode
from harness.vectors.kept.base import KeptCase, answered, recall_id, recalled, received, sent
from harness.vectors.kept.documents import IN, OUT, bad, good
from harness.vectors.packages.base import DocumentIdentity, Particulars, document


def _shorter(case: KeptCase, kind: str) -> KeptCase:
    return case.row(kind, Subject=case.rows[kind][0]["Subject"][:20])


good("ARC-03", "levelled", lambda case: case.row(IN, Subject=f"  {case.rows[IN][0]['Subject'].replace(' ', '  ')} "))
good("ARC-03", "iso-date", lambda case: case.row(OUT, IssuedDate=f"{case.day:%Y-%m-%d}"))
bad("ARC-03.joined", "whole-code-as-number", lambda case: case.row(OUT, CodeNumber="45/UBND-VX"))
bad("ARC-03.joined", "whole-code-as-notation", lambda case: case.row(IN, CodeNotation="7816/VPCP-TTĐT"))
bad("ARC-03.differs", "cut-subject", lambda case: _shorter(case, IN))
bad("ARC-03.differs", "another-signer", lambda case: case.row(OUT, SignerInfo__FullName="Người Khác"))
bad(
    "ARC-03.differs", "arrival-for-issue",
    lambda case: case.row(IN, IssuedDate=f"{case.day - timedelta(days=1):%d/%m/%Y}"),
)  # fmt: skip

good("ARC-15", "steps-told")
bad("ARC-15.empty", "no-history", lambda case: case.row(IN, TraceHeaderList=""))
bad("ARC-15.empty", "blank-history", lambda case: case.row(IN, TraceHeaderList=" \n "))
bad("ARC-15.not-told", "end-not-told", lambda case: case.row(IN, TraceHeaderList="Tiếp nhận, vào sổ số 812."))


def recalling(case: KeptCase, kind: str) -> KeptCase:
    """Add the recall of a document; its sender and receiver know it."""
    identity = received(case.day) if kind == IN else sent(case.day)
    return case.exchanging(recall=recalled(case.day, identity)).row(kind, RecallId=recall_id(case.day, identity))


good("ARC-16", "cancelled", lambda case: recalling(case, IN).row(IN, State="Đã hủy"))
good("ARC-16", "frozen", lambda case: recalling(case, OUT).row(OUT, State="frozen"))
good(
    "ARC-16",
    "recall-refused",
    lambda case: recalling(case, IN).exchanging(refused=answered(case.day, StatusCode.DISAGREED, "Không đồng ý")),
)
bad("ARC-16.not-cancelled", "still-valid", lambda case: recalling(case, IN))
bad("ARC-16.not-frozen", "still-in-use", lambda case: recalling(case, OUT))
bad("ARC-16.no-trace", "by-nothing", lambda case: recalling(case, IN).row(IN, State="cancelled", RecallId=""))
bad("ARC-16.gone", "deleted", lambda case: _gone(recalling(case, IN)))


def _gone(case: KeptCase) -> KeptCase:
    return case.without(IN).row(OUT, DocOrdinal="1").row("Dossier", DocTotal="1", PageTotal="1")


def _registered(case: KeptCase, days: int) -> KeptCase:
    return case.without("Dossier").row(IN, ArrivalDate=f"{case.day + timedelta(days=days):%d/%m/%Y}")


good("ARC-17", "same-day")
bad("ARC-17.late", "five-days-later", lambda case: _registered(case, 5))
bad("ARC-17.late", "six-days-later", lambda case: _registered(case, 6))

good("ARC-18", "kept")
bad("ARC-18.differs", "lost", lambda case: case.row(IN, Priority="3"))
bad("ARC-18.not-a-digit", "in-words", lambda case: case.row(OUT, Priority="Hỏa tốc"))


def _long(case: KeptCase) -> KeptCase:
    subject = "V/v " + "x" * 500
    said = replace(Particulars(), subject=subject, content=subject)
    identity: DocumentIdentity = replace(received(case.day), particulars=said)
    return case.exchanging(received=document(identity).written()).row(IN, Subject=subject)


bad("ARC-04.long-exchanged", "long-as-it-came", _long)
