"""Options that take several values: `--only SND-01 SND-02` as well as `--only SND-01 --only SND-02`."""

import re
from collections.abc import Mapping

import click

from harness.cli.verb_help import Verb


class RepeatedValues(Verb):
    """A command some of whose options take every following word that has the form of a value.

    `forms` maps an option to the regular expression of its values; the first word of another form ends the list.
    """

    forms: Mapping[str, str] = {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._spread(args))

    def _spread(self, args: list[str]) -> list[str]:
        spread: list[str] = []
        option: str | None = None
        fresh = False
        for word in args:
            if word in self.forms:
                option, fresh = word, True
                spread.append(word)
            elif option is not None and re.fullmatch(self.forms[option], word):
                spread += [word] if fresh else [option, word]
                fresh = False
            else:
                option = None
                spread.append(word)
        return spread
