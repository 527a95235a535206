"""A text for people in every language, as files of data hold it."""

from collections.abc import Callable

import msgspec

from harness.catalogue.texts import LANGUAGES, Language


class LocalisedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in every language."""

    vi: str
    en: str

    def __getitem__(self, language: Language) -> str:
        """Return the text in one language."""
        chosen: str = getattr(self, language)
        return chosen

    @classmethod
    def of(cls, say: Callable[[Language], str]) -> "LocalisedText":
        """Return the text that `say` gives in each language."""
        return cls(*(say(language) for language in LANGUAGES))
