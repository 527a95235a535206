"""Profiles by their names and paths.

A shipped one is taken as it was put together when the package was built, as long as its files are still the same; every
other one is put together from its files.
"""

from harness.catalogue.built_file import built
from harness.catalogue.profile import Profile
from harness.catalogue.profile_place import find_profile, profile_names

DEFAULT_PROFILE = "qcvn102-2025"

__all__ = [
    "DEFAULT_PROFILE",
    "Profile",
    "load_profile",
    "load_recorded_profile",
    "profile_names",
]


def load_profile(name: str = DEFAULT_PROFILE) -> Profile:
    """Load a profile by name, or from the path of a profile file or of a folder with a `profile.yaml`.

    Raises:
        ConfigurationError: no such profile, an unknown key or id, a wrong value, a custom file that has a shipped
        profile's id or does not say what it extends; with file and line.
    """
    path = find_profile(name)
    kept = built(path, Profile)
    if kept is not None:
        return kept
    from harness.catalogue.profile_assembly import assembled  # brings the YAML parser along

    return assembled(path)


def load_recorded_profile(name: str) -> Profile:
    """Load the profile that an earlier run names as its own: what was once accepted by that name stays readable.

    Raises:
        ConfigurationError: as `load_profile`, but for the name it goes by.
    """
    path = find_profile(name)
    kept = built(path, Profile)
    if kept is not None:
        return kept
    from harness.catalogue.profile_assembly import assembled_unnamed

    return assembled_unnamed(path)
