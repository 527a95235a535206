"""The group of verbs. A verb's module is imported when the verb is called or its own help is asked for."""

import gc
import importlib
from types import ModuleType

import click

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES, entries
from harness.cli.language import help_text, language, say
from harness.cli.verb_help import VerbGroup

_MODULES = {
    "certify": "certify",
    "init": "init",
    "validate": "validate",
    "records": "records",
    "hub": "hub",
    "agency": "agency",
    "console": "console",
    "runner": "runner",
    "doctor": "doctor",
    "profile": "profile",
    "judge": "judge",
    "report": "report",
    "verify": "verify",
    "show": "show",
    "explain": "explain",
    "guide": "guide",
    "sample": "sample",
    "replay": "replay",
    "export": "export",
    "pki": "pki",
    "selftest": "selftest",
    "accreditation": "accreditation",
}


def _lasting(module: str) -> ModuleType:
    """Import a module for good: neither meanwhile nor later is there garbage to be sought in what that brings."""
    gc.disable()
    try:
        imported = importlib.import_module(module)
        gc.freeze()
    finally:
        gc.enable()
    return imported


class _Verbs(VerbGroup):
    """Lists the verbs without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb; an unknown one is an error in the language of this call."""
        if args and args[0] not in _MODULES and not args[0].startswith("-"):
            raise ConfigurationError("verb.unknown", verb=args[0], known=", ".join(_MODULES))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        # Messages to the user are printed by the verbs. Logging is not for what lists them alone: it takes its time.
        logging = importlib.import_module("logging")
        logging.getLogger().addHandler(logging.NullHandler())
        command: click.Command = _lasting(f"harness.cli.{_MODULES[cmd_name]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        short = entries("cli")
        with formatter.section(say("cli", "verbs")):
            formatter.write_dl([(name, str(short[f"verb.{name}"][language()])) for name in self.list_commands(ctx)])


@click.group(cls=_Verbs, help=help_text("cli"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lienthong")
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli", "lang"))
def lienthong(lang: str | None) -> None:
    """Entry of every verb; the help text is in the message files."""
