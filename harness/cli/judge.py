"""`lienthong judge`: judges the recorded evidence of a run again, without the candidate."""

from pathlib import Path

import click

from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.run_folder import RunFolder
from harness.cli.verb_help import Verb


@click.command(cls=Verb, name="judge", help=help_text("cli-judge"))
@click.argument("run", metavar="RUN", type=RunFolder())
@click.option("--profile", metavar="ID", help=say("cli-judge", "profile"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli-judge", "lang"))
@click.option("--quiet", is_flag=True, help=say("cli-judge", "quiet"))
def command(run: Path, profile: str | None, lang: str | None, quiet: bool) -> int:
    """Judge a run again; see the help text."""
    from harness.cli.certify import closing_lines, exit_status
    from harness.cli.laboratory import configured_laboratory
    from harness.cli.unstamped import complain_unstamped
    from harness.engine.rejudge import judge_again

    again = judge_again(run, profile, language(), configured_laboratory())
    for note in again.notes:
        click.echo(say("cli-judge", note.key, **note.parameters), err=True)
    complain_unstamped(again.certification.unstamped)
    for change in again.changes or ():
        before = say("cli-certify", f"word.{change.before}")
        after = say("cli-certify", f"word.{change.after}")
        click.echo(say("cli-judge", "changed", id=change.requirement, before=before, after=after, why=change.why))
    if again.changes == () and not quiet:
        click.echo(say("cli-judge", "unchanged"))
    for line in closing_lines(again.certification):
        click.echo(line)
    status: Exit = exit_status(again.certification.judgement)
    return status
