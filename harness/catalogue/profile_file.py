"""The profile file: its shape, where it is found, and what it takes over from the one it extends."""

import itertools
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup, Parameters
from harness.catalogue.profile_place import is_readable_file, profile_at, profile_names
from harness.catalogue.typed_yaml import Located, convert, merged, read, without_nulls
from harness.catalogue.verdicts import Level, Severity
from harness.resources import folder

_MOST_BASES = 5
# The description of a profile is never inherited.
_OWN = ("id", "version", "title")
_TRUST_FILES = ("trust_anchors", "intermediates", "crls", "ocsp_answers")
# What may be named by its folder, and how its files are called there.
_FOLDERS = {"crls": "*.crl", "ocsp_answers": "*.ocsp"}


class ProfileFile(ParameterGroup, frozen=True):
    """Content of a profile file, schema lienthong.profile/1, with everything it extends laid below it.

    Attributes:
        id: its name.
        version: of the profile's data.
        title: in both languages.
        parameters: numbers, lists and forms.
        levels: levels that differ from the catalogue's, by requirement.
        severities: severities of single finding codes that differ from their requirement's.
        raised: why a requirement of basis `single` or `assumed` may still fail a candidate.
        extends: name of a shipped profile, or path of another beside this file.
    """

    schema: Literal["lienthong.profile/1"]
    id: str
    version: str
    title: LocalisedText
    parameters: Parameters
    levels: dict[str, Level] = msgspec.field(default_factory=dict)
    severities: dict[str, Severity] = msgspec.field(default_factory=dict)
    raised: dict[str, LocalisedText] = msgspec.field(default_factory=dict)
    extends: str | None = None


def read_profile(path: Path) -> tuple[ProfileFile, Located]:
    """Read a profile file with everything it extends.

    Returns:
        its content, and where each part of it is.

    Raises:
        ConfigurationError: an unknown key, a wrong value, or a base that cannot be used; with file and line.
    """
    whole = _extended(path, ())
    located = Located(without_nulls(whole.value, ProfileFile), whole.places)
    return convert(located, ProfileFile), located


def trust_files(content: ProfileFile, located: Located) -> list[Path]:
    """Return the files that the profile's signature parameters name, each beside the file that names it.

    Raises:
        ConfigurationError: one of them is missing; with file and line.
    """
    return list(itertools.chain.from_iterable(_placed(content, located).values()))


def with_placed_files(content: ProfileFile, located: Located) -> Parameters:
    """Return the parameters with full paths for the files they name.

    Raises:
        ConfigurationError: one of them is missing; with file and line.
    """
    placed = {name: tuple(map(str, paths)) for name, paths in _placed(content, located).items()}
    signatures = msgspec.structs.replace(content.parameters.signatures, **placed)
    return msgspec.structs.replace(content.parameters, signatures=signatures)


def _placed(content: ProfileFile, located: Located) -> dict[str, list[Path]]:
    signatures = content.parameters.signatures
    return {
        name: [
            place
            for index, file in enumerate(getattr(signatures, name))
            for place in _beside(located, ("parameters", "signatures", name, index), file)
        ]
        for name in _TRUST_FILES
    }


def _beside(located: Located, steps: tuple[str | int, ...], name: str) -> list[Path]:
    """Return the file of that name beside the profile; of a folder of revocation data, its files in their order."""
    path, line = located.place(steps)
    file = path.parent.absolute() / name
    if is_readable_file(file):
        return [file]
    pattern = _FOLDERS.get(str(steps[-2]))
    found = [] if pattern is None else sorted(filter(is_readable_file, file.glob(pattern)))
    if not found:
        raise ConfigurationError("profile.no-such-file", path=path, line=line, name=name)
    return found


def _extended(path: Path, above: tuple[Path, ...]) -> Located:
    located = read(path)
    name: Any = located.value.get("extends") if isinstance(located.value, dict) else None
    if name is None:
        return located
    line = located.place(("extends",))[1]
    base = _base(path, name) if isinstance(name, str) else None
    if base is None:
        known = ", ".join(profile_names())
        raise ConfigurationError("profile.no-base", path=path, line=line, name=name, known=known)
    chain = (*above, path.resolve())
    if base.resolve() in chain or len(chain) > _MOST_BASES:
        raise ConfigurationError("profile.extends", path=path, line=line, name=name)
    below = _extended(base, chain)
    if not isinstance(below.value, dict):
        return below
    value = {key: part for key, part in below.value.items() if key not in _OWN}
    return merged(Located(value, below.places), located)


def _base(path: Path, name: str) -> Path | None:
    if name in profile_names():
        return folder("profiles") / f"{name}.yaml"
    return profile_at(path.parent / name)
