"""A profile put together from its files: laid over what it extends, checked, and with its digest."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.catalogue.consistency import check_profile
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profile import Profile
from harness.catalogue.profile_file import ProfileFile, read_profile, trust_files, with_placed_files
from harness.catalogue.profile_place import find_profile, profile_names
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.typed_yaml import Located
from harness.catalogue.yaml_reader import Steps
from harness.resources import folder


def assembled(path: Path) -> Profile:
    """Return the profile of a file, whose name must mean it.

    Raises:
        ConfigurationError: an unknown key or id, a wrong value, a custom file that has a shipped profile's id or does
        not say what it extends; with file and line.
    """
    content, located = read_profile(path)
    profile = _complete(path, content, located)
    for code, steps in name_problems(profile, path, content):
        place, line = located.place(steps)
        raise ConfigurationError(f"lint.{code}", path=place, line=line, id=content.id, known=", ".join(profile_names()))
    return profile


def assembled_unnamed(path: Path) -> Profile:
    """Return the profile of a file, whatever name it goes by.

    Raises:
        ConfigurationError: as `assembled`, but for its name.
    """
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
        if profile.sha256 != assembled_unnamed(find_profile(content.id)).sha256:
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
