"""The parameters of a profile: every number, list and form a ministry may change without touching code."""

from datetime import date
from typing import Literal

import msgspec

from harness.catalogue.verdicts import Basis, Severity


class ParameterGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of a profile: immutable, unknown keys refused."""


class Limits(ParameterGroup, frozen=True):
    """Size limits of a package (requirement PKG-10 and the hardened reader).

    Sizes in bytes, texts and attributes in characters, `depth` in elements below one another;
    `zip_ratio` is the largest permitted expansion of a zipped attachment. The zipped attachments of one package
    may expand to `expansion_bytes` together; an archive of packages to as much, and `archive_ratio` times its size.
    """

    package_bytes: int
    attachment_bytes: int
    attachments: int
    depth: int
    text_chars: int
    attribute_chars: int
    elements: int
    zip_ratio: int
    expansion_bytes: int
    archive_ratio: int


class Budget(ParameterGroup, frozen=True):
    """What examining one package may cost: `cpu` in seconds of processor time, `memory` in bytes.

    A package that costs more is not examined to its end, which is a finding (PKG-10).
    """

    cpu: float
    memory: int


class Length(ParameterGroup, frozen=True):
    """Largest length of a text in characters: over `fail` a failure, over `remark` a remark; None: no bound.

    The key of a length is the path of its element below MessageHeader, TraceHeaderList, edXMLManifest or
    AttachmentEncoded, e.g. `From/OrganName`, `Bussiness/StaffInfo/Staff`, `Attachment/AttachmentName`.
    """

    fail: int | None = None
    remark: int | None = None


class Identifiers(ParameterGroup, frozen=True):
    """Forms of agency and document identifiers, as regular expressions over the whole text.

    `new` and `enterprise` (codes of enterprises, cooperatives and business households) are None where the
    form is not allowed; `hub` marks the ids of hubs and integration centres; `longest` is in characters;
    `uuid` says how a UUID as DocumentId is judged.
    """

    old: str
    new: str | None
    enterprise: str | None
    hub: str
    longest: int
    uuid: Severity


class Range(ParameterGroup, frozen=True):
    """Whole numbers from `lowest` to `highest`, both included."""

    lowest: int
    highest: int


class CodeLife(ParameterGroup, frozen=True, kw_only=True):
    """The days on which a code of a list holds, judged by the day of the document that bears it.

    `valid_from` and `valid_to` are its first and last day, None where it has none; `replaced_by` is the code that took
    its place.
    """

    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str | None = None

    def closed_before(self, day: date) -> bool:
        """Say whether its last day is past."""
        return self.valid_to is not None and self.valid_to < day

    def opens_after(self, day: date) -> bool:
        """Say whether its first day is still to come."""
        return self.valid_from is not None and self.valid_from > day


class AgencyCode(CodeLife, frozen=True, kw_only=True):
    """An agency in the list of codes.

    `basis` says how sure it is that the code is this agency's and holds on these days.
    """

    name: str
    basis: Basis


class CodeLists(ParameterGroup, frozen=True):
    """Code lists of the package format.

    `type_names` are the names of administrative documents in the order of their numbers from 1; `fillers` are
    compared without regard to case; `agencies` are known by their codes, in the new form, and include all agencies
    below them
    that are not listed themselves; `document_type_lives` gives days to single numbers of `document_type`.
    """

    statuses: tuple[str, ...]
    statuses_with_reason: tuple[str, ...]
    priority: Range
    steering_type: Range
    document_type: Range
    operation: Range
    type_names: tuple[str, ...]
    fillers: tuple[str, ...]
    agencies: dict[str, AgencyCode] = msgspec.field(default_factory=dict)
    document_type_lives: dict[str, CodeLife] = msgspec.field(default_factory=dict)


class ErrorCode(ParameterGroup, frozen=True):
    """One code of failure of the hub: what a retry can change, and its ASCII text. `final`: nothing, the document is
    refused; `transient`: the next try may succeed; `secret`: it succeeds once the secret is right, whatever the
    document.

    The text is what `ErrorDesc` says on the wire, in Vietnamese without diacritics.
    """

    kind: Literal["final", "transient", "secret"]
    text: str


class HubBehaviour(ParameterGroup, frozen=True):
    """How the reference hub behaves.

    `timestamp_skew` in seconds, counted after the zone that fits best is taken off; `body_bytes` and
    `headers` are the most it takes, `unsigned_bytes` the most of a body before the caller is known; `evidence_bytes` of
    bodies are kept as evidence of one run, of the rest only digests; `codes` says which error code is used for which
    reason of refusal. What is sent to an agency whose code was closed is refused as to an unknown one
    (`closed_receivers: refuse`), or handed to its `successor`; a status is, always.
    """

    mode: Literal["verbatim", "rebuild"]
    timestamp_skew: int
    body_bytes: int
    unsigned_bytes: int
    evidence_bytes: int
    headers: int
    error_codes: dict[str, ErrorCode]
    codes: dict[str, str]
    closed_receivers: Literal["refuse", "successor"] = "refuse"


class Bound(ParameterGroup, frozen=True):
    """What a vendor may declare, in seconds, and what holds when nothing is declared."""

    lowest: float
    highest: float
    default: float


class Timing(ParameterGroup, frozen=True):
    """Bounds of the declared times, and the profile's own limits, all in seconds.

    `margin` is granted on top of every time limit; `urgent` is how soon an urgent document must be sent; where the
    clock jumps by more than `clock_jump` during a scenario, what depends on time is not decided.
    """

    poll_interval: Bound
    reaction: Bound
    give_up: Bound
    margin: float
    urgent: float
    clock_jump: float


class Statuses(ParameterGroup, frozen=True):
    """The legal order of business statuses of one document and receiver.

    `start` lists the codes that may come first, `next` what may follow each code;
    `repeatable` those that may occur several times; `sender_only` those that only the original sender sends;
    `answers` those that answer a recall, take-back or update, at any point before the end.
    """

    start: tuple[str, ...]
    next: dict[str, tuple[str, ...]]
    repeatable: tuple[str, ...]
    sender_only: tuple[str, ...]
    answers: tuple[str, ...]


class Choices(ParameterGroup, frozen=True):
    """Which answers of a receiver are right where the sources leave a choice. `bad_package`: the answer expected for a
    package that breaks the standard, transport status `fail`, business
    status `02`, or `either`; `replaced` and `replaced_silence`: the statuses that may answer for a replaced
    document, and whether none may; `unknown_target`: those for an operation on an unknown document.
    """

    bad_package: Literal["fail", "02", "either"]
    replaced: tuple[str, ...]
    replaced_silence: bool
    unknown_target: tuple[str, ...]


class Volumes(ParameterGroup, frozen=True):
    """How much a candidate must handle: rows of the directory, waiting documents, attachments in bytes.

    `communes` come into the directory during a run.
    `broken_ways` is in how many ways, at most, a package breaks one requirement that is played with broken packages.
    """

    directory_rows: int
    waiting_documents: int
    broken_ways: int
    attachment_bytes: tuple[int, ...]
    attachment_types: tuple[str, ...]
    communes: int = 3321


class SignatureBounds(ParameterGroup, frozen=True):
    """How much of a signature is examined; exceeding a bound is a finding, and ends the examination.

    `signatures` of one package, `references` of one signature, `transforms` of one reference, `certificates` of one
    signature; `certificate_bytes` and `key_bits` of each; `pdf_contents` is the most bytes that a signature of a PDF
    file may take.
    """

    signatures: int
    references: int
    transforms: int
    certificates: int
    certificate_bytes: int
    key_bits: int
    pdf_contents: int


class Signatures(ParameterGroup, frozen=True):
    """How signatures are judged.

    `required` asks for a signature in every package; anchors and intermediates are PEM or DER files beside
    the profile file that names them; `revocation` says whether an unreachable responder is taken as unknown
    (`soft`) or fails (`hard`); `weak_digests` are verified but found weak, any other digest is not verified;
    `smallest_rsa` and `smallest_ec` are key sizes in bits; `crls` and `ocsp_answers` are files of revocation
    data beside the profile, or folders of them (`*.crl`, `*.ocsp`); `purposes` are the extended key usages (OIDs)
    of which a signer's certificate that names any must name one; a certificate whose subject has one of
    `agency_attributes` and none of `person_attributes` is an agency's seal, one with any of the latter is a
    person's; `oldest_pdf` is the least version of PDF files; `bounds` keep a hostile signature from taking hours.
    """

    required: bool
    trust_anchors: tuple[str, ...]
    intermediates: tuple[str, ...]
    revocation: Literal["soft", "hard"]
    digests: tuple[str, ...]
    weak_digests: tuple[str, ...]
    smallest_rsa: int
    smallest_ec: int
    bounds: SignatureBounds
    crls: tuple[str, ...] = ()
    ocsp_answers: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    person_attributes: tuple[str, ...] = ()
    agency_attributes: tuple[str, ...] = ()
    oldest_pdf: tuple[int, int] = (1, 4)


class Retries(ParameterGroup, frozen=True):
    """How often and how fast a candidate may repeat (requirement group RTY).

    `resets_in_row`: lost connections it must survive; `final_repeats`: repeats allowed on a final code;
    `transient_repeats`: tries that a transient or unknown code asks for;
    `outage_per_minute`: requests a minute allowed in an outage, counted after `outage_grace` seconds;
    `growth`: least ratio of the last gap between tries to the first; `final_watch`: seconds for which permanent
    refusals are observed.
    """

    resets_in_row: int
    final_repeats: int
    transient_repeats: int
    outage_per_minute: int
    outage_grace: float
    growth: float
    final_watch: float


class Keeping(ParameterGroup, frozen=True):
    """What a system keeps of the documents exchanged, and how its export is read (requirement group ARC).

    `columns` leads from a vendor's own name of a field to the regulation's, `SignerInfo.FullName` for a field within
    another; `kinds` names the words for each kind of record; `separator` is between values in one cell of a table;
    `table_bytes` and `rows` are the most that is read. `lengths` are by field, in characters. `type_marks` are the
    letters that begin the notation of a document which has a type name. `permanent` are words for a retention without
    end, `retention_codes` to `language_codes` the codes of archival data. `cancelled` and `frozen` are words for the
    state of a recalled document, `history_words` those of which one tells of a status in the handling history.
    `resolution` of copies and digitised documents is in dots per inch, `margin_percent` of it is granted.
    """

    columns: dict[str, str]
    kinds: dict[Literal["outgoing", "incoming", "dossier"], tuple[str, ...]]
    separator: str
    table_bytes: int
    rows: int
    lengths: dict[str, Length]
    type_marks: tuple[str, ...]
    letter: str
    permanent: tuple[str, ...]
    retention_codes: tuple[str, ...]
    confidence_codes: tuple[str, ...]
    language_codes: tuple[str, ...]
    mode_codes: tuple[str, ...]
    format_codes: tuple[str, ...]
    cancelled: tuple[str, ...]
    frozen: tuple[str, ...]
    history_words: dict[str, tuple[str, ...]]
    resolution: int
    margin_percent: int


class DaysOff(ParameterGroup, frozen=True):
    """Days from `first` to `last`, both included, without work; `name` is shown where they count."""

    name: str
    first: date
    last: date


class WorkCalendar(ParameterGroup, frozen=True):
    """Which days are working days: Monday to Friday but for `days_off`, and `working_days` that make up for others."""

    days_off: dict[str, DaysOff] = msgspec.field(default_factory=dict)
    working_days: dict[str, date] = msgspec.field(default_factory=dict)


class Parameters(ParameterGroup, frozen=True):
    """All parameters of a profile."""

    limits: Limits
    budget: Budget
    lengths: dict[str, Length]
    identifiers: Identifiers
    code_lists: CodeLists
    hub: HubBehaviour
    timing: Timing
    statuses: Statuses
    choices: Choices
    volumes: Volumes
    signatures: Signatures
    retries: Retries
    keeping: Keeping
    calendar: WorkCalendar = WorkCalendar()
