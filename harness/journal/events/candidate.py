"""Events about the candidate: driver commands and their results, a person's answers, periods of silence."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from harness.journal.events.fact import Fact, FactPart


class DriverFault(FactPart, frozen=True):
    """Why a driver command came to nothing.

    Attributes:
        kind: `unsupported`, `refused`, `failed`, `operator`, `lost` or `interrupted`.
        reason: stable word for how the driver was lost.
        message: in the words of the candidate, or of the part that noticed.
        where: address or program of a driver that was lost.
        detail: what the system said then.
    """

    omitted: ClassVar[frozenset[str]] = frozenset({"reason", "where", "detail"})

    kind: str
    reason: str | None = None
    message: str = ""
    where: str | None = None
    detail: str | None = None


class DriverCommand(Fact, frozen=True, kw_only=True):
    """A driver command and what came of it; `DriverCalled` and `DriverUnsupported` tell the two apart.

    Attributes:
        command: of the driver protocol.
        arguments: as given, the content of attachments by digest.
        result: what the candidate answered, which may say anything; None when it answered with an error.
        error: why there is no result.
        asked: document and event of the question about it, where a person looked; None where a program did.
        seconds: how long it took.
    """

    omitted: ClassVar[frozenset[str]] = frozenset({"result", "error", "asked"})

    command: str
    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: DriverFault | None = None
    asked: tuple[tuple[str | None, int], ...] | None = None
    seconds: float = 0.0

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """The rows of a result that lists documents, whatever is not of the contract's shape left out."""
        listed = (self.result or {}).get("documents")
        return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []

    @property
    def error_kind(self) -> str | None:
        """Kind of the error, None when there is none."""
        return self.error.kind if self.error else None


class DriverCalled(DriverCommand, frozen=True, kw_only=True):
    """A driver command was carried out, or failed."""

    kind: ClassVar[str] = "driver"


class DriverUnsupported(DriverCommand, frozen=True, kw_only=True):
    """A driver command of which the candidate, or the person who operates it, knows nothing."""

    kind: ClassVar[str] = "driver.unsupported"


class ViewUnchanged(Fact, frozen=True):
    """A look showed what it had shown before.

    Attributes:
        command: that looks.
        same: event of the look that showed it.
        seconds: how long it took.
    """

    kind: ClassVar[str] = "driver.same"

    command: str
    same: int = msgspec.field(name="as")
    seconds: float = 0.0


class ViewUnseen(Fact, frozen=True):
    """A person could not, or would not, tell what was to be seen.

    Attributes:
        command: that looks.
        document: DocumentId, None when it was about everything.
        answer: stable word for why.
    """

    kind: ClassVar[str] = "driver.unseen"

    command: str
    document: str | None = None
    answer: str = ""


class OperatorAsked(Fact, frozen=True):
    """A person was asked.

    Attributes:
        question: its number, from 1.
        command: driver command that it belongs to.
        document: DocumentId that it is about, if any.
        text: as shown.
    """

    kind: ClassVar[str] = "operator.asked"

    question: int = 0
    command: str = ""
    document: str | None = None
    text: str = ""


class OperatorAnswered(Fact, frozen=True):
    """A question to a person is over: everything that was typed, and how many `seconds` it took."""

    kind: ClassVar[str] = "operator.answered"

    question: int = 0
    command: str = ""
    document: str | None = None
    answers: tuple[str, ...] = ()
    seconds: float = 0.0


class OperatorShowed(Fact, frozen=True):
    """A person showed a file with an answer.

    Attributes:
        question: that was answered.
        name: of the file, as it was given.
        size: bytes.
        sha256: of the file as it was given.
        blob: that has it, secrets of the run concealed; None where the run may receive no more.
    """

    kind: ClassVar[str] = "operator.showed"

    question: int = 0
    name: str = ""
    size: int = 0
    sha256: str = ""
    blob: str | None = None


class CandidateSilent(Fact, frozen=True):
    """The candidate has made no request for `seconds`, and nothing kept it from making one."""

    kind: ClassVar[str] = "candidate.silent"

    seconds: float = 0.0


class CandidateBack(Fact, frozen=True):
    """A candidate that was silent since event `since` calls again."""

    kind: ClassVar[str] = "candidate.back"

    since: int = -1


class CandidateRevived(Fact, frozen=True):
    """A candidate that was silent since event `since` is configured again."""

    kind: ClassVar[str] = "candidate.revived"

    since: int = -1


class CandidateKilled(Fact, frozen=True):
    """The candidate's program was killed by its driver."""

    kind: ClassVar[str] = "candidate.killed"


class ExportPiece(FactPart, frozen=True):
    """A part of an export: the `blob` that has it, and how many bytes it is."""

    blob: str
    size: int


class ExportHanded(Fact, frozen=True, kw_only=True):
    """The candidate handed over what it keeps.

    Attributes:
        form: `records_export` or `archive_sip`.
        name: its file name; the ending tells what kind of table it is.
        size: bytes.
        sha256: of the whole.
        pieces: one after the other they are the export, byte for byte. A large file that lies in an archive as it is
            has a piece of its own: it is kept once, however often it was exchanged and exported.
    """

    kind: ClassVar[str] = "export"

    form: str
    name: str
    size: int
    sha256: str
    pieces: tuple[ExportPiece, ...]


class ExportRejected(Fact, frozen=True):
    """What the candidate handed over is no export: `reason` is a stable word, `detail` fit to be shown."""

    kind: ClassVar[str] = "export.unusable"

    form: str
    reason: str = ""
    detail: str = ""


CANDIDATE: tuple[type[Fact], ...] = (
    DriverCalled,
    DriverUnsupported,
    ViewUnchanged,
    ViewUnseen,
    OperatorAsked,
    OperatorAnswered,
    OperatorShowed,
    CandidateSilent,
    CandidateBack,
    CandidateRevived,
    CandidateKilled,
    ExportHanded,
    ExportRejected,
)
