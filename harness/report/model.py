"""The report as it is shown, in one language: every text ready, every foreign text clipped and made visible.

Renderers (HTML, PDF, Markdown, JUnit) read this and nothing else, so that all formats say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.catalogue.texts import Language
from harness.report.sequence_layout import SequenceLayout

_REPLAYS = 3


@dataclass(frozen=True, slots=True)
class VerdictLabel:
    """A verdict as shown: its code in report.json, the word, and a sign for readers who do not see colours."""

    code: str
    word: str
    sign: str


@dataclass(frozen=True, slots=True)
class LabelledValue:
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
class RequirementRow:
    """A requirement in the table.

    Attributes:
        level_code: `M`, `R`, `C` or `off`.
        required: True when the certificate depends on it.
        why: why it has no verdict, in words; beside a detail only who is responsible; empty when it has one.
        detail: what the scenario without a verdict says about it; may be empty.
        scenarios: ids of the scenarios that tested it.
    """

    id: str
    statement: str
    clause: str
    level_code: str
    level: str
    basis_code: str
    basis: str
    verdict: VerdictLabel
    required: bool
    why: str
    detail: str
    scenarios: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why it has no verdict: what happened, and who is responsible."""
        return f"{self.detail} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many requirements have one verdict."""

    verdict: VerdictLabel
    number: int


@dataclass(frozen=True, slots=True)
class RequirementGroup:
    """A group of the catalogue with its requirements."""

    key: str
    title: str
    rows: tuple[RequirementRow, ...]
    counts: tuple[VerdictCount, ...]

    @property
    def seen(self) -> tuple[RequirementRow, ...]:
        """The requirements that the run was asked for, or says something about."""
        return tuple(row for row in self.rows if row.required or row.verdict.code != "not_run")

    @property
    def unasked(self) -> tuple[RequirementRow, ...]:
        """The others: nothing is known of them, and they were not asked for."""
        return tuple(row for row in self.rows if row not in self.seen)


@dataclass(frozen=True, slots=True)
class ExcerptLine:
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
        message: of this time; scenarios and packages are named in it.
        difference: set when expected and received are alike but for a part.
        where: event, XPath, line.
        sent: what happened at that event, in words.
        lines: the package around the line, where it was kept.
    """

    scenario: str
    message: str
    expected: str
    received: str
    difference: Difference | None
    where: tuple[LabelledValue, ...]
    sent: str
    lines: tuple[ExcerptLine, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was found of one kind in the same words, once or several times.

    Attributes:
        place: XPath and line, empty where there is none.
        events: numbers of the events, empty where nothing happened.
        times: how often report.json lists it.
    """

    message: str
    expected: str
    received: str
    place: str
    events: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Sightings:
    """Everything of one kind that was found in one scenario.

    Attributes:
        times: how often it was found, listed or not.
        explanation: what the first of them means.
        remedy: of the first of them.
        replays: commands that run only this again.
    """

    scenario: str
    times: int
    rows: tuple[Sighting, ...]
    explanation: str
    remedy: str
    replays: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """How many of them report.json does not list."""
        return self.times - sum(row.times for row in self.rows)


@dataclass(frozen=True, slots=True)
class FindingCard:
    """Everything about one kind of finding, for those who have to fix it.

    Attributes:
        occurrences: the first few in full, with what was sent.
        sightings: all of them, by scenario.
        explain: command that says what the finding means.
    """

    code: str
    severity: VerdictLabel
    requirement: RequirementRow
    message: str
    explanation: str
    remedy: str
    occurrences: tuple[Occurrence, ...]
    sightings: tuple[Sightings, ...]
    explain: str

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Where it was found."""
        return tuple(one.scenario for one in self.sightings)

    @property
    def times(self) -> int:
        """How often it was found."""
        return sum(one.times for one in self.sightings)

    @property
    def replays(self) -> tuple[str, ...]:
        """The first few commands that run only this again."""
        return tuple(dict.fromkeys(command for one in self.sightings for command in one.replays))[:_REPLAYS]

    def within(self, scenario: str) -> "FindingCard | None":
        """Return the card with only what was found in one scenario; None when it was not found there."""
        own = next((one for one in self.sightings if one.scenario == scenario), None)
        if own is None:
            return None
        return replace(
            self,
            message=own.rows[0].message,
            explanation=own.explanation,
            remedy=own.remedy,
            occurrences=tuple(one for one in self.occurrences if one.scenario == scenario),
            sightings=(own,),
        )


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A scenario with its verdict and, when it went wrong, the picture of its messages.

    Attributes:
        why: why it has no verdict, in words; beside a detail only who is responsible; empty when it has one.
        detail: what is known besides; may be empty.
        findings: codes that were found, and how often.
        watch: True when it is no scenario but a rule applied to all the traffic.
    """

    id: str
    title: str
    requirements: tuple[str, ...]
    verdict: VerdictLabel
    seconds: str
    why: str
    detail: str
    findings: Mapping[str, int]
    watch: bool
    drawings: tuple[SequenceLayout, ...]

    @property
    def reason(self) -> str:
        """Why it has no verdict: what happened, and who is responsible."""
        return f"{self.detail} {self.why}".strip()


@dataclass(frozen=True, slots=True)
class ReportNotice:
    """Something that must be read first; `kind` is `narrowed`, `inconclusive`, `unsigned` or `signed`."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """How a requirement compares with an older run.

    Attributes:
        kind: `fixed`, `new`, `still` or `other`.
        codes: finding codes that explain it.
    """

    kind: str
    requirement: str
    before: VerdictLabel
    after: VerdictLabel
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run against an older one; `caution` says why they may not be comparable."""

    older: str
    caution: str
    changes: tuple[RequirementChange, ...]


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
        folder: name of the run's directory, as a command line takes it.
        narrowed: True when only some requirements were asked for; then it is not a certificate.
        asked: ids of the requirements that were asked for, whether they apply or not.
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
    folder: str
    issued: str
    title: str
    laboratory: str
    subject: str
    verdict: VerdictLabel
    narrowed: bool
    asked: frozenset[str]
    headline: str
    evidence: str
    notices: tuple[ReportNotice, ...]
    identification: tuple[LabelledValue, ...]
    counts: tuple[VerdictCount, ...]
    groups: tuple[RequirementGroup, ...]
    cards: tuple[FindingCard, ...]
    remarks: tuple[FindingCard, ...]
    open_rows: tuple[RequirementRow, ...]
    scenarios: tuple[ScenarioView, ...]
    limits: tuple[str, ...]
    deviations: tuple[DeviationLine, ...]
    comparison: Comparison | None
    sealing: tuple[LabelledValue, ...]
    public_key: str
    authorised: str
