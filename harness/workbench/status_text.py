"""What a business status says, in a few words: what a receiver would write, or else its name in the guide."""

from harness.catalogue.texts import Language, entries, text
from harness.workbench.declined import AREA

_NAMES = "guide"


def status_text(code: str, language: Language) -> str:
    """Return the words for a status; for one that only a custom profile has, the code itself."""
    key = f"status.{code}"
    area = next((area for area in (AREA, _NAMES) if key in entries(area)), None)
    return code if area is None else text(area, key, language)
