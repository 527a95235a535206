"""What is certified: a declared candidate with its driver, or the reference agency in this process."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.catalogue.candidate import (
    BuiltInDriverDeclaration,
    Candidate,
    CommandDriverDeclaration,
    DeclaredAgency,
    HttpDriverDeclaration,
    ManualDriverDeclaration,
    PassiveDriverDeclaration,
    Product,
    Times,
    load_candidate,
    secret_of,
    times_of,
)
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import Timing
from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Capability
from harness.catalogue.yaml_reader import Located
from harness.doctor.declaration import check_declaration
from harness.drivers import command, http, passive, reference
from harness.drivers.manual.answer_file import PreparedAnswer, PreparedOperator, load_answers
from harness.drivers.manual.driver import ManualDriver
from harness.drivers.protocol import Driver
from harness.drivers.views import Workplace

REFERENCE = "reference"
# Quick enough for a run of seconds, slow enough for a loaded machine: every limit still has the profile's margin.
_REFERENCE_TIMES = Times(poll_interval=0.1, reaction=1.0, give_up=2.0)
_REFERENCE_AGENCY = DeclaredAgency(organ_id="000.00.00.H41", organ_name="UBND tỉnh Nghệ An")
_ALL: tuple[Capability, ...] = (
    "register", "recall", "take_back", "update", "replace", "handling", "restart", "records_export", "archive_sip",
)  # fmt: skip


OpenDriver = Callable[[Workplace], Awaitable[Driver]]


@dataclass(frozen=True, slots=True)
class Target:
    """A candidate ready to be run against: declaration, times, secret, and a way to reach it.

    `secret_made` is True when the harness made the secret, which no one knows yet. `place` distinguishes
    the candidate from others that another run may reach at the same time; None for one made for this run alone.
    """

    candidate: Candidate
    times: Times
    secret: str
    system_id: str
    driver: str
    open_driver: OpenDriver
    secret_made: bool = True
    place: str | None = None


def open_target(name: str, profile: Profile, environment: Mapping[str, str]) -> Target:
    """Find the candidate of a name.

    Args:
        name: a declaration's path, `reference`, or `reference:<defect>`.
        profile: its parameters hold.
        environment: the variables that a declaration may name (`secret_env`).

    Raises:
        ConfigurationError: no such file or defect, or the declaration is wrong.
    """
    word, _, defect = name.partition(":")
    if word == REFERENCE:
        return _reference(defect or None, profile)
    return _declared(Path(name), profile, environment)


def _reference(defect: str | None, profile: Profile) -> Target:
    if defect is not None and defect not in reference.kinds():
        raise ConfigurationError("candidate.unknown-defect", name=defect)
    product = Product(name="Hệ thống tham chiếu" + (f" ({defect})" if defect else ""), vendor="lienthong-harness")
    candidate = Candidate(
        schema="lienthong.candidate/1",
        candidate=product,
        agency=_REFERENCE_AGENCY,
        driver=BuiltInDriverDeclaration(defect),
        capabilities=tuple(one for one in _ALL if one not in reference.lacking(defect)),
        timing=reference.declared_timing(defect),
    )
    declared = msgspec.to_builtins(candidate.timing)
    changed = {name: seconds for name, seconds in declared.items() if seconds is not None}
    times = _bounded(msgspec.structs.replace(_REFERENCE_TIMES, **changed), profile.parameters.timing)

    async def opened(_: Workplace) -> Driver:
        return reference.ReferenceDriver(defect, times.give_up, profile)

    return Target(candidate, times, _made_secret(), "vxp.reference", REFERENCE, opened)


def _bounded(times: Times, bounds: Timing) -> Times:
    """Return the times nearest to these that are within the profile's bounds."""
    chosen = {
        name: min(max(getattr(times, name), getattr(bounds, name).lowest), getattr(bounds, name).highest)
        for name in times.__struct_fields__
    }
    return Times(**chosen)


def _declared(path: Path, profile: Profile, environment: Mapping[str, str]) -> Target:
    candidate, located = load_candidate(path)
    check_declaration(candidate, located, profile, environment)
    times = times_of(candidate, located, profile.parameters.timing)
    secret = secret_of(candidate, located, environment)
    system_id = candidate.agency.system_id or "vxp.candidate"
    kind = str(candidate.driver.__struct_config__.tag)
    opened = _opening(candidate, located)
    place = candidate.driver.url if isinstance(candidate.driver, HttpDriverDeclaration) else str(path.resolve())
    return Target(candidate, times, secret or _made_secret(), system_id, kind, opened, secret is None, place)


def _opening(candidate: Candidate, located: Located) -> OpenDriver:
    """Return what opens the declared driver."""
    declared = candidate.driver
    answers = _answers(declared, located) if isinstance(declared, ManualDriverDeclaration) else ()
    shown = _evidence(declared, located) if isinstance(declared, ManualDriverDeclaration) else None

    async def opened(workplace: Workplace) -> Driver:
        if isinstance(declared, HttpDriverDeclaration):
            return http.HttpDriver(declared.url)
        if isinstance(declared, CommandDriverDeclaration):
            folder = located.place(("driver",))[0].parent
            complain = None if workplace.quiet else workplace.operator.tell
            return command.CommandDriver(declared.argv, workplace.environment, folder=folder, complain=complain)
        if isinstance(declared, PassiveDriverDeclaration):
            return passive.PassiveDriver(workplace, workplace.operator)
        return ManualDriver(workplace, PreparedOperator(answers, workplace.operator), evidence=shown)

    return opened


def _answers(declared: ManualDriverDeclaration, located: Located) -> tuple[PreparedAnswer, ...]:
    """Read the prepared answers; their path is relative to the declaration."""
    if declared.answers is None:
        return ()
    path, _ = located.place(("driver", "answers"))
    return load_answers(path.parent / declared.answers)


def _evidence(declared: ManualDriverDeclaration, located: Located) -> Path | None:
    """Return the folder of what is shown with answers; its path is relative to the declaration."""
    if declared.evidence is None:
        return None
    path, _ = located.place(("driver", "evidence"))
    return path.parent / declared.evidence


def _made_secret() -> str:
    return secrets.token_urlsafe(24)
