"""One certification behind the items of the pytest plugin: planned at collection, run when the first item is."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import anyio

from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile
from harness.catalogue.verdicts import Level, Verdict
from harness.cli.certify import closing_lines, exit_status
from harness.cli.exits import Exit
from harness.cli.laboratory import configured_laboratory
from harness.cli.language import language, say
from harness.cli.listen_address import address
from harness.cli.terminal import Terminal
from harness.cli.unstamped import unstamped_sentence
from harness.cli.user_cache import user_cache
from harness.doctor.target import open_target
from harness.engine.certification import CertificationOrder, run_order
from harness.engine.plan import make_plan
from harness.engine.publication import FORMATS_OF_A_RUN, PublishedRun
from harness.judge.judge import watched
from harness.judge.report_schema import RequirementEntry, ScenarioEntry
from harness.report.deviations import load_deviations, within_term
from harness.report.junit import finding_paragraphs
from harness.report.model import FindingCard, Report
from harness.report.renderers import Renderer
from harness.report.sightings import WATCH
from harness.report.texts import ReportTexts
from harness.seal.run_files import read_report, source_of

VERDICT = "verdict"
_AREA = "cli-pytest"
_SEEDS = 2**31
_OPEN = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_RUN})


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The outcome of an item; `known` is a failure that is a known deviation within its term."""

    kind: Literal["pass", "fail", "error", "skip", "known"]
    text: str = ""


class PytestRun:
    """Plans a certification, makes it once, and returns the outcome of each item."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Plan.

        Args:
            options: `candidate`, `only`, `profile`, `out`, `listen`, `seed` and `deviations` as given, None if not.

        Raises:
            ConfigurationError: one of them, or a file that they name, is wrong.
        """
        self._order = _order(options)
        profile = load_profile(self._order.profile)
        open_target(self._order.candidate, profile, self._order.environment)
        if self._order.deviations is not None:
            load_deviations(self._order.deviations)
        plan = make_plan(profile, self._order.only)
        wanted = [key for key, entry in profile.requirements.items() if entry.level is not Level.OFF]
        covered = {requirement for scenario in plan.scenarios for requirement in scenario.requirements}
        self._scenarios = [scenario.id for scenario in plan.scenarios]
        self._requirements = [key for key in wanted if key not in covered and (plan.only is None or key in plan.only)]
        self._watched = {f"{key}/*": f"{WATCH}{key}" for key in wanted if key in covered and key in watched()}
        self._certification: PublishedRun | None = None
        self._failed: Exception | None = None
        self._report: Report | None = None

    def names(self) -> Iterator[str]:
        """Yield the names of the items: scenarios, what is watched beside them or alone, the verdict."""
        yield from self._scenarios
        yield from self._watched
        yield from (key for key in self._requirements if key not in self._scenarios)
        yield VERDICT

    def outcome(self, name: str) -> ItemOutcome:
        """Return what an item came to; the first call makes the run.

        Raises:
            ConfigurationError: the run cannot be made.
        """
        certification = self._made()
        judgement = certification.judgement
        if name == VERDICT:
            return _verdict(certification)
        scenario = next((one for one in judgement.scenarios if one.id == self._watched.get(name, name)), None)
        if name not in self._requirements and scenario is not None:
            needed = any(one.required for one in judgement.requirements if one.id in scenario.requirements)
            cards = [within for card in self._cards() if (within := card.within(scenario.id))]
            return self._weighed(scenario, cards, needed=needed)
        requirement = next(one for one in judgement.requirements if one.id == name.removesuffix("/*"))
        cards = [card for card in self._cards() if card.requirement.id == requirement.id]
        return self._weighed(requirement, cards, needed=requirement.required)

    def _cards(self) -> tuple[FindingCard, ...]:
        return () if self._report is None else (*self._report.cards, *self._report.remarks)

    def _made(self) -> PublishedRun:
        if self._failed is not None:
            raise self._failed
        if self._certification is None:
            try:
                self._certification = _certified(self._order)
            except Exception as error:
                self._failed = error
                raise
            directory = self._certification.directory
            self._report = Renderer(source_of(directory, read_report(directory)), language()).report(language())
        return self._certification

    def _weighed(
        self, entry: ScenarioEntry | RequirementEntry, cards: Sequence[FindingCard], *, needed: bool
    ) -> ItemOutcome:
        wording = ReportTexts(language())
        text = "\n\n".join(finding_paragraphs(cards, wording))
        if entry.verdict is Verdict.FAIL:
            return self._failure(cards, text)
        if entry.verdict in _OPEN:
            return ItemOutcome("error" if needed else "skip", self._why(entry))
        if entry.verdict is Verdict.NOT_APPLICABLE:
            return ItemOutcome("skip", self._why(entry))
        return ItemOutcome("pass", text)

    def _why(self, entry: ScenarioEntry | RequirementEntry) -> str:
        """Say why there is no verdict, in the words of the report."""
        reasons: dict[str, str] = {}
        if self._report is not None and isinstance(entry, ScenarioEntry):
            reasons = {view.id: view.reason for view in self._report.scenarios}
        elif self._report is not None:
            reasons = {row.id: row.reason for group in self._report.groups for row in group.rows}
        return f"{say('cli-certify', f'word.{entry.verdict}')}: {reasons.get(entry.id, '')}".rstrip(": ")

    def _failure(self, cards: Sequence[FindingCard], text: str) -> ItemOutcome:
        failing = {card.requirement.id for card in cards if card.severity.code == "fail"}
        known = within_term(self._made().judgement)
        return ItemOutcome("known" if failing and failing <= known else "fail", text or say("cli-certify", "word.fail"))


def _certified(order: CertificationOrder) -> PublishedRun:
    return anyio.run(run_order, order, Terminal(order.language), configured_laboratory())


def _order(options: Mapping[str, Any]) -> CertificationOrder:
    only = [part for value in options["only"] or () for part in value.replace(",", " ").split()]
    seed = options["seed"]
    return CertificationOrder(
        candidate=options["candidate"],
        profile=options["profile"] or DEFAULT_PROFILE,
        only=only or None,
        directory=Path(options["out"]) if options["out"] else None,
        language=language(),
        listen=address(options["listen"] or "127.0.0.1:0"),
        seed=secrets.randbelow(_SEEDS) if seed is None else int(seed),
        deviations=Path(options["deviations"]) if options["deviations"] else None,
        formats=tuple(form for form in FORMATS_OF_A_RUN if form != "pdf" or not options["no-pdf"]),
        environment=dict(os.environ),
        cache=user_cache(),
    )


def _verdict(certification: PublishedRun) -> ItemOutcome:
    status = exit_status(certification.judgement)
    unstamped = [unstamped_sentence(certification.unstamped)] if certification.unstamped else []
    text = "\n".join([*closing_lines(certification), *unstamped])
    if status is Exit.PASS:
        return ItemOutcome("pass" if certification.judgement.verdict == "pass" else "known", text)
    return ItemOutcome("fail" if status is Exit.FAIL else "error", text)
