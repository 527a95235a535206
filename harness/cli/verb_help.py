"""Help texts of verbs: click's own words in this call's language, around the texts of the message files."""

import re

import click

from harness.catalogue.texts import entries
from harness.cli.language import language

_AREA = "cli-click"


class _OneLanguage(click.Command):
    def get_help(self, ctx: click.Context) -> str:
        """Return the help text."""
        return in_one_language(super().get_help(ctx))


class Verb(_OneLanguage):
    """A command whose help is in one language throughout."""


class VerbGroup(_OneLanguage, click.Group):
    """A group of commands whose help is in one language throughout."""


def in_one_language(text: str) -> str:
    """Return a help text of click's with click's own English words in this call's language."""
    for entry in entries(_AREA).values():
        text = re.sub(str(entry["click"]), str(entry[language()]), text, flags=re.MULTILINE)
    return text
