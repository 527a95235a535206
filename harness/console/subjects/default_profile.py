"""The profile by which the console checks declarations and plans runs: the one that `certify` takes by default."""

from functools import cache

from harness.catalogue.profiles import DEFAULT_PROFILE, Profile, load_profile, profile_names


@cache
def default_profile() -> Profile:
    """Return it; it is read once, as it ships with the program."""
    return load_profile(DEFAULT_PROFILE)


@cache
def profile_digests() -> dict[str, str]:
    """Return the SHA-256 of every profile that the program brings, by name."""
    return {name: load_profile(name).sha256 for name in profile_names()}
