"""Keeps what is read from the catalogue and the shipped profiles beside them: `python -m harness.catalogue.build`.

The build of the package does it. In a checkout it only saves some time, until one of the files is edited.
"""

from harness.catalogue.built_file import build
from harness.catalogue.profile import Profile
from harness.catalogue.profile_assembly import assembled
from harness.catalogue.profile_place import find_profile, profile_names
from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import catalogue_file, load_catalogue, read_catalogue


def main() -> None:
    """Keep what the files say; a profile that names files of certificates is left out, as these may change."""
    profiles = {find_profile(name): assembled(find_profile(name)) for name in profile_names()}
    lasting = {path.name: profile for path, profile in profiles.items() if not _names_files(profile)}
    build({catalogue_file().name: read_catalogue(catalogue_file()), **lasting})


def is_faithful() -> bool:
    """Return whether catalogue and shipped profiles, as every call takes them, are what their files say.

    What was kept has no digest of its own that could be trusted: whoever can edit it can edit that, too.
    """
    if load_catalogue() != read_catalogue(catalogue_file()):
        return False
    return all(load_profile(name) == assembled(find_profile(name)) for name in profile_names())


def _names_files(profile: Profile) -> bool:
    named = profile.parameters.signatures
    return any((named.trust_anchors, named.intermediates, named.crls, named.ocsp_answers))


if __name__ == "__main__":
    main()
