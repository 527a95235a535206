"""A run directory as an argument: a mistyped path is reported as such, not as a damaged run."""

from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError

# What certify writes in every run, however early it ended; a folder with one of them is a run, if a damaged one.
_FILES = ("run.json", "journal.jsonl", "report.json")


class RunFolder(click.Path):
    """The folder of a run that `certify` wrote.

    Raises:
        ConfigurationError: there is no such folder, or it holds nothing of a run.
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
