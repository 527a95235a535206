"""Profiles: which requirements count, how much, and with which parameters."""

import hashlib
import itertools
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Parameters, Part, Words
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.texts import known_finding
from harness.catalogue.verdicts import Basis, Level, Severity
from harness.catalogue.yamlfile import Located, convert, merged, read
from harness.resources import folder

DEFAULT_PROFILE = "qcvn102-2022"
_WEAK = {Basis.SINGLE, Basis.ASSUMED}
_DEEPEST = 5


class _ProfileFile(Part, frozen=True):
    schema: Literal["lienthong.profile/1"]
    id: str
    version: str
    title: Words
    parameters: Parameters
    levels: dict[str, Level] = {}
    severities: dict[str, Severity] = {}
    raised: dict[str, Words] = {}
    extends: str | None = None


class Profile(msgspec.Struct, frozen=True):
    """A profile, complete and immutable.

    Attributes:
        id: its name.
        version: of the profile's data.
        title: in both languages.
        requirements: every requirement of the catalogue, with the level this profile gives it.
        severities: severity of single finding codes where it differs from the requirement's.
        raised: why a requirement of basis `single` or `assumed` may fail a candidate all the same.
        parameters: numbers, lists and forms.
        folder: where files named in the profile are looked for.
        sha256: digest of the complete content, in hex; equal content has an equal digest.
    """

    id: str
    version: str
    title: Words
    requirements: dict[str, Requirement]
    severities: dict[str, Severity]
    raised: dict[str, Words]
    parameters: Parameters
    folder: Path
    sha256: str

    def required(self, capabilities: Collection[str], only: Collection[str] | None = None) -> frozenset[str]:
        """Return the ids that must pass: all M, and the C whose capability is declared.

        With `only`, just those ids, R included: whoever asks for a recommended requirement wants to see it met.
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


def profile_names() -> list[str]:
    """Return the names of the profiles that the project ships."""
    return sorted(path.stem for path in folder("profiles").glob("qcvn*.yaml"))


def load_profile(name: str = DEFAULT_PROFILE) -> Profile:
    """Load a profile by name, or from the path of a profile file or of a folder with a `profile.yaml`.

    Raises:
        ConfigurationError: no such profile, an unknown key or id, a wrong value; with file and line.
    """
    path = _find(name)
    located = _extended(path, depth=0)
    content = convert(located, _ProfileFile)
    catalogue = load_catalogue()
    _check_ids(located, content, catalogue.requirements)
    requirements = {
        key: msgspec.structs.replace(entry, level=content.levels.get(key, entry.level))
        for key, entry in catalogue.requirements.items()
    }
    _check_weak(located, content, requirements)
    return Profile(
        id=content.id,
        version=content.version,
        title=content.title,
        requirements=requirements,
        severities=content.severities,
        raised=content.raised,
        parameters=content.parameters,
        folder=path.parent,
        sha256=_digest(content, requirements, path.parent),
    )


def _find(name: str) -> Path:
    shipped = folder("profiles") / f"{name}.yaml"
    if name in profile_names():
        return shipped
    path = Path(name)
    if path.is_dir():
        path = path / "profile.yaml"
    if not path.is_file():
        raise ConfigurationError("profile.unknown", name=name, known=", ".join(profile_names()))
    return path


def _extended(path: Path, depth: int) -> Located:
    located = read(path)
    base = located.value.get("extends") if isinstance(located.value, dict) else None
    if base is None:
        return located
    if depth >= _DEEPEST or not isinstance(base, str):
        raise ConfigurationError("profile.extends", path=path, line=located.place(("extends",))[1], name=base)
    beside = path.parent / base
    below = beside if beside.is_file() else _find(base)
    return merged(_extended(below, depth + 1), located)


def _check_ids(located: Located, content: _ProfileFile, known: Collection[str]) -> None:
    for section in ("levels", "raised"):
        for key in getattr(content, section):
            if key not in known:
                path, line = located.place((section, key))
                raise ConfigurationError("profile.unknown-requirement", path=path, line=line, id=key)
    for code in content.severities:
        if code.partition(".")[0] not in known or not known_finding(code):
            path, line = located.place(("severities", code))
            raise ConfigurationError("profile.unknown-code", path=path, line=line, code=code)


def _check_weak(located: Located, content: _ProfileFile, requirements: dict[str, Requirement]) -> None:
    for key, entry in requirements.items():
        counts = entry.level in {Level.MANDATORY, Level.CONDITIONAL}
        if counts and entry.basis in _WEAK and key not in content.raised:
            path, line = located.place(("levels", key) if key in content.levels else ("raised",))
            raise ConfigurationError("profile.weak-basis", path=path, line=line, id=key, basis=entry.basis)


def _digest(content: _ProfileFile, requirements: dict[str, Requirement], beside: Path) -> str:
    digest = hashlib.sha256()
    digest.update(msgspec.json.encode(content, order="sorted"))
    digest.update(msgspec.json.encode(requirements, order="sorted"))
    signatures = content.parameters.signatures
    named = (signatures.trust_anchors, signatures.intermediates, signatures.crls, signatures.ocsp_answers)
    for name in itertools.chain.from_iterable(named):
        file = beside / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()
