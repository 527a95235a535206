"""Names of the standard's clauses in English: requirements and reports carry the Vietnamese ones."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.texts import Language
from harness.catalogue.typed_yaml import convert, read
from harness.resources import folder


class _ClauseNames(ParameterGroup, frozen=True):
    schema: Literal["lienthong.clauses/1"]
    english: dict[str, str]


@cache
def _english() -> Mapping[str, str]:
    return convert(read(folder("profiles") / "clauses.yaml"), _ClauseNames).english


def clause_text(clause: str, language: Language) -> str:
    """Return a clause as people of a language name it; one that is not known, of a profile of one's own, as it is.

    Args:
        clause: as the catalogue names it, in Vietnamese.
        language: of the name.
    """
    return _english().get(clause, clause) if language == "en" else clause
