"""The candidate's declaration, `candidate.yaml` (schema lienthong.candidate/1)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import ParameterGroup, Timing
from harness.catalogue.requirements import Capability
from harness.catalogue.typed_yaml import Located, convert, read


class Product(ParameterGroup, frozen=True):
    """What is tested: name, version and vendor of the product."""

    name: str
    version: str = ""
    vendor: str = ""


class DeclaredAgency(ParameterGroup, frozen=True):
    """The agency that the candidate acts for, and the system it calls from.

    The secret is in the file, or in the environment variable named by `secret_env`, or is made by the harness.
    """

    organ_id: str
    organ_name: str
    system_id: str | None = None
    secret: str | None = None
    secret_env: str | None = None


class HttpDriverDeclaration(ParameterGroup, frozen=True, tag_field="kind", tag="http"):
    """The candidate is operated by HTTP posts to `url`."""

    url: str


class CommandDriverDeclaration(ParameterGroup, frozen=True, tag_field="kind", tag="command"):
    """The candidate is operated by a program of the vendor's: JSON lines on its standard input and output."""

    argv: tuple[str, ...]


class ManualDriverDeclaration(ParameterGroup, frozen=True, tag_field="kind", tag="manual"):
    """A person operates the candidate and answers prompts.

    `answers` is a file of prepared answers; `evidence` a folder: what lies in its folder `007` when question 7 is
    answered is kept with the answer.
    """

    answers: str | None = None
    evidence: str | None = None


class PassiveDriverDeclaration(ParameterGroup, frozen=True, tag_field="kind", tag="passive"):
    """The candidate acts by itself; the harness only observes the messages."""


class BuiltInDriverDeclaration(ParameterGroup, frozen=True, tag_field="kind", tag="reference"):
    """The candidate is the reference agency inside the harness; `variant` names a defect or a correct variant."""

    variant: str | None = None


Driver = (
    HttpDriverDeclaration
    | CommandDriverDeclaration
    | ManualDriverDeclaration
    | PassiveDriverDeclaration
    | BuiltInDriverDeclaration
)
_DECLARABLE = ("http", "command", "manual", "passive")


class DeclaredTiming(ParameterGroup, frozen=True):
    """What the vendor declares, in seconds; None where the profile's default holds."""

    poll_interval: float | None = None
    reaction: float | None = None
    give_up: float | None = None


class Candidate(ParameterGroup, frozen=True):
    """A candidate's declaration."""

    schema: Literal["lienthong.candidate/1"]
    candidate: Product
    agency: DeclaredAgency
    driver: Driver
    capabilities: tuple[Capability, ...] = ()
    timing: DeclaredTiming = DeclaredTiming()

    def public(self) -> dict[str, object]:
        """Return the declaration without any secret, as it is in journal and report."""
        content: dict[str, Any] = msgspec.to_builtins(self)
        content["agency"].pop("secret", None)
        if isinstance(self.driver, HttpDriverDeclaration):
            content["driver"]["url"] = _without_login(self.driver.url)
        return content


class Times(msgspec.Struct, frozen=True):
    """The times that hold in a run, in seconds."""

    poll_interval: float
    reaction: float
    give_up: float


def load_candidate(path: Path) -> tuple[Candidate, Located]:
    """Read a candidate's declaration, and where each part of it is.

    Raises:
        ConfigurationError: unreadable, or a key or value is wrong, or its driver is the harness's own agency; with
            file and line.
    """
    located = read(path)
    driver = located.value.get("driver") if isinstance(located.value, dict) else None
    kind = driver.get("kind") if isinstance(driver, dict) else None
    if kind is not None and kind not in _DECLARABLE:
        # The harness's own agency is not a product, so it cannot be declared.
        file, line = located.place(("driver", "kind"))
        code = (
            "candidate.driver-built-in"
            if kind == BuiltInDriverDeclaration.__struct_config__.tag
            else "yaml.not-allowed"
        )
        known = ", ".join(_DECLARABLE)
        raise ConfigurationError(code, path=file, line=line, key="driver.kind", value=kind, known=known)
    return convert(located, Candidate), located


def secret_of(candidate: Candidate, located: Located, environment: Mapping[str, str]) -> str | None:
    """Return the declared secret, or None when the harness must make one.

    Args:
        candidate: the declaration.
        located: where each part of it is.
        environment: the variables that `secret_env` may name.

    Raises:
        ConfigurationError: both `secret` and `secret_env` are given, or the variable is not set or is no text.
    """
    agency = candidate.agency
    path, line = located.place(("agency", "secret_env"))
    if agency.secret is not None and agency.secret_env is not None:
        raise ConfigurationError("candidate.two-secrets", path=path, line=line)
    if agency.secret_env is None:
        return agency.secret
    value = environment.get(agency.secret_env)
    if not value:
        raise ConfigurationError("candidate.secret-env-unset", path=path, line=line, name=agency.secret_env)
    if not _is_utf8(value):
        raise ConfigurationError("candidate.secret-not-utf8", path=path, line=line, name=agency.secret_env)
    return value


def _is_utf8(text: str) -> bool:
    """Tell whether a value of the environment was UTF-8: what was not is kept in it as lone surrogates."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _without_login(url: str) -> str:
    return re.sub(r"\A([^:/?#]*://)[^/?#]*@", r"\1", url)


def times_of(candidate: Candidate, located: Located, bounds: Timing) -> Times:
    """Return the times of a run: as declared, else the profile's defaults.

    Raises:
        ConfigurationError: a declared time is outside the profile's bounds.
    """
    chosen: dict[str, float] = {}
    for name in ("poll_interval", "reaction", "give_up"):
        bound = getattr(bounds, name)
        declared = getattr(candidate.timing, name)
        if declared is not None and not bound.lowest <= declared <= bound.highest:
            path, line = located.place(("timing", name))
            raise ConfigurationError(
                "candidate.time-out-of-bounds", path=path, line=line, name=name, value=declared,
                lowest=bound.lowest, highest=bound.highest,
            )  # fmt: skip
        chosen[name] = bound.default if declared is None else declared
    return Times(**chosen)
