"""Profiles: which requirements count, how much, and with which parameters."""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from harness.catalogue.consistency import check_profile
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Finding
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import Parameters
from harness.catalogue.profile_file import (
    ProfileFile,
    find_profile,
    profile_names,
    read_profile,
    trust_files,
    with_placed_files,
)
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.typed_yaml import Located
from harness.catalogue.verdicts import Level, Severity
from harness.catalogue.yaml_reader import Steps
from harness.resources import folder

DEFAULT_PROFILE = "qcvn102-2025"

__all__ = [
    "DEFAULT_PROFILE",
    "Profile",
    "load_profile",
    "load_recorded_profile",
    "name_problems",
    "profile_names",
]


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


def load_profile(name: str = DEFAULT_PROFILE) -> Profile:
    """Load a profile by name, or from the path of a profile file or of a folder with a `profile.yaml`.

    Raises:
        ConfigurationError: no such profile, an unknown key or id, a wrong value, a custom file that has a shipped
        profile's id or does not say what it extends; with file and line.
    """
    path = find_profile(name)
    content, located = read_profile(path)
    profile = _complete(path, content, located)
    for code, steps in name_problems(profile, path, content):
        place, line = located.place(steps)
        raise ConfigurationError(f"lint.{code}", path=place, line=line, id=content.id, known=", ".join(profile_names()))
    return profile


def load_recorded_profile(name: str) -> Profile:
    """Load the profile that an earlier run names as its own: what was once accepted by that name stays readable.

    Raises:
        ConfigurationError: as `load_profile`, but for the name it goes by.
    """
    path = find_profile(name)
    return _complete(path, *read_profile(path))


def name_problems(profile: Profile, path: Path, content: ProfileFile) -> Iterator[tuple[str, Steps]]:
    """Yield what is wrong with the name of a profile, as code and place.

    The id of a shipped profile in a report must mean that profile, and for another profile it must be visible how it
    differs.

    Args:
        profile: complete.
        path: its file.
        content: of the file.
    """
    if path.parent == folder("profiles"):
        if content.id != path.stem:
            yield "id-taken", ("id",)
    elif content.id in profile_names():
        if profile.sha256 != load_recorded_profile(content.id).sha256:
            yield "id-taken", ("id",)
    elif content.extends is None:
        yield "extends-nothing", ("id",)


def _complete(path: Path, content: ProfileFile, located: Located) -> Profile:
    requirements = {
        key: msgspec.structs.replace(entry, level=content.levels.get(key, entry.level))
        for key, entry in load_catalogue().requirements.items()
    }
    check_profile(content, located, requirements)
    return Profile(
        id=content.id,
        version=content.version,
        title=content.title,
        requirements=requirements,
        severities=content.severities,
        raised=content.raised,
        parameters=with_placed_files(content, located),
        folder=path.parent,
        sha256=_digest(content, requirements, trust_files(content, located)),
    )


def _digest(content: ProfileFile, requirements: dict[str, Requirement], files: list[Path]) -> str:
    """Digest what counts: the profile as laid over its bases, the catalogue, and the files it names."""
    digest = hashlib.sha256()
    digest.update(msgspec.json.encode(msgspec.structs.replace(content, extends=None), order="sorted"))
    digest.update(msgspec.json.encode(requirements, order="sorted"))
    for file in files:
        digest.update(hashlib.sha256(_bytes(file)).digest())
    return digest.hexdigest()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=file, detail=error.strerror or error) from error
