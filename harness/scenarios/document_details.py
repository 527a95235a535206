"""The contents of a document besides sender and receiver, drawn at random for each, good and bad alike."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from harness.edxml.model import DocumentType, OtherInfo, SignerInfo, StaffInfo
from harness.vectors.file_kinds import ballast, file_content
from harness.vectors.packages.base import Contact, Particulars

# How often a document has an element that is optional.
_USUAL = 0.7
# How often a document goes to one more agency, and to two more.
_ALSO, _TOO = 0.25, 0.05
# A vector may need labels for so many attachments, even if the document has fewer.
_LEAST_LABELS = 2
_NUMBERS = 10**6


class WordLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words that documents are made of, by element; an empty word leaves the element out."""

    openings: tuple[str, ...]
    subjects: tuple[str, ...]
    signers: tuple[str, ...]
    competences: tuple[str, ...]
    positions: tuple[str, ...]
    notations: tuple[str, ...]
    places: tuple[str, ...]
    types: tuple[tuple[str, str], ...]
    spheres: tuple[str, ...]
    typers: tuple[str, ...]
    to_places: tuple[str, ...]
    appendixes: tuple[str, ...]
    departments: tuple[str, ...]
    clerks: tuple[str, ...]
    mobiles: tuple[str, ...]
    reached: tuple[str, ...]
    streets: tuple[str, ...]
    letters: tuple[str, ...]
    annexes: tuple[str, ...]

    def subject(self, chance: random.Random) -> str:
        """Return a subject line."""
        return f"{chance.choice(self.openings)} {chance.choice(self.subjects)} ({chance.randrange(_NUMBERS)})"

    def letter(self, chance: random.Random) -> str:
        """Return the name of the file that holds the text of the document."""
        return f"{chance.choice(self.letters)}-{chance.randrange(_NUMBERS)}.pdf"

    def annex(self, chance: random.Random, kind: str) -> str:
        """Return the name of a further file."""
        return f"{chance.choice(self.annexes)} {chance.randrange(_NUMBERS)}.{kind}"


@dataclass(frozen=True, slots=True)
class DetailChoices:
    """Draws the contents of one document.

    Attributes:
        words: to choose from.
        chance: source of the choices.
        sender: how the sender can be reached.
        others: OrganId and name of further agencies that it may go to.
        whole: whether it has every optional element; else each is left out now and then.
    """

    words: WordLists
    chance: random.Random
    sender: Contact
    others: Sequence[tuple[str, str]]
    whole: bool = False

    def particulars(self, now: datetime, files: Sequence[tuple[str, bytes]]) -> Particulars:
        """Return the contents of a document that is sent at `now` with these files."""
        words, chance = self.words, self.chance
        labels = max(len(files), _LEAST_LABELS)
        kind = chance.choice(words.types)
        return Particulars(
            subject=words.subject(chance),
            content=words.subject(chance) if self._said() else "",
            place=chance.choice(words.places),
            at=f"{now:%H:%M:%S}",
            document_type=DocumentType(*kind, type_detail=kind[0] if self._said() else ""),
            signer=SignerInfo(
                chance.choice(words.signers), chance.choice(words.competences), chance.choice(words.positions)
            ),
            due=chance.randrange(1, 45) if self._said() else None,
            to_places=tuple(chance.sample(words.to_places, chance.randrange(1, 4))) if self._said() else (),
            other=self._other() if self._said() else None,
            steering_type=str(chance.randrange(4)) if self._said() else "",
            sending=self._sending(),
            receiving=self._receiving(),
            bussiness=self._said(),
            clerk=self._clerk() if self._said() else None,
            further=self._further(),
            another=chance.choice(self.others)[1] if self.others else Particulars().another,
            files=tuple(files),
            labels=tuple(str(chance.randrange(1, 10**9)) for _ in range(labels)),
            entries=tuple(str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(labels)),
            picture=file_content("png", ballast(chance, chance.randrange(300, 4_000))),
        )

    def _said(self) -> bool:
        drawn = self.chance.random()
        return self.whole or drawn < _USUAL

    def _other(self) -> OtherInfo:
        words, chance = self.words, self.chance
        return OtherInfo(
            priority=chance.choice(("0", "0", "0", "1")),
            sphere_of_promulgation=chance.choice(words.spheres) if self._said() else "",
            typer_notation=chance.choice(words.typers),
            promulgation_amount=str(chance.randrange(1, 50)) if self._said() else "",
            page_amount=str(chance.randrange(1, 90)) if self._said() else "",
            direction="false" if self._said() else "",
            appendixes=tuple(chance.sample(words.appendixes, chance.randrange(1, 3))) if self._said() else (),
        )

    def _sending(self) -> Contact:
        known = self.sender
        return Contact(
            organ_add=known.organ_add if self._said() else "",
            email=known.email if self._said() else "",
            telephone=known.telephone if self._said() else "",
            website=known.website if self._said() else "",
            in_charge=self._said(),
        )

    def _receiving(self) -> Contact:
        words, chance = self.words, self.chance
        return Contact(
            organ_add=chance.choice(words.streets) if self._said() else "",
            email=chance.choice(words.reached) if self._said() else "",
            in_charge=self._said(),
        )

    def _clerk(self) -> StaffInfo:
        words, chance = self.words, self.chance
        return StaffInfo(
            chance.choice(words.departments),
            chance.choice(words.clerks),
            chance.choice(words.reached),
            chance.choice(words.mobiles),
        )

    def _further(self) -> tuple[tuple[str, str], ...]:
        drawn = self.chance.random()
        count = 2 if drawn < _TOO else 1 if drawn < _ALSO else 0
        return tuple(self.chance.sample(self.others, min(count, len(self.others))))
