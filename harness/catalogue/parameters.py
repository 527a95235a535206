"""The parameters of a profile: every number, list and form a ministry may change without touching code."""

from typing import Literal

import msgspec

from harness.catalogue.verdicts import Severity


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of a profile: immutable, unknown keys refused."""


class Words(Part):
    """A text in both languages."""

    vi: str
    en: str


class Limits(Part):
    """Size limits of a package (requirement PKG-10 and the hardened reader).

    Sizes in bytes, texts and attributes in characters, `depth` in elements below one another;
    `zip_ratio` is the largest permitted expansion of a zipped attachment.
    """

    package_bytes: int
    attachment_bytes: int
    attachments: int
    depth: int
    text_chars: int
    attribute_chars: int
    elements: int
    zip_ratio: int


class Length(Part):
    """Largest length of a text in characters: over `fail` a failure, over `remark` a remark; None where there is no such bound.

    The key of a length is the path of its element below MessageHeader, TraceHeaderList, edXMLManifest or
    AttachmentEncoded, e.g. `From/OrganName`, `Bussiness/StaffInfo/Staff`, `Attachment/AttachmentName`.
    """

    fail: int | None = None
    remark: int | None = None


class Identifiers(Part):
    """Forms of agency and document identifiers, as regular expressions over the whole text.

    `enterprise` is the form of enterprise, cooperative and household codes, None where not allowed;
    `hub` marks the ids of hubs and integration centres; `uuid` says how a UUID as DocumentId is judged.
    """

    old: str
    new: str | None
    enterprise: str | None
    hub: str
    longest: int
    uuid: Severity


class Range(Part):
    """Whole numbers from `lowest` to `highest`, both included."""

    lowest: int
    highest: int


class CodeLists(Part):
    """Code lists of the package format."""

    statuses: tuple[str, ...]
    statuses_with_reason: tuple[str, ...]
    priority: Range
    steering_type: Range
    document_type: Range
    operation: Range
    type_names: dict[str, tuple[str, ...]]
    fillers: tuple[str, ...]
    level_one: dict[str, str]


class ErrorCode(Part):
    """One error code of the hub: whether a client may hope for another answer, and its ASCII text."""

    kind: Literal["success", "final", "transient"]
    text: str


class Hub(Part):
    """How the reference hub behaves.

    `timestamp_skew` in seconds; `body_bytes` and `headers` are the most it takes.
    """

    mode: Literal["verbatim", "rebuild"]
    timestamp_skew: int
    body_bytes: int
    headers: int
    error_codes: dict[str, ErrorCode]
    codes: dict[str, str]


class Bound(Part):
    """What a vendor may declare, in seconds, and what holds when nothing is declared."""

    lowest: float
    highest: float
    default: float


class Timing(Part):
    """Bounds of the declared times, and the profile's own limits (seconds)."""

    poll_interval: Bound
    reaction: Bound
    give_up: Bound
    margin: float
    urgent: float


class Statuses(Part):
    """The legal order of business statuses of one document and receiver.

    `start` lists the codes that may come first, `next` what may follow each code;
    `repeatable` those that may stand several times; `sender_only` those that only the original sender sends.
    """

    start: tuple[str, ...]
    next: dict[str, tuple[str, ...]]
    repeatable: tuple[str, ...]
    sender_only: tuple[str, ...]
    answers: tuple[str, ...]


class Signatures(Part):
    """How signatures are judged.

    `required` asks for a signature in every package; anchors and intermediates are PEM or DER files
    beside the profile; `revocation` says whether an unreachable responder is taken as unknown (`soft`) or fails (`hard`).
    """

    required: bool
    trust_anchors: tuple[str, ...]
    intermediates: tuple[str, ...]
    revocation: Literal["soft", "hard"]
    digests: tuple[str, ...]
    weak_digests: tuple[str, ...]
    smallest_rsa: int
    smallest_ec: int


class Retries(Part):
    """How often and how fast a candidate may repeat (requirement group RTY).

    `resets_in_row`: lost connections it must live through; `final_repeats`: repeats allowed on a final code;
    `outage_per_minute`: requests a minute allowed in an outage, counted after `outage_grace` seconds;
    `growth`: least ratio of the last gap between tries to the first.
    """

    resets_in_row: int
    final_repeats: int
    transient_repeats: int
    outage_per_minute: int
    outage_grace: float
    growth: float


class Parameters(Part):
    """All parameters of a profile."""

    limits: Limits
    lengths: dict[str, Length]
    identifiers: Identifiers
    code_lists: CodeLists
    hub: Hub
    timing: Timing
    statuses: Statuses
    signatures: Signatures
    retries: Retries
