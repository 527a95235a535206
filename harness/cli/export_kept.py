"""`lienthong export ARC-…`: the good and the bad exports and archival packages of a requirement, a folder for each."""

from datetime import datetime
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.cli.exits import Exit
from harness.cli.language import language, say
from harness.journal.recorder import VIETNAM
from harness.vectors.kept.registry import KeepingVector, kept_vectors_of

_AREA = "cli-export"
_EXPORT, _PACKAGES = "export", "edxml"


def written_vectors(key: str, out: Path) -> Exit:
    """Write the vectors of a requirement below `out`, with a note.

    Raises:
        ConfigurationError: there are none, or the folder cannot be written.
    """
    vectors = kept_vectors_of(key)
    if not vectors:
        known = ", ".join(one for one in load_catalogue().requirements if one.startswith("ARC-"))
        raise ConfigurationError("export.unknown-requirement", id=key, known=known)
    folder = out / key
    try:
        for vector in vectors:
            _write(folder / _name(vector), vector)
        (folder / "README.md").write_text("\n".join(_note(key, vectors)) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("export.not-a-folder", path=folder, detail=error.strerror or error) from error
    click.echo(say(_AREA, "written", count=len(vectors), folder=folder))
    return Exit.PASS


def _write(folder: Path, vector: KeepingVector) -> None:
    made = vector.make(datetime.now(VIETNAM))
    files = {f"{_EXPORT}/{path}": data for path, data in made.export.items()}
    files |= {f"{_PACKAGES}/{name}": data for name, data in made.packages.items()}
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _name(vector: KeepingVector) -> str:
    return f"{'good' if vector.code is None else 'bad'}-{vector.name}"


def _note(key: str, vectors: list[KeepingVector]) -> list[str]:
    statement = getattr(load_catalogue().requirements[key].statement, language())
    lines = [f"# {say(_AREA, 'title', id=key)}", "", statement, "", say(_AREA, "records"), ""]
    for vector in vectors:
        judged = say(_AREA, "good") if vector.code is None else say(_AREA, "bad", code=vector.code)
        lines.append(f"- `{_name(vector)}` ({judged}): {vector.why(language())}")
    return lines
