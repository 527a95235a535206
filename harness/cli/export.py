"""`lienthong export`: the good and the bad packages of a requirement, with a note that says why."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.verb_help import Verb
from harness.journal.recorder import VIETNAM
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import Vector, all_vectors, vectors_of

_AREA = "cli-export"
_NOTE = "README.md"
_HOSTILE = "SEC"
_KEPT = "ARC"
_SIGNED = ("SIG", "PDF")
_ANCHORS = "trust-anchors.pem"
_ALL = "ALL"


@click.command(cls=Verb, name="export", help=help_text(_AREA))
@click.argument("requirement", metavar="REQUIREMENT")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="DIR", help=say(_AREA, "out")
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(requirement: str, out: Path, lang: str | None) -> int:
    """Write the packages of one requirement; see the help text."""
    keys = _keys(requirement.upper())
    for key in keys:
        _exported(key, requirement, out)
    return Exit.PASS


def _keys(named: str) -> tuple[str, ...]:
    """Return the requirements that a word names: one, those of a group that have packages, or all of these."""
    from harness.scenarios.hostile_samples import REQUIREMENTS

    having = {vector.requirement for vector in all_vectors().values()}
    exportable = [
        key for key in load_catalogue().requirements if key in having or key in REQUIREMENTS or key[:3] in _SIGNED
    ]
    chosen = [key for key in exportable if named in {_ALL, key[:3]}]
    return tuple(chosen) or (named,)


def _exported(key: str, requirement: str, out: Path) -> Exit:
    if key.startswith(f"{_HOSTILE}-"):
        return _hostile(key, out)
    if key in load_catalogue().requirements and key.startswith(_SIGNED):
        return _signed(key, out)
    if key.startswith(f"{_KEPT}-"):
        from harness.cli.export_kept import written_vectors

        return written_vectors(key, out)
    vectors = vectors_of(key)
    if not vectors:
        known = dict.fromkeys(vector.requirement.partition("-")[0] for vector in all_vectors().values())
        groups = ", ".join((*known, *_SIGNED, _HOSTILE, _KEPT))
        raise ConfigurationError("export.unknown-requirement", id=requirement, known=groups)
    folder, identity = out / key, DocumentIdentity(day=datetime.now(VIETNAM).date())
    files = {_file_name(vector): vector.written(identity) for vector in vectors}
    return _written(folder, files, _note(vectors))


def _signed(key: str, out: Path) -> Exit:
    """Write packages about signatures, with the anchors and revocation lists of the PKI that signs them."""
    from harness.crypto.testpki.pki import Pki
    from harness.vectors.signed import signed_vectors

    now = datetime.now(VIETNAM)
    pki = Pki(now)
    vectors = signed_vectors(key, now, pki, load_profile(DEFAULT_PROFILE).parameters.limits)
    files, lines = {}, [*_title(key), say(_AREA, "signed", file=_ANCHORS), ""]
    for vector in vectors:
        name = f"{'bad' if vector.codes else 'good'}-{vector.name}.edxml"
        files[name] = vector.content
        judged = say(_AREA, "bad", code=", ".join(vector.codes)) if vector.codes else say(_AREA, "good")
        reasons = " ".join(finding_text(code, "explain", language()) for code in vector.codes)
        lines.append(f"- `{name}` ({judged}){': ' if reasons else ''}{reasons}")
    return _written(out / key, files, lines, {_ANCHORS: pki.anchors_pem() + pki.revocation_lists_pem(now)})


def _hostile(key: str, out: Path) -> Exit:
    """Write hostile packages; they are signed by a test PKI, so its anchors go with them."""
    from harness.crypto.testpki.pki import Pki
    from harness.scenarios.hostile_samples import GOOD_KEY, REQUIREMENTS, samples
    from harness.vectors.hostile.vector import why

    if key not in REQUIREMENTS:
        raise ConfigurationError("export.unknown-requirement", id=key, known=", ".join(REQUIREMENTS))
    now = datetime.now(VIETNAM)
    pki = Pki(now)
    files, lines = {}, [*_title(key), say(_AREA, "hostile", file=_ANCHORS), ""]
    for one in samples(key, now, pki):
        good = one.key == GOOD_KEY
        name = f"{'good' if good else 'bad'}-{one.name}.edxml"
        files[name] = one.content
        lines.append(f"- `{name}`: {say(_AREA, 'good') if good else why(one.key, language())}")
    return _written(out / key, files, lines, {_ANCHORS: pki.anchors_pem()})


def _written(
    folder: Path, packages: Mapping[str, bytes], note: list[str], besides: Mapping[str, bytes] | None = None
) -> Exit:
    """Write the packages, the note and what goes with them, and say so.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in {**packages, **(besides or {})}.items():
            (folder / name).write_bytes(content)
        (folder / _NOTE).write_text("\n".join(note) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("export.not-a-folder", path=folder, detail=error.strerror or error) from error
    click.echo(say(_AREA, "written", count=len(packages), folder=folder))
    return Exit.PASS


def _title(key: str) -> list[str]:
    statement = getattr(load_catalogue().requirements[key].statement, language())
    return [f"# {say(_AREA, 'title', id=key)}", "", statement, ""]


def _file_name(vector: Vector) -> str:
    return f"{'good' if vector.code is None else 'bad'}-{vector.name}.edxml"


def _note(vectors: list[Vector]) -> list[str]:
    """Return the lines of the note: the requirement, and for each package what it is and why."""
    lines = [*_title(vectors[0].requirement), say(_AREA, "check"), ""]
    for vector in vectors:
        judged = say(_AREA, "good") if vector.code is None else say(_AREA, "bad", code=vector.code)
        lines.append(f"- `{_file_name(vector)}` ({judged}): {vector.why(language())}")
    return lines
