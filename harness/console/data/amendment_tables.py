"""Tables of corrections: of a certificate, by a new one; of a report, by a document beside it."""

from sqlalchemy import Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from harness.console.data.tables import ConsoleTable


class AmendmentRow(ConsoleTable):
    """What a proposal wants corrected in the certificate that it names under `replaces`; the run stays.

    Attributes:
        holder, address: of the holder, as they should read.
        capabilities: to which the scope is narrowed, separated by blanks.
    """

    __tablename__ = "amendments"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    capabilities: Mapped[str] = mapped_column(Text)


class ReportAmendmentRow(ConsoleTable):
    """An amended report of a run: a document beside the report, which stays as it was.

    Attributes:
        number: of the document.
        sequence: within its run, from 1.
        content: the document, JSON, schema lienthong.report-amendment/1.
        jws: the same, signed by the authority; empty where the console has none.
    """

    __tablename__ = "report_amendments"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    sequence: Mapped[int] = mapped_column(Integer)
    made: Mapped[float] = mapped_column(Float)
    content: Mapped[str] = mapped_column(Text)
    jws: Mapped[str] = mapped_column(Text, default="")
