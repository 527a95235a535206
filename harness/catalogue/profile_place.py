"""Where profiles are: those that the project ships, by name, and others by their path."""

from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.resources import folder

FOLDER_FILE = "profile.yaml"


def profile_names() -> list[str]:
    """Return the names of the profiles that the project ships."""
    return sorted(path.stem for path in folder("profiles").glob("qcvn*.yaml"))


def find_profile(name: str) -> Path:
    """Return the file of a profile, by the name of a shipped one or the path of a file or folder.

    Raises:
        ConfigurationError: there is none.
    """
    if name in profile_names():
        return folder("profiles") / f"{name}.yaml"
    found = profile_at(Path(name))
    if found is None:
        raise ConfigurationError("profile.unknown", name=name, known=", ".join(profile_names()))
    return found


def profile_at(path: Path) -> Path | None:
    """Return the profile file at a path: that file itself, or the one in that folder; None where there is none."""
    inside = path / FOLDER_FILE
    return next((choice for choice in (path, inside) if is_readable_file(choice)), None)


def is_readable_file(path: Path) -> bool:
    """Return whether there is a file; what cannot even be asked for is none."""
    try:
        return path.is_file()
    except OSError:  # a name too long for the file system, or a folder that may not be entered
        return False
