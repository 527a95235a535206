"""The console's tables. Moments are seconds since 1970 (UTC), so that every database keeps them alike."""

from sqlalchemy import Boolean, Float, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class ConsoleTable(DeclarativeBase):
    """What all tables have in common."""


class OrganisationRow(ConsoleTable):
    """A vendor or an agency whose products are tested."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created: Mapped[float] = mapped_column(Float)


class UserRow(ConsoleTable):
    """A person who may sign in.

    Attributes:
        name: as typed at sign-in, in small letters.
        role: word of `harness.console.people.roles`.
        organisation_id: of a vendor; None for all others.
        password: argon2 hash; empty where an identity provider alone says who it is.
        active: False once the account is closed; rows stay, as the audit log names them.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    password: Mapped[str] = mapped_column(String(300))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created: Mapped[float] = mapped_column(Float)
    organisation: Mapped[OrganisationRow | None] = relationship()


class SessionRow(ConsoleTable):
    """A signed-in browser; `token` is the SHA-256 of what its cookie holds, `csrf` what its forms carry."""

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)
    user: Mapped[UserRow] = relationship()


class AccessTokenRow(ConsoleTable):
    """A key by which a program acts for a person, at the JSON addresses alone.

    Attributes:
        digest: SHA-256 of the key, which is kept nowhere.
        name: by which its owner tells it from others.
        rights: words of `Right` beside reading, separated by blanks; what its owner may not do it may not either.
        used: when it was last used, None before.
        revoked: when it was taken back, None while it holds.
    """

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    rights: Mapped[str] = mapped_column(String(200), default="")
    created: Mapped[float] = mapped_column(Float)
    expires: Mapped[float] = mapped_column(Float)
    used: Mapped[float | None] = mapped_column(Float)
    revoked: Mapped[float | None] = mapped_column(Float)
    user: Mapped[UserRow] = relationship()


class IdentityRow(ConsoleTable):
    """Whom an identity provider's subject is here; bound at the first sign-in, and by nothing that can be renamed."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(300), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    bound: Mapped[float] = mapped_column(Float)
    user: Mapped[UserRow] = relationship()


class AttemptRow(ConsoleTable):
    """Failed sign-ins under one name or from one address: `key` is a digest, `until` when the next one counts."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    until: Mapped[float] = mapped_column(Float)
    last: Mapped[float] = mapped_column(Float)


class ProductRow(ConsoleTable):
    """A product in one version."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "version"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(100))
    created: Mapped[float] = mapped_column(Float)
    organisation: Mapped[OrganisationRow] = relationship()


class SystemRow(ConsoleTable):
    """A system that can be tested.

    Attributes:
        kind: `declared`, or `reference` for the harness's own agency.
        variant: defect of the reference agency, empty for none.
        declaration: candidate.yaml without its secret; empty for the reference agency.
        secret: encrypted; None where the harness makes one for each run.
        program_allowed: whether an administrator lets its driver be a program on this machine.
    """

    __tablename__ = "systems"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    variant: Mapped[str] = mapped_column(String(100), default="")
    declaration: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    program_allowed: Mapped[bool] = mapped_column(Boolean, default=False)
    created: Mapped[float] = mapped_column(Float)
    organisation: Mapped[OrganisationRow] = relationship()
    product: Mapped[ProductRow] = relationship()


class ExaminationRow(ConsoleTable):
    """A preflight of a system by the doctor.

    Attributes:
        digest: of the declaration that was examined.
        state: `running`, `ended` or `broken`.
        ready: whether a run may begin.
        content: its answer, schema lienthong.doctor/1; its error output where it gave none.
    """

    __tablename__ = "examinations"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    ready: Mapped[bool] = mapped_column(Boolean, default=False)
    content: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[float] = mapped_column(Float)


class RunRow(ConsoleTable):
    """A run, waiting, going on or over.

    Attributes:
        id: of its address and folder.
        preset: word of `harness.console.runs.presets`.
        only: requirement ids or groups, separated by blanks; empty for all.
        earlier: run whose failures are played again.
        state: `queued`, `starting`, `running`, `stopping`, `judging` or `ended`.
        why_unready: reason given for a start although the doctor was not green.
        stop_reason: given by the person who stopped it.
        pid, birth: its process, and its start time according to the system; together they identify it.
        verdict: `pass`, `fail`, `inconclusive`, or `none` when there was nothing to judge.
        complaint: what it said on standard error where it came to nothing.
    """

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    preset: Mapped[str] = mapped_column(String(20))
    only: Mapped[str] = mapped_column(Text, default="")
    earlier: Mapped[str] = mapped_column(String(24), default="")
    starter: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    state: Mapped[str] = mapped_column(String(20), index=True)
    why_unready: Mapped[str] = mapped_column(Text, default="")
    stop_reason: Mapped[str] = mapped_column(Text, default="")
    stopped: Mapped[float | None] = mapped_column(Float)
    pid: Mapped[int | None] = mapped_column(Integer)
    birth: Mapped[str] = mapped_column(String(100), default="")
    created: Mapped[float] = mapped_column(Float, index=True)
    started: Mapped[float | None] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    verdict: Mapped[str] = mapped_column(String(20), default="")
    narrowed: Mapped[bool] = mapped_column(Boolean, default=False)
    counts: Mapped[str] = mapped_column(Text, default="")
    complaint: Mapped[str] = mapped_column(Text, default="")
    system: Mapped[SystemRow] = relationship()
    product: Mapped[ProductRow] = relationship()
    organisation: Mapped[OrganisationRow] = relationship()


class FoundRow(ConsoleTable):
    """A finding of a judged run, for searching; its evidence is in the run's folder.

    Attributes:
        number: of the finding in the report, from 1.
        values: what was expected and what was received.
    """

    __tablename__ = "findings"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    requirement: Mapped[str] = mapped_column(String(20), index=True)
    code: Mapped[str] = mapped_column(String(200), index=True)
    severity: Mapped[str] = mapped_column(String(20))
    scenario: Mapped[str] = mapped_column(String(200))
    message_vi: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    values: Mapped[str] = mapped_column(Text)
    run: Mapped[RunRow] = relationship()


class NoteRow(ConsoleTable):
    """A note that a person wrote on a finding; it changes no verdict and cannot be edited."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    at: Mapped[float] = mapped_column(Float)
    text: Mapped[str] = mapped_column(Text)


class DelegationRow(ConsoleTable):
    """A link by which a person without an account answers questions of a run; `token` is the SHA-256 of its secret."""

    __tablename__ = "delegations"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    maker: Mapped[str] = mapped_column(String(100))
    created: Mapped[float] = mapped_column(Float)
    run: Mapped[RunRow] = relationship()


class SettingRow(ConsoleTable):
    """A setting that an administrator changed."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AuditRow(ConsoleTable):
    """One change: who did what to what; `hash` covers the row and, by `prev`, all rows before it."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(300))
    detail: Mapped[str] = mapped_column(Text)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
