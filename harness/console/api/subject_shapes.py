"""Requests and answers about what is tested: organisations, products, systems, the check before a run."""

from typing import Any

import msgspec

from harness.catalogue.candidate import Candidate


class WantedOrganisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation to be added."""

    name: str


class OrganisationShape(msgspec.Struct, frozen=True):
    """A vendor or an agency whose products are tested."""

    id: int
    name: str
    created: str


class OrganisationList(msgspec.Struct, frozen=True):
    """Organisations, oldest first."""

    organisations: list[OrganisationShape]


class ProductShape(msgspec.Struct, frozen=True):
    """A product in one version; it comes with the first declaration that names it."""

    id: int
    organisation_id: int
    organisation: str
    name: str
    version: str
    created: str


class ProductList(msgspec.Struct, frozen=True):
    """Products, oldest first."""

    products: list[ProductShape]


class SystemShape(msgspec.Struct, frozen=True):
    """A system; `ready`: whether its current declaration passed the check before a run."""

    id: int
    organisation_id: int
    organisation: str
    product_id: int
    product: str
    version: str
    driver: str
    ready: bool


class SystemList(msgspec.Struct, frozen=True):
    """Systems, oldest first."""

    systems: list[SystemShape]


class WholeSystemShape(msgspec.Struct, frozen=True):
    """A system with its declaration.

    Attributes:
        declaration: without its secret; null for the reference agency.
        variant: of the reference agency.
        has_secret: whether a secret is kept.
        program_allowed: whether an administrator lets its driver be a program on the console's machine.
    """

    system: SystemShape
    declaration: Candidate | None
    variant: str
    has_secret: bool
    program_allowed: bool


class WantedReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reference agency as a system, to try the console out; `variant` names a defect, empty for none."""

    variant: str = ""


class ExaminationShape(msgspec.Struct, frozen=True):
    """A check before a run.

    Attributes:
        id: of the check.
        state: `running`, `ended` or `broken`.
        ready: whether a run may begin.
        current: whether it is of the declaration as it is now, and not too old.
        checks: what was looked at, as `lienthong doctor --format json` writes it.
        complaint: what a broken one said.
    """

    id: int
    state: str
    ready: bool
    current: bool
    created: str
    checks: list[dict[str, Any]]
    complaint: str
