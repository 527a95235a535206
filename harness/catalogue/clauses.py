"""Names of the standard's clauses in every language: requirements and reports carry the Vietnamese ones."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.texts import Language
from harness.catalogue.typed_yaml import convert, read
from harness.resources import folder


class _ClauseNames(ParameterGroup, frozen=True):
    schema: Literal["lienthong.clauses/1"]
    clauses: tuple[LocalisedText, ...]


@cache
def _names() -> Mapping[str, LocalisedText]:
    content = convert(read(folder("profiles") / "clauses.yaml"), _ClauseNames)
    return {one.vi: one for one in content.clauses}


def clause_text(clause: str, language: Language) -> str:
    """Return the name of a clause in a language; an unknown one, as of a custom profile, is returned unchanged.

    Args:
        clause: as the catalogue names it, in Vietnamese.
        language: of the name.
    """
    known = _names().get(clause)
    return clause if known is None else known[language]
