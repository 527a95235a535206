"""The guide's data files below `reports/guide`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import convert, read
from harness.guide.model import Page
from harness.resources import folder


class _Index(ParameterGroup, frozen=True):
    schema: Literal["lienthong.guide/1"]
    pages: tuple[str, ...]


class WorkedParty(ParameterGroup, frozen=True):
    """One of the two systems of the worked example.

    Attributes:
        system_id, secret: by which the hub knows it.
        organ_id, organ_name: of its agency.
    """

    system_id: str
    secret: str
    organ_id: str
    organ_name: str


class WorkedExample(ParameterGroup, frozen=True):
    """The names and numbers of the worked example.

    Attributes:
        endpoint: address of the hub.
        sender, receiver: the two systems.
        subordinate: agency that the sender registers and removes again.
        moment: when everything happens, `yyyy-MM-ddTHH:mm:ss.SSS`, Vietnam time.
        number, notation: of the document.
        reason: short text of the transport status, ASCII.
        sent_id, answer_id, refused_id: ids that the hub gives to what is sent; any will do.
        received_id, status_id: ids that the hub gives to what is received.
    """

    endpoint: str
    sender: WorkedParty
    receiver: WorkedParty
    subordinate: tuple[str, str]
    moment: str
    number: str
    notation: str
    reason: str
    sent_id: str
    answer_id: str
    refused_id: str
    received_id: str
    status_id: str


class WorkedExchange(ParameterGroup, frozen=True):
    """Example of one command of the driver: what is asked, what is answered, and what it is for."""

    about: LocalisedText
    arguments: dict[str, object]
    result: dict[str, object]


class Annotation(ParameterGroup, frozen=True):
    """A note about an element of the example package."""

    element: str
    note: LocalisedText


class DriverExamples(ParameterGroup, frozen=True):
    """Examples of the driver protocol.

    Attributes:
        url: address of an adapter that speaks HTTP.
        commands: by name, in the order of the guide.
        errors: a message for each kind of error.
    """

    url: str
    commands: dict[str, WorkedExchange]
    errors: dict[str, str]


def guide_folder() -> Path:
    """Return the folder of the guide's data."""
    return folder("reports") / "guide"


@cache
def page_ids() -> tuple[str, ...]:
    """Return the ids of all pages in their order."""
    return convert(read(guide_folder() / "guide.yaml"), _Index).pages


@cache
def page(page_id: str) -> Page:
    """Return a page as its file has it.

    Raises:
        ConfigurationError: there is no such file, or it is not written as it must be.
    """
    return convert(read(guide_folder() / "pages" / f"{page_id}.yaml"), Page)


@cache
def worked_example() -> WorkedExample:
    """Return the names and numbers of the worked example."""
    return convert(read(guide_folder() / "example.yaml"), WorkedExample)


@cache
def driver_examples() -> DriverExamples:
    """Return the examples of the driver protocol."""
    return convert(read(guide_folder() / "driver.yaml"), DriverExamples)


@cache
def annotations(name: str) -> tuple[Annotation, ...]:
    """Return the notes on an example package, in the order of its elements."""
    return msgspec.convert(_mapping("annotations.yaml")[name], tuple[Annotation, ...])


@cache
def requirement_places() -> Mapping[str, str]:
    """Return where the guide speaks of requirements: by id, or by group for those that have no line of their own."""
    return msgspec.convert(_mapping("requirements.yaml"), dict[str, str])


def snippet_files() -> tuple[Path, ...]:
    """Return the files of code that a vendor may copy."""
    return tuple(sorted((guide_folder() / "snippets").iterdir()))


@cache
def snippet(name: str) -> str:
    """Return the text of a file of code, without line end at its end."""
    return (guide_folder() / "snippets" / name).read_text(encoding="utf-8").rstrip("\n")


def _mapping(name: str) -> Mapping[str, object]:
    content: Mapping[str, object] = read(guide_folder() / name).value
    return content
