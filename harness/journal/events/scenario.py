"""Events of a scenario: what it did to the candidate, what it expected, how it ended."""

from typing import Any, ClassVar

import msgspec

from harness.journal.events.fact import Fact, FactPart

# In which order the members of a delivered document are written.
_OF_DOCUMENTS = (
    "note", "good", "receiver", "blob", "document_id", "subject", "sender", "recalls", "code", "promulgation_date",
    "files",
)  # fmt: skip


class StimulusFile(FactPart, frozen=True):
    """An attachment before packing; `size` in bytes."""

    name: str
    sha256: str
    size: int


class Stimulus(Fact, frozen=True, kw_only=True):
    """Something was put into the candidate's mailbox: bytes of any kind, or a delivery once more.

    Attributes:
        note: what it is, in a stable word.
        good: whether it is as the standard wants it and addressed to the candidate.
        document_id: DocumentId that it is known by, or that a status answers.
        recalls: DocumentId of the document that it recalls or takes back.
        sender: OrganId of the sender.
        blob: where the package is kept.
        receiver: OrganId of the receiver; of documents alone.
        subject: of the document; older versions did not note it.
        code: number and notation.
        promulgation_date: of the document.
        files: attachments before packing, None where they were not noted.
    """

    kind: ClassVar[str] = "stimulus"
    omitted: ClassVar[frozenset[str]] = frozenset({
        "recalls", "sender", "blob", "receiver", "subject", "code", "promulgation_date", "files"
    })  # fmt: skip

    note: str
    good: bool
    document_id: str
    recalls: str | None = None
    sender: str | None = None
    blob: str | None = None
    receiver: str | None = None
    subject: str | None = None
    code: str | None = None
    promulgation_date: str | None = None
    files: tuple[StimulusFile, ...] | None = None


class StatusStimulus(Stimulus, frozen=True, kw_only=True):
    """A status package was put into the candidate's mailbox; read back, it is a `Stimulus`."""

    omitted: ClassVar[frozenset[str]] = Stimulus.omitted - {"recalls"}


class DocumentStimulus(Stimulus, frozen=True, kw_only=True):
    """A document package was put into the candidate's mailbox; read back, it is a `Stimulus`."""

    omitted: ClassVar[frozenset[str]] = Stimulus.omitted - {"recalls"}

    def members(self) -> dict[str, Any]:
        """Return what is in the journal: of a document, its members have an order of their own there."""
        given = super().members()
        return {name: given[name] for name in _OF_DOCUMENTS if name in given}


class PackageDelivered(Fact, frozen=True):
    """A package lies in the candidate's mailbox.

    Attributes:
        receiver_doc_id: the candidate's id of the delivery.
        document_id: DocumentId of the document carried, or answered by a status.
        messagetype: `edoc` or `status`.
    """

    kind: ClassVar[str] = "delivered"

    receiver_doc_id: str
    document_id: str
    messagetype: str = "edoc"


class AgencyClosed(Fact, frozen=True):
    """The code of an agency ends in the hub's directory: another takes its place; both are OrganIds."""

    kind: ClassVar[str] = "agency.closed"

    organ_id: str
    successor: str


class FaultPlaced(Fact, frozen=True):
    """A fault was put into the hub.

    Attributes:
        operations: which calls it meets, None for all.
        document_id: DocumentId that they are about, None for any.
        messagetype: of the lists that it meets, None for any.
        moment: `before` or `after` the call takes effect.
        plans: names of what happens to one call after the other.
        lasting: whether the last of them holds for all further calls.
    """

    kind: ClassVar[str] = "fault"

    operations: tuple[str, ...] | None = None
    document_id: str | None = None
    messagetype: str | None = None
    moment: str = "before"
    plans: tuple[str, ...] = ()
    lasting: bool = False


class FaultMended(Fact, frozen=True):
    """A fault was ended; see `FaultPlaced`."""

    kind: ClassVar[str] = "mended"

    operations: tuple[str, ...] | None = None
    document_id: str | None = None


class HubDown(Fact, frozen=True):
    """The hub cannot be reached from now on."""

    kind: ClassVar[str] = "hub.down"


class HubUp(Fact, frozen=True):
    """The hub can be reached again."""

    kind: ClassVar[str] = "hub.up"


class HubProbed(Fact, frozen=True):
    """The harness itself tried whether its hub can be reached."""

    kind: ClassVar[str] = "hub.probed"

    reachable: bool


class ExpectationStated(Fact, frozen=True):
    """Something must, or must not, happen.

    Attributes:
        role: `duty`, `precondition` or `liveness`.
        requirement: id that it is charged to.
        expectation: as `harness.expectations` writes it.
    """

    kind: ClassVar[str] = "expectation"

    role: str
    requirement: str
    expectation: dict[str, Any]


class WindowClosed(Fact, frozen=True):
    """The time for what was expected is over; `patience` is how long a duty might take, in seconds."""

    kind: ClassVar[str] = "window.closed"

    patience: float | None = None


class DocumentOrdered(Fact, frozen=True):
    """The driver ordered the candidate to send a document."""

    kind: ClassVar[str] = "ordered"

    document_id: str


class DeadlinePassed(Fact, frozen=True):
    """A sign of life about a document did not come within `seconds`."""

    kind: ClassVar[str] = "deadline"

    document_id: str
    seconds: float


class FileTrespassed(Fact, frozen=True):
    """A file appeared where none may be.

    `token` identifies the hostile package that caused it, `file` is its path below the watched folder."""

    kind: ClassVar[str] = "trespass"

    token: str
    file: str


class OutageBegan(Fact, frozen=True):
    """An outage whose calls are counted begins."""

    kind: ClassVar[str] = "outage.began"


class OutageOver(Fact, frozen=True):
    """An outage whose calls are counted is over."""

    kind: ClassVar[str] = "outage.over"


class ScenarioStarted(Fact, frozen=True):
    """A scenario begins; `requirements` are those it claims."""

    kind: ClassVar[str] = "scenario.started"

    requirements: tuple[str, ...] = ()


class ScenarioFinished(Fact, frozen=True):
    """A scenario is over.

    Attributes:
        outcome: `completed`, `cut-short`, `not_applicable` or `trouble`.
        cause: whose trouble it was.
        detail: key of the sentence that explains it.
        parameters: values named by that sentence.
    """

    kind: ClassVar[str] = "scenario.finished"

    outcome: str
    cause: str | None = None
    detail: str = ""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class HarnessFailed(Fact, frozen=True):
    """The harness itself failed while a scenario played."""

    kind: ClassVar[str] = "harness.error"

    traceback: str = ""


SCENARIO: tuple[type[Fact], ...] = (
    Stimulus,
    PackageDelivered,
    AgencyClosed,
    FaultPlaced,
    FaultMended,
    HubDown,
    HubUp,
    HubProbed,
    ExpectationStated,
    WindowClosed,
    DocumentOrdered,
    DeadlinePassed,
    FileTrespassed,
    OutageBegan,
    OutageOver,
    ScenarioStarted,
    ScenarioFinished,
    HarnessFailed,
)
