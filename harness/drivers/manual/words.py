"""The words in which a person answers: Vietnamese or English, with or without diacritics, short or long."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal

from harness.catalogue.texts import LANGUAGES, Language, text

AREA = "manual"

Word = Literal["done", "refused", "failed", "cannot", "skip"]
WORDS: tuple[Word, ...] = ("done", "refused", "failed", "cannot", "skip")
OPEN: tuple[Word, ...] = ("cannot", "skip")


def plain(said: str) -> str:
    """Return an answer without diacritics, case and surplus blanks, so that hasty typing is understood."""
    apart = unicodedata.normalize("NFD", said.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


def read_word(said: str, words: Sequence[Word], *, alone: bool = False) -> tuple[Word, str] | None:
    """Return the word that an answer begins with and what follows it, None when it begins with none.

    Args:
        said: what the person typed.
        words: those that may be answered.
        alone: nothing may follow the word.
    """
    tokens = said.split()
    for count in (len(tokens),) if alone else range(len(tokens), 0, -1):
        head = plain(" ".join(tokens[:count])).rstrip(".,:;!")
        for word in words:
            if head in _forms(word):
                return word, " ".join(tokens[count:])
    return None


def shown_word(word: Word, language: Language) -> str:
    """Return how a word of an answer is written in prompts."""
    return text(AREA, f"answer.{word}", language).partition(",")[0]


@cache
def _forms(word: Word) -> frozenset[str]:
    listed = (text(AREA, f"answer.{word}", language) for language in LANGUAGES)
    return frozenset(plain(form) for words in listed for form in words.split(",")) | {word}
