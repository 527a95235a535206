"""What the word `show` of a page may name: everything in the guide that code makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.guide import driverpieces, packages, profilepieces, wirepieces
from harness.guide.curl import curl_lines
from harness.guide.files import snippet
from harness.guide.model import CodeBlock, Paragraph, Shown
from harness.guide.places import filled
from harness.guide.requests import step
from harness.guide.requirementmap import requirement_map
from harness.guide.statepicture import state_picture
from harness.guide.templates import environment
from harness.guide.texts import Say, saying

_PACKAGES: Mapping[str, Callable[[], bytes]] = {"document": packages.document, "status": packages.status}


@dataclass(frozen=True)
class Making:
    """Context of a piece.

    Attributes:
        profile: whose numbers, codes and statuses are shown.
        language: of the words.
    """

    profile: Profile
    language: Language

    @cached_property
    def say(self) -> Say:
        """What says the guide's own words."""
        return saying(self.language)

    def words(self, words: str | LocalisedText) -> str:
        """Return a text in the language, its places filled.

        Raises:
            KeyError: it has a place that nothing is known for.
        """
        chosen = words if isinstance(words, str) else str(words[self.language])
        return filled(chosen, self.profile.parameters, self.language)

    def piece(self, name: str) -> list[Shown]:
        """Return a piece by its name, `kind` or `kind:argument`.

        Raises:
            KeyError: there is no such piece.
        """
        kind, _, argument = name.partition(":")
        made = _MAKERS[kind](self, argument)
        return made if isinstance(made, list) else [made]


def _annotated(making: Making, name: str) -> list[Shown]:
    shown: list[Shown] = []
    for note, lines in packages.annotated(name, _PACKAGES[name]()):
        shown += [Paragraph(making.words(note.note)), CodeBlock(lines.removesuffix("\n"))]
    return shown


_MAKERS: Mapping[str, Callable[[Making, str], Shown | list[Shown]]] = {
    "operations": lambda making, _: wirepieces.overview(making.say),
    "operation": lambda making, key: wirepieces.operation(key, making.say),
    "answer": lambda making, key: wirepieces.answer(key, making.say),
    "signing": lambda making, name: wirepieces.signing(name, making.say),
    "hashes": lambda making, _: wirepieces.hashes(making.say),
    "curl": lambda _, key: CodeBlock("\n".join(curl_lines(step(key)))),
    "snippet": lambda _, name: CodeBlock(snippet(name), name),
    "package": _annotated,
    "status-codes": lambda making, _: profilepieces.status_codes(making.profile.parameters, making.say),
    "states": lambda making, _: state_picture(making.profile.parameters.statuses, environment(), making.say),
    "error-codes": lambda making, _: profilepieces.error_codes(making.profile.parameters, making.say),
    "lengths": lambda making, _: profilepieces.lengths(making.profile.parameters, making.say),
    "document-types": lambda making, _: profilepieces.document_types(making.profile.parameters, making.say),
    "driver-commands": lambda making, _: driverpieces.commands(making.language, making.say),
    "driver-errors": lambda making, _: driverpieces.errors(making.say),
    "requirements": lambda making, _: requirement_map(making.profile, making.language, making.say),
}
