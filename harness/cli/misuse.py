"""A wrong call, in a sentence of this call's language: what is wrong, and where help is."""

import re
from collections.abc import Mapping

import click

from harness.catalogue.clipped_text import clipped
from harness.cli.language import say

_AREA = "cli"
_NAMED = re.compile(r"[('](.+)[)']\.?$")


def misuse(error: click.ClickException) -> str:
    """Return the sentence for what click says about a call."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = context.command_path if context else "lienthong"
    key, parameters = _described(error)
    return say(_AREA, f"misuse.{key}", **{name: clipped(text) for name, text in parameters.items()}, command=where)


def _described(error: click.ClickException) -> tuple[str, Mapping[str, str]]:
    """Return the key of the sentence and the values it names."""
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        return ("option-near", {"option": error.option_name, "near": near}) if near else (
            "option", {"option": error.option_name}
        )  # fmt: skip
    if isinstance(error, click.BadOptionUsage):
        return "option-bare", {"option": error.option_name}
    if isinstance(error, click.MissingParameter):
        return "missing", {"name": _name(error.param)}
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    # The surplus arguments are in brackets or quotes at the end of click's own sentence.
    named = _NAMED.search(error.message)
    return "other", {"detail": named[1] if named else error.message}


def _bad_value(error: click.BadParameter) -> tuple[str, Mapping[str, str]]:
    kind, name = getattr(error.param, "type", None), _name(error.param)
    if isinstance(kind, click.Choice):
        return "choice", {"name": name, "choices": ", ".join(map(str, kind.choices))}
    if isinstance(kind, click.IntRange | click.FloatRange):
        least, most = (_shown(bound) for bound in (kind.min, kind.max))
        key = "range" if kind.max is not None else "above" if kind.min_open else "at-least"
        return key, {"name": name, "least": least, "most": most}
    return "value", {"name": name, "detail": error.message}


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "-"
    return parameter.opts[-1] if isinstance(parameter, click.Option) else str(parameter.metavar or parameter.name)


def _shown(bound: float | None) -> str:
    return "…" if bound is None else f"{bound:g}"
