"""Identifiers of agencies and documents: their forms, built and taken apart. The forms are the profile's."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from harness.catalogue.parameters import Identifiers

OrganForm = Literal["old", "new", "enterprise", "hub"]

_DOCUMENT_ID = re.compile(r"([^,]+),([0-9]{4}/[0-9]{2}/[0-9]{2}),([^/]+)/(.+)")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_OLD = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")


class DocumentIdParts(msgspec.Struct, frozen=True):
    """The parts of a DocumentId; `date` is `yyyy/MM/dd` by its digits, not necessarily a real day."""

    organ_id: str
    date: str
    number: str
    notation: str


def document_id(organ_id: str, date: str, number: str, notation: str) -> str:
    """Return the DocumentId of the document that `organ_id` promulgated as `number`/`notation` on `date`.

    Args:
        organ_id: the issuer's OrganId.
        date: the day, `yyyy/MM/dd`.
        number: CodeNumber.
        notation: CodeNotation.
    """
    return f"{organ_id},{date},{number}/{notation}"


def parse_document_id(text: str) -> DocumentIdParts | None:
    """Take a DocumentId apart; None when it has another form (a UUID, for example).

    The issuer ends at the first comma and the day has a fixed length, so commas in the number do no harm;
    the number ends at the first slash after the day, so a notation may hold slashes.
    """
    found = _DOCUMENT_ID.fullmatch(text)
    return DocumentIdParts(*found.groups()) if found else None


def is_uuid(text: str) -> bool:
    """Return whether `text` is a UUID with its hyphens, in either case of letters."""
    return _UUID.fullmatch(text) is not None


def organ_form(text: str, identifiers: Identifiers) -> OrganForm | None:
    """Tell which form of OrganId `text` has in a profile; None: none that the profile allows.

    Ids of hubs and integration centres are recognised first: their letters may fit another form too.
    """
    if len(text) > identifiers.longest:
        return None
    if re.fullmatch(identifiers.hub, text):
        return "hub"
    if re.fullmatch(identifiers.old, text):
        return "old"
    if identifiers.new is not None and re.fullmatch(identifiers.new, text):
        return "new"
    if identifiers.enterprise is not None and re.fullmatch(identifiers.enterprise, text):
        return "enterprise"
    return None


def new_form(old: str) -> str | None:
    """Return the new form that corresponds to an id in the old form; None when `old` has another form.

    The groups are reversed, level 1 first, and those that mean "not at this level" are dropped: `000.00.15.H51`
    becomes `H51.15`. A directory may have other pairs: if there is one, it decides.
    """
    found = _OLD.fullmatch(old)
    if found is None:
        return None
    *below, top = found.groups()
    return ".".join([top, *(group for group in reversed(below) if group.strip("0"))])


def codes_upwards(organ_id: str) -> Iterator[str]:
    """Yield the code of an agency in the new form, then those of the agencies above it, up to level 1.

    `H41.12.3`, `H41.12` and `H41`, whether it is written so or as `003.00.12.H41`.
    """
    code = new_form(organ_id) or organ_id
    while code:
        yield code
        code = code.rpartition(".")[0]
