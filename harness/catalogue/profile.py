"""A profile: which requirements count, how much, and with which parameters."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from harness.catalogue.findings import Finding
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import Parameters
from harness.catalogue.requirements import Requirement
from harness.catalogue.verdicts import Level, Severity


class Profile(msgspec.Struct, frozen=True):
    """A profile, complete and immutable.

    Attributes:
        id: its name.
        version: of the profile's data.
        title: in both languages.
        requirements: every requirement of the catalogue, with the level this profile gives it.
        severities: severity of single finding codes where it differs from the requirement's.
        raised: why a requirement of basis `single` or `assumed` may still fail a candidate.
        parameters: numbers, lists and forms; files they name have their full paths.
        folder: where the profile file is.
        sha256: digest of the complete content, in hex; equal content has an equal digest.
    """

    id: str
    version: str
    title: LocalisedText
    requirements: dict[str, Requirement]
    severities: dict[str, Severity]
    raised: dict[str, LocalisedText]
    parameters: Parameters
    folder: Path
    sha256: str

    def required(self, capabilities: Collection[str], only: Collection[str] | None = None) -> frozenset[str]:
        """Return the ids that must pass: all M, and the C whose capability is declared.

        With `only`, just those ids, R included: a recommended requirement that was asked for must be met.
        """
        weighing = {Level.MANDATORY} if only is None else {Level.MANDATORY, Level.RECOMMENDED}
        return frozenset(
            requirement.id
            for requirement in self.requirements.values()
            if (only is None or requirement.id in only)
            and (
                requirement.level in weighing
                or (requirement.level is Level.CONDITIONAL and requirement.capability in capabilities)
            )
        )

    def severity(self, finding: Finding) -> Severity:
        """Return how much a finding weighs: its own entry if there is one, else by its requirement's level.

        Findings against a C requirement fail; whether the requirement counts is for the judge to say.
        """
        if finding.code in self.severities:
            return self.severities[finding.code]
        level = self.requirements[finding.requirement].level
        if level is Level.OFF:
            return Severity.OFF
        return Severity.REMARK if level is Level.RECOMMENDED else Severity.FAIL
