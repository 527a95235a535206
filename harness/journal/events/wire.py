"""Events on the wire: every request and its answer at the hub, and the visits to the canary."""

from typing import ClassVar

import msgspec

from harness.journal.events.fact import Fact, FactPart

Lines = tuple[tuple[str, str], ...]


class RequestBody(FactPart, frozen=True):
    """The body of a request.

    Attributes:
        size: in bytes.
        sha256: in hex.
        blob: where it is kept; None when it is empty, or kept as a package.
        complete: whether all of it came.
    """

    size: int = 0
    sha256: str = ""
    blob: str | None = None
    complete: bool = True


class RequestFraming(FactPart, frozen=True):
    """The headers that frame the body of a request, None where there was none."""

    content_length: str | None = None
    transfer_encoding: str | None = None
    content_type: str | None = None
    expect: str | None = None


class SignatureProblem(FactPart, frozen=True):
    """Something wrong with the signature of a request: a stable `code`, and the `key` of the parameter it is about."""

    code: str
    key: str = ""


class RequestSignature(FactPart, frozen=True):
    """How a request is signed, and what the hub made of it.

    Attributes:
        sign_header_present: whether there is a header that names what is signed.
        expected_hash_header: digest that the hub computed, None without a secret to compute it by.
        given_hash_header: digest that the request states.
        problems: what is wrong.
    """

    sign_header_present: bool = False
    expected_hash_header: str | None = None
    given_hash_header: str | None = None
    problems: tuple[SignatureProblem, ...] = ()


class AnsweredDocument(FactPart, frozen=True):
    """The document that a status package is about, as its ResponseFor names it."""

    organ_id: str | None = None
    code: str = ""
    promulgation_date: str = ""
    document_id: str = ""


class SentPackage(FactPart, frozen=True):
    """What the hub read of a package that was sent.

    Attributes:
        sha256: of the file.
        size: of the file, in bytes.
        hash_file_form: form in which the call states that digest, None when it does not.
        trailing_crlf: whether the added CRLF was behind the file.
        kind: `document`, `status` or `unknown`.
        unreadable: code of the reason why it cannot be read.
        document_id: DocumentId of the document carried, or answered by a status.
        from_organ: OrganId of the sender.
        to_organs: OrganIds that the package names as receivers.
        doc_type: operation of a document package.
        subject: of a document.
        status_code, description, response_for: of a status.
        blob: where the file is kept.
    """

    sha256: str | None = None
    size: int = 0
    hash_file_form: str | None = None
    trailing_crlf: bool = False
    kind: str = ""
    unreadable: str | None = None
    document_id: str | None = None
    from_organ: str | None = None
    to_organs: tuple[str, ...] = ()
    doc_type: str | None = None
    subject: str | None = None
    status_code: str | None = None
    description: str | None = None
    response_for: AnsweredDocument | None = None
    blob: str | None = None


class RequestReceived(Fact, frozen=True, kw_only=True):
    """A request of the candidate, as received.

    Attributes:
        n: number of the request at this hub, from 1.
        method, target, http_version: of the request line; `method` is empty for what is no HTTP.
        headers: in order, as latin-1 text.
        operation: its name, None when the hub knows none of that name.
        system_id: the calling system as claimed.
        parameters: of the call, by key without prefix.
        body, framing, signature: of the request.
        secret_in: places that contain a secret of the run.
        package: of a `sendEdoc`.
    """

    kind: ClassVar[str] = "request"
    omitted: ClassVar[frozenset[str]] = frozenset({"package"})

    n: int = 0
    method: str = ""
    target: str = ""
    http_version: str = ""
    headers: Lines = ()
    operation: str | None = None
    system_id: str | None = None
    parameters: dict[str, str] = msgspec.field(default_factory=dict)
    body: RequestBody = RequestBody()
    framing: RequestFraming = RequestFraming()
    signature: RequestSignature = RequestSignature()
    secret_in: tuple[str, ...] = ()
    package: SentPackage | None = None


class ListedDelivery(FactPart, frozen=True):
    """One row of a list that the hub handed out; see `FetchedPackage`."""

    receiver_doc_id: str = ""
    document_id: str | None = None
    messagetype: str = "edoc"
    receiver: str | None = None
    status: str | None = None


class FetchedPackage(FactPart, frozen=True):
    """A delivery that was fetched.

    Attributes:
        receiver_doc_id: the receiver's id of it.
        document_id: DocumentId of the document carried, or answered by a status.
        messagetype: `edoc` or `status`.
        receiver: OrganId of the receiving agency.
        status: its transport status then.
        sha256, size: of the file.
        complete: whether the hub's own answer left whole.
    """

    receiver_doc_id: str = ""
    document_id: str | None = None
    messagetype: str = "edoc"
    receiver: str | None = None
    status: str | None = None
    sha256: str | None = None
    size: int | None = None
    complete: bool = False


class AckedDelivery(FactPart, frozen=True):
    """A delivery whose transport status was set; `description` is the receiver's own."""

    receiver_doc_id: str = ""
    document_id: str | None = None
    messagetype: str = "edoc"
    receiver: str | None = None
    status: str = ""
    description: str = ""


class AcceptedPackage(FactPart, frozen=True):
    """A package that the hub took.

    Attributes:
        hub_id: the sender's id of it.
        document_id, kind, from_organ: as in `SentPackage`.
        sender_as: how the sender was named, in older records.
        receivers: OrganIds of the agencies it went to.
        duplicate: True when all of them had it already.
    """

    omitted: ClassVar[frozenset[str]] = frozenset({"sender_as"})

    hub_id: str = ""
    document_id: str | None = None
    kind: str = ""
    from_organ: str = ""
    sender_as: str | None = None
    receivers: tuple[str, ...] = ()
    duplicate: bool = False


class RefusedCall(FactPart, frozen=True):
    """A call that the hub did not carry out: the error code it gave, and what the reason is called."""

    code: str = ""
    reason: str = ""


class ReportedSendings(FactPart, frozen=True):
    """A list of statuses of sent packages: of which package, None for all, and how many rows."""

    hub_id: str | None = None
    rows: int = 0


class DirectoryRows(FactPart, frozen=True):
    """A directory that was handed out: how many rows."""

    rows: int = 0


class CountedDeliveries(FactPart, frozen=True):
    """A count that was handed out."""

    messagetype: str = "edoc"
    count: int = 0


class CallEffect(FactPart, frozen=True):
    """What a call did at the hub; of all members at most one says something, with `rows` beside `listed`.

    Attributes:
        listed: the first rows of a list of what waits.
        rows: how many it has.
        registered, deleted: OrganId of the agency.
    """

    omitted: ClassVar[frozenset[str]] = frozenset({
        "listed", "rows", "fetched", "acked", "accepted", "refused", "reported", "counted", "directory", "registered",
        "deleted",
    })  # fmt: skip

    listed: tuple[ListedDelivery, ...] | None = None
    rows: int | None = None
    fetched: FetchedPackage | None = None
    acked: AckedDelivery | None = None
    accepted: AcceptedPackage | None = None
    refused: RefusedCall | None = None
    reported: ReportedSendings | None = None
    counted: CountedDeliveries | None = None
    directory: DirectoryRows | None = None
    registered: str | None = None
    deleted: str | None = None


NOTHING = CallEffect()


class AnswerBody(FactPart, frozen=True):
    """The body of an answer: its size in bytes, and where it is kept; None when the record can do without."""

    size: int = 0
    blob: str | None = None


class AnswerSent(Fact, frozen=True, kw_only=True):
    """What left the hub in answer to a request.

    Attributes:
        request: number of the request's event.
        operation: as in the request.
        http_status: 0 when nothing left.
        error_code, error_desc: of what was really sent, None where it has none.
        body: of what was sent.
        complete: whether the whole answer left.
        altered: whether it is not the hub's own answer.
        fault: name of the plan that shaped it.
        effect: what the call did.
    """

    kind: ClassVar[str] = "answer"

    request: int
    operation: str | None = None
    http_status: int | None = None
    error_code: str | None = None
    error_desc: str | None = None
    body: AnswerBody = AnswerBody()
    complete: bool = False
    altered: bool = False
    fault: str | None = None
    effect: CallEffect = NOTHING


class VisitBody(FactPart, frozen=True):
    """The body of a visit to the canary: size in bytes, digest, and where its beginning is kept."""

    size: int = 0
    sha256: str = ""
    blob: str | None = None


class CanaryVisited(Fact, frozen=True):
    """A request came to the canary.

    Attributes:
        token: first part of the path: identifies the package whose address was followed.
        method, path, headers: of the request; empty for what is no HTTP.
        peer: address it came from.
        body: of the request.
        secret_in: places that contain a secret of the run.
    """

    kind: ClassVar[str] = "canary"

    token: str | None = None
    method: str = ""
    path: str = ""
    headers: Lines = ()
    peer: str = ""
    body: VisitBody = VisitBody()
    secret_in: tuple[str, ...] = ()


class CanaryGreeted(Fact, frozen=True):
    """A client began a TLS handshake with the canary called `name`."""

    kind: ClassVar[str] = "canary.greeted"

    name: str


class EvidenceFull(Fact, frozen=True):
    """No more of what peers send is kept: the `limit` in bytes, and how many were `kept`."""

    kind: ClassVar[str] = "evidence.full"

    limit: int | None = None
    kept: int = 0


WIRE: tuple[type[Fact], ...] = (RequestReceived, AnswerSent, CanaryVisited, CanaryGreeted, EvidenceFull)
