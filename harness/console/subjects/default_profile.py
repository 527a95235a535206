"""The profile by which the console checks declarations and plans runs: the one that `certify` takes by default."""

from functools import cache

from harness.catalogue.profiles import DEFAULT_PROFILE, Profile, load_profile


@cache
def default_profile() -> Profile:
    """Return it; it is read once, as it ships with the program."""
    return load_profile(DEFAULT_PROFILE)
