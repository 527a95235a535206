"""The report as it is shown, in one language: every text ready, every foreign text clipped and made visible.

Renderers (HTML, PDF, Markdown, JUnit) read this and nothing else, so that all formats say the same.
"""

from dataclasses import dataclass

from harness.catalogue.texts import Language
from harness.report.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as shown: its code in report.json, the word, and a sign for those who do not see colours."""

    code: str
    word: str
    sign: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a table of facts.

    Attributes:
        term: what it is.
        value: the fact; text of foreign origin unless `own`.
        own: True when the value is a sentence of ours.
    """

    term: str
    value: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement in the table.

    Attributes:
        level_code: `M`, `R`, `C` or `off`.
        required: True when the certificate depends on it.
        why: why it has no verdict, in words; empty when it has one.
        detail: what the scenario without a verdict says of that; may be empty.
        scenarios: ids of the scenarios that spoke about it.
    """

    id: str
    statement: str
    clause: str
    level_code: str
    level: str
    basis_code: str
    basis: str
    verdict: Mark
    required: bool
    why: str
    detail: str
    note: str
    scenarios: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why it has no verdict, with the detail."""
        return f"{self.why} {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class Count:
    """How many requirements have one verdict."""

    verdict: Mark
    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the catalogue with its requirements."""

    key: str
    title: str
    rows: tuple[Row, ...]
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a package as sent; `here` marks the one that the finding is about."""

    number: int
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values cut where they differ: what both begin with, what differs in each, what both end with."""

    before: str
    expected: str
    received: str
    after: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something was found.

    Attributes:
        difference: set when expected and received are alike but for a part.
        where: event, XPath, line.
        sent: what happened at that event, in words.
        lines: the package around the line, where it was kept.
    """

    scenario: str
    expected: str
    received: str
    difference: Difference | None
    where: tuple[Item, ...]
    sent: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about one kind of finding: for the one who must mend it.

    Attributes:
        scenarios: where it was found.
        more: how many further times the same was found, beyond `occurrences`.
        replays: commands that run only this again.
        explain: command that says what the finding means.
    """

    code: str
    severity: Mark
    requirement: Row
    message: str
    explanation: str
    remedy: str
    occurrences: tuple[Occurrence, ...]
    scenarios: tuple[str, ...]
    more: int
    replays: tuple[str, ...]
    explain: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario with its verdict and, when it went wrong, the picture of its messages.

    Attributes:
        why: why it has no verdict, in words; empty when it has one.
        detail: what is known besides; may be empty.
        watch: True when it is no scenario but a rule applied to all the traffic.
    """

    id: str
    title: str
    requirements: tuple[str, ...]
    verdict: Mark
    seconds: str
    why: str
    detail: str
    findings: tuple[str, ...]
    watch: bool
    drawings: tuple[Drawing, ...]

    @property
    def reason(self) -> str:
        """Why it has no verdict, with the detail."""
        return f"{self.why} {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must be read first; `kind` is `narrowed`, `inconclusive`, `unsigned` or `signed`."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """How a requirement stands against an older run.

    Attributes:
        kind: `fixed`, `new`, `still` or `other`.
        codes: finding codes that explain it.
    """

    kind: str
    requirement: str
    before: Mark
    after: Mark
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run against an older one; `caution` says why they may not be comparable."""

    older: str
    caution: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """A known deviation as printed; `state` is `open`, `expired`, `passed` or `unjudged`."""

    requirement: str
    owner: str
    reason: str
    expires: str
    state: str
    state_word: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report in one language.

    Attributes:
        language: of every text in it.
        narrowed: True when only some requirements were asked for; then it is no certificate.
        headline: the result in one sentence.
        issued: when the report was made, ISO 8601, empty when unknown.
        evidence: digest over all evidence of the run, in hex; the QR code and the manifest carry it too.
        notices: what must be read first.
        identification: what was tested, by whom, how and when (ISO/IEC 17025, 7.8.2).
        cards: findings that fail; `remarks`: findings that do not.
        open_rows: required requirements without a verdict.
    """

    language: Language
    run_id: str
    issued: str
    title: str
    laboratory: str
    subject: str
    verdict: Mark
    narrowed: bool
    headline: str
    evidence: str
    notices: tuple[Notice, ...]
    identification: tuple[Item, ...]
    counts: tuple[Count, ...]
    groups: tuple[Group, ...]
    cards: tuple[Card, ...]
    remarks: tuple[Card, ...]
    open_rows: tuple[Row, ...]
    scenes: tuple[Scene, ...]
    limits: tuple[str, ...]
    deviations: tuple[DeviationLine, ...]
    comparison: Comparison | None
    sealing: tuple[Item, ...]
    public_key: str
    authorised: str
