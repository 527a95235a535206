"""Where in sources and data everything about one requirement, or one finding code, is defined."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from harness.agency.gallery import defects
from harness.catalogue.texts import SHARED_REASONS, entries
from harness.catalogue.yaml_reader import Place, read
from harness.resources import folder
from harness.scenarios.registry import all_scenarios
from harness.selfcheck.finding_codes import codes_of
from harness.selfcheck.origins import OriginKind, kinds_giving, origins, place_of
from harness.selfcheck.stimuli import HOSTILE
from harness.vectors.forged_packages import FORGERIES, Forgery
from harness.vectors.forged_pdfs import PDF_FORGERIES, PdfForgery
from harness.vectors.kept.registry import KeepingVector, kept_vectors_of
from harness.vectors.registry import Vector, vectors_of

PlaceKind = OriginKind | Literal["requirement", "expectation", "vector", "defect", "text"]


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """One thing, and where it is.

    Attributes:
        kind: what it is.
        name: of the function, class, scenario, vector, agency or text.
        place: file and line.
    """

    kind: PlaceKind
    name: str
    place: Place


def places_of(requirement: str, code: str | None = None) -> list[NamedPlace]:
    """Return the places of the catalogue entry, the judging code, the tests and the texts, in this order.

    Args:
        requirement: id.
        code: one of its codes, to leave out what does not give, break or say it.
    """
    codes = frozenset({code} if code else codes_of(requirement))
    found = (
        *_catalogue(requirement), *_scenarios(requirement, codes), *_expectations(codes), *_checks(codes),
        *_vectors(requirement, code), *_defects(requirement), *_texts(codes),
    )  # fmt: skip
    return list(dict.fromkeys(found))


def _catalogue(requirement: str) -> Iterator[NamedPlace]:
    located = read(folder("profiles") / "requirements.yaml")
    for index, entry in enumerate(located.value["requirements"]):
        if entry["id"] == requirement:
            yield NamedPlace("requirement", requirement, located.place(("requirements", index)))


def _scenarios(requirement: str, codes: frozenset[str]) -> Iterator[NamedPlace]:
    for one in origins():
        if one.kind == "scenario" and (one.codes & codes or requirement in all_scenarios()[one.name].requirements):
            yield NamedPlace("scenario", one.name, one.place)


def _expectations(codes: frozenset[str]) -> Iterator[NamedPlace]:
    for code in sorted(codes):
        for scenario in all_scenarios().values():
            for kind in kinds_giving(code, scenario):
                yield NamedPlace("expectation", kind.__name__, place_of(kind))


def _checks(codes: frozenset[str]) -> Iterator[NamedPlace]:
    for one in origins():
        if one.kind != "scenario" and one.codes & codes:
            yield NamedPlace(one.kind, one.name, one.place)


def _vectors(requirement: str, code: str | None) -> Iterator[NamedPlace]:
    made: list[Vector | KeepingVector] = [*vectors_of(requirement), *kept_vectors_of(requirement)]
    yield from (NamedPlace("vector", one.key, one.place) for one in made if code in {None, one.code})
    forgeries: dict[str, Forgery | PdfForgery] = {f"SIG/{name}": one for name, one in FORGERIES.items()}
    forgeries |= {f"PDF/{name}": one for name, one in PDF_FORGERIES.items()}
    for name, forgery in forgeries.items():
        if any(each == code if code else each.startswith(f"{requirement}.") for each in forgery.codes):
            yield NamedPlace("vector", name, place_of(forgery.build))
    why = folder("fixtures") / "hostile" / "why.yaml"
    for hostile in HOSTILE:
        if hostile.requirement == requirement:
            yield NamedPlace("vector", hostile.key, read(why).place((hostile.key,)))


def _defects(requirement: str) -> Iterator[NamedPlace]:
    for name, entry in defects().items():
        if entry.breaks == requirement:
            for component in entry.components.changed():
                yield NamedPlace("defect", name, place_of(component))


def _texts(codes: frozenset[str]) -> Iterator[NamedPlace]:
    messages = folder("profiles") / "messages"
    for code in sorted(codes):
        group = code[:3].lower()
        area, key = (group, code) if code in entries(group) else (SHARED_REASONS, code.partition(".")[2])
        yield NamedPlace("text", key, read(messages / f"{area}.yaml").place((key,)))
