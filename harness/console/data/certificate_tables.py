"""Tables of proposals, certificates and their lives. What is signed is kept as signed: rows only point to it."""

from sqlalchemy import Float, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from harness.console.data.tables import ConsoleTable, OrganisationRow, ProductRow, RunRow


class PersonRow(ConsoleTable):
    """The person behind an account, by full name: evaluation and decision are for two of them, not two accounts."""

    __tablename__ = "persons"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class ProposalRow(ConsoleTable):
    """A run that was proposed for a certificate.

    Attributes:
        proposer, proposer_name: account and person who evaluated it.
        note: of the evaluation.
        replaces: number of the certificate whose place the new one takes; empty for none.
        changed, why: what changed against that one, and why.
        state: word of `harness.console.certification.proposals.ProposalState`.
        decider, decider_name: account and person who decided.
        trouble: what barred the run when it was judged again, or what kept it from being judged.
    """

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    proposer: Mapped[str] = mapped_column(String(100))
    proposer_name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    replaces: Mapped[str] = mapped_column(String(40), default="")
    changed: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[float] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(20), index=True)
    decider: Mapped[str] = mapped_column(String(100), default="")
    decider_name: Mapped[str] = mapped_column(String(200), default="")
    decided: Mapped[float | None] = mapped_column(Float)
    reasons: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    trouble: Mapped[str] = mapped_column(Text, default="")
    run: Mapped[RunRow] = relationship()
    organisation: Mapped[OrganisationRow] = relationship()
    product: Mapped[ProductRow] = relationship()


class OpinionRow(ConsoleTable):
    """What somebody thinks of the results; it is kept apart from them, and goes into the certificate as an opinion."""

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    author: Mapped[str] = mapped_column(String(100))
    author_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    text: Mapped[str] = mapped_column(Text)


class CertificateRow(ConsoleTable):
    """A certificate.

    Attributes:
        jws: the certificate as signed.
        profile: complete profile by which the run was judged, JSON, to see later which of its values changed.
    """

    __tablename__ = "certificates"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), unique=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    issued: Mapped[float] = mapped_column(Float)
    jws: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(Text, deferred=True)  # large, and rarely needed


class LifeRow(ConsoleTable):
    """One act in the life of a certificate, as signed."""

    __tablename__ = "certificate_life"

    number: Mapped[str] = mapped_column(ForeignKey("certificates.number"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    jws: Mapped[str] = mapped_column(Text)


class CertificateFileRow(ConsoleTable):
    """A document of a certificate as it was given out; `form` is its ending."""

    __tablename__ = "certificate_files"

    number: Mapped[str] = mapped_column(ForeignKey("certificates.number"), primary_key=True)
    form: Mapped[str] = mapped_column(String(20), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RecallRow(ConsoleTable):
    """A look at what certificates would come to if they were judged again; nothing is changed by it.

    Attributes:
        sought: which certificates, JSON.
        profile: name or path of the profile by which they are judged; empty for each one's own.
        state: `running`, `ended` or `broken`.
        content: what came of it, JSON.
    """

    __tablename__ = "recalls"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    actor: Mapped[str] = mapped_column(String(100))
    created: Mapped[float] = mapped_column(Float)
    sought: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text, default="")
