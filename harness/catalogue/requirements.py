"""The requirement catalogue: one entry per requirement, its id never changes."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from harness.catalogue.built_file import built
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.verdicts import Basis, Level
from harness.resources import folder

Capability = Literal[
    "register", "recall", "take_back", "update", "replace", "handling", "restart", "records_export", "archive_sip"
]
"""What a candidate may declare, so that the requirements that name it count."""

_ID = re.compile(r"[A-Z]{3}-[0-9]{2}")


class Requirement(ParameterGroup, frozen=True):
    """One requirement.

    Attributes:
        id: stable, `<group>-<number>`.
        group: title key of its group.
        statement: what must hold, in both languages.
        level: weight, before a profile changes it.
        basis: how certain it is.
        clause: where the standard says it, in words.
        where: `S` static check of one package, `X` exchange scenario, `K` what is kept of the documents exchanged.
        capability: what a candidate must declare for the requirement to count: each C requirement names one.
        shown_with: capabilities of which a candidate must declare one in order to send what the requirement speaks of;
            empty where every candidate sends it.
        optional: whether it speaks of something that a right system may never send.
    """

    id: str
    group: str
    statement: LocalisedText
    level: Level
    basis: Basis
    clause: str
    where: Literal["S", "X", "K"]
    capability: Capability | None = None
    shown_with: tuple[Capability, ...] = ()
    optional: bool = False


class _Catalogue(ParameterGroup, frozen=True):
    schema: Literal["lienthong.requirements/1"]
    groups: dict[str, LocalisedText]
    requirements: tuple[Requirement, ...]


class Catalogue(msgspec.Struct, frozen=True):
    """All requirements in the standard's order, and the titles of their groups."""

    groups: dict[str, LocalisedText]
    requirements: dict[str, Requirement]


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue that the project ships.

    Raises:
        ConfigurationError: an id is malformed, occurs twice or names an unknown group.
    """
    return built(catalogue_file(), Catalogue) or read_catalogue(catalogue_file())


def catalogue_file() -> Path:
    """Return the file of the catalogue that the project ships."""
    return folder("profiles") / "requirements.yaml"


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue, schema lienthong.requirements/1.

    Raises:
        ConfigurationError: an id is malformed, occurs twice or names an unknown group; with file and line.
    """
    from harness.catalogue.typed_yaml import convert, read  # brings the YAML parser along, which few calls need

    located = read(path)
    content = convert(located, _Catalogue)
    by_id: dict[str, Requirement] = {}
    for index, requirement in enumerate(content.requirements):
        line = located.place(("requirements", index))[1]
        group = requirement.id.partition("-")[0]
        if not _ID.fullmatch(requirement.id) or requirement.group != group or group not in content.groups:
            raise ConfigurationError("catalogue.bad-id", path=path, line=line, id=requirement.id)
        if requirement.id in by_id:
            raise ConfigurationError("catalogue.id-twice", path=path, line=line, id=requirement.id)
        by_id[requirement.id] = requirement
    return Catalogue(content.groups, by_id)
