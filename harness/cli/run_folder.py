"""A run directory as an argument: a mistyped path is said to be one, and not to be a damaged run."""

from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError

# What certify leaves in every run, however early it ended; one of them makes a folder a run, be it damaged.
_FILES = ("run.json", "journal.jsonl", "report.json")


class RunFolder(click.Path):
    """The folder of a run that `certify` wrote.

    Raises:
        ConfigurationError: there is no such folder, or nothing of a run is in it.
    """

    name = "run"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the folder's path."""
        folder = Path(str(value))
        if not any((folder / name).exists() for name in _FILES):
            raise ConfigurationError("run.none" if folder.is_dir() else "run.no-folder", path=folder)
        return folder
