"""ARC-03, 15 to 18, 31, 32: vectors of records against what was exchanged."""

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

from harness.catalogue.codes import StatusCode
from harness.edxml.model import OtherInfo
from harness.vectors.kept.base import KeptCase, answered, base, recall_id, recalled, received, sent
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


# Longer than any holidays, so that these are late on every day of the year.
_LATE, _LATER = 14, 15


def _past(case: KeptCase, **priority: str) -> KeptCase:
    """Return the good export of some weeks earlier; all of its events are in the past."""
    earlier = base(datetime.combine(case.day - timedelta(days=_LATER), time(12)))
    return earlier if not priority else _prioritised(earlier, priority["priority"])


def _prioritised(case: KeptCase, priority: str) -> KeptCase:
    said = replace(Particulars(), other=OtherInfo(priority=priority))
    urgent = document(replace(received(case.day), particulars=said)).written()
    return case.exchanging(received=urgent).row(IN, Priority=priority)


def _registered(case: KeptCase, days: int) -> KeptCase:
    return case.without("Dossier").row(IN, ArrivalDate=f"{case.day + timedelta(days=days):%d/%m/%Y}")


def _moved(data: bytes, case: KeptCase, days: int) -> bytes:
    """Return a package whose times of day are those of another day; its own date stays."""
    day = case.day + timedelta(days=days)
    return re.sub(rb"(Timestamp>)[0-9/]{10}", rb"\g<1>" + f"{day:%Y/%m/%d}".encode(), data)


good("ARC-17", "same-day")
bad("ARC-17.late", "fourteen-days-later", lambda case: _registered(_past(case), _LATE))
bad("ARC-17.late", "fifteen-days-later", lambda case: _registered(_past(case), _LATER))
bad("ARC-17.urgent-late", "urgent-fourteen-days-later", lambda case: _registered(_past(case, priority="3"), _LATE))

good("ARC-31", "sent-the-same-day")
bad("ARC-31.late", "sent-fourteen-days-later", lambda case: _sent_later(_past(case), _LATE))
bad("ARC-31.late", "sent-fifteen-days-later",
    lambda case: _sent_later(_past(case), _LATER))  # fmt: skip


def _sent_later(case: KeptCase, days: int) -> KeptCase:
    return case.exchanging(sent=_moved(case.packages["sent"], case, days))


def _answered_later(case: KeptCase, days: int) -> KeptCase:
    answers = {name: _moved(data, case, days) for name, data in case.packages.items() if name.startswith("status")}
    return case.exchanging(**answers)


good("ARC-32", "told-the-same-day")
bad("ARC-32.late", "told-fourteen-days-later", lambda case: _answered_later(_past(case), _LATE))
bad("ARC-32.late", "told-fifteen-days-later", lambda case: _answered_later(_past(case), _LATER))

good("ARC-18", "kept")
bad("ARC-18.differs", "lost", lambda case: case.row(IN, Priority="3"))
bad("ARC-18.not-a-digit", "in-words", lambda case: case.row(OUT, Priority="Hỏa tốc"))


def _long(case: KeptCase) -> KeptCase:
    subject = "V/v " + "x" * 500
    said = replace(Particulars(), subject=subject, content=subject)
    identity: DocumentIdentity = replace(received(case.day), particulars=said)
    return case.exchanging(received=document(identity).written()).row(IN, Subject=subject)


bad("ARC-04.long-exchanged", "long-as-it-came", _long)
