"""What is certified: a declared candidate with its driver, or the reference agency in this very process."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue.candidate import (
    Agency,
    BuiltInDriver,
    Candidate,
    CommandDriver,
    HttpDriver,
    Product,
    Times,
    load_candidate,
    secret_of,
    times_of,
)
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Capability
from harness.drivers import command, http, reference
from harness.drivers.protocol import Driver
from harness.edxml.identifiers import organ_form

REFERENCE = "reference"
# Quick enough for a run of seconds, slow enough for a loaded machine: every limit still has the profile's margin.
_REFERENCE_TIMES = Times(poll_interval=0.1, reaction=1.0, give_up=2.0)
_REFERENCE_AGENCY = Agency(organ_id="000.00.00.H41", organ_name="UBND tỉnh Nghệ An")
_ALL: tuple[Capability, ...] = ("register", "recall", "take_back", "update", "replace", "handling", "restart")


@dataclass(frozen=True, slots=True)
class Subject:
    """A candidate ready to be run against: declaration, times, secret, and a way to reach it."""

    candidate: Candidate
    times: Times
    secret: str
    system_id: str
    driver: str
    open_driver: Callable[[], Awaitable[Driver]]


def open_subject(name: str, profile: Profile) -> Subject:
    """Find what `name` means: a declaration's path, `reference`, or `reference:<defect>`.

    Raises:
        ConfigurationError: no such file or defect, or the declaration is wrong.
    """
    word, _, defect = name.partition(":")
    if word == REFERENCE:
        return _reference(defect or None)
    return _declared(Path(name), profile)


def _reference(defect: str | None) -> Subject:
    if defect is not None and defect not in reference.kinds():
        raise ConfigurationError("candidate.unknown-defect", name=defect)
    product = Product(name="Hệ thống tham chiếu" + (f" ({defect})" if defect else ""), vendor="lienthong-harness")
    candidate = Candidate(
        schema="lienthong.candidate/1",
        candidate=product,
        agency=_REFERENCE_AGENCY,
        driver=BuiltInDriver(defect),
        capabilities=_ALL,
    )

    async def opened() -> Driver:
        return reference.ReferenceDriver(defect, _REFERENCE_TIMES.give_up)

    return Subject(candidate, _REFERENCE_TIMES, _made_secret(), "vxp.reference", REFERENCE, opened)


def _declared(path: Path, profile: Profile) -> Subject:
    candidate, located = load_candidate(path)
    if organ_form(candidate.agency.organ_id, profile.parameters.identifiers) is None:
        file, line = located.place(("agency", "organ_id"))
        raise ConfigurationError("candidate.organ-id", path=file, line=line, value=candidate.agency.organ_id)
    times = times_of(candidate, located, profile.parameters.timing)
    secret = secret_of(candidate, located) or _made_secret()
    system_id = candidate.agency.system_id or "vxp.candidate"
    declared = candidate.driver

    async def opened() -> Driver:
        if isinstance(declared, HttpDriver):
            return http.HttpDriver(declared.url)
        if isinstance(declared, CommandDriver):
            return command.CommandDriver(declared.argv)
        if isinstance(declared, BuiltInDriver):
            return reference.ReferenceDriver(declared.variant, times.give_up)
        raise ConfigurationError("candidate.driver", path=path, kind=type(declared).__name__)

    kind = str(declared.__struct_config__.tag)
    return Subject(candidate, times, secret, system_id, kind, opened)


def _made_secret() -> str:
    return secrets.token_urlsafe(24)
