"""Checks of the driver: can it be reached, does it speak the protocol, can it do what the declaration says."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harness.catalogue.candidate import Candidate
from harness.catalogue.findings import clipped
from harness.catalogue.requirements import Capability
from harness.doctor.checks import PreflightCheck, Trouble
from harness.drivers.protocol import Driver, DriverError, DriverLost

HELLO_LIMIT = 10.0

_NEEDED: Mapping[Capability, tuple[str, ...]] = {
    "register": ("register", "directory"),
    "recall": ("send",),
    "take_back": ("take_back",),
    "update": ("send",),
    "replace": ("send",),
    "handling": ("decide",),
    "restart": ("stop", "start"),
    "records_export": ("export_records",),
    "archive_sip": ("export_sip",),
}
_ALWAYS_NEEDED = ("send", "decide", "inbox", "outbox")
_BY_HAND = frozenset({"manual", "passive"})
_SKEW = 60.0


async def greet(driver: Driver) -> tuple[PreflightCheck, dict[str, Any] | None]:
    """Call `hello`; return the check, and the answer if there was one."""
    try:
        hello = await driver.call("hello", {}, HELLO_LIMIT)
    except DriverLost as lost:
        return PreflightCheck("driver", (reach_trouble(lost),)), None
    except DriverError as error:
        trouble = Trouble("driver.hello-refused", "reach", parameters={"said": str(error)})
        return PreflightCheck("driver", (trouble,)), None
    named = (clipped(str(hello[key]), 60) for key in ("name", "version") if hello.get(key))
    return PreflightCheck("driver", facts=" ".join(named)), hello


def reach_trouble(lost: DriverLost) -> Trouble:
    """Say why a driver could not be reached; a certificate that is not trusted has a remedy of its own."""
    tls = lost.reason == "unreachable" and "CERTIFICATE_VERIFY_FAILED" in lost.detail
    code = "driver-lost.tls" if tls else f"driver-lost.{lost.reason}"
    return Trouble(code, "reach", parameters={"where": lost.where, "detail": lost.detail})


def check_commands(hello: Mapping[str, Any], candidate: Candidate, kind: str) -> PreflightCheck:
    """Compare the commands that the driver knows with what is declared and what every run needs."""
    if kind in _BY_HAND:
        return PreflightCheck("commands", skipped=True)
    listed = hello.get("commands")
    if not isinstance(listed, list):
        return PreflightCheck("commands", (Trouble("driver.no-commands"),))
    known = {str(command) for command in listed}
    facts = ", ".join(clipped(command, 40) for command in sorted(known)[:20])
    return PreflightCheck("commands", tuple(_missing(known, candidate)), facts)


def _missing(known: Collection[str], candidate: Candidate) -> Iterator[Trouble]:
    for capability in candidate.capabilities:
        lacking = [command for command in _NEEDED[capability] if command not in known]
        if lacking:
            parameters = {"capability": capability, "commands": ", ".join(lacking)}
            yield Trouble("driver.capability-without-command", parameters=parameters)
    lacking = [command for command in _ALWAYS_NEEDED if command not in known]
    if lacking:
        yield Trouble("driver.command-missing", note=True, parameters={"commands": ", ".join(lacking)})


def check_configurable(
    hello: Mapping[str, Any], kind: str, *, secret_made: bool, port_chosen: bool
) -> tuple[Trouble, ...]:
    """Return what the candidate cannot be given when its driver has no command `configure`.

    Args:
        hello: the driver's answer.
        kind: of the driver.
        secret_made: the harness makes the secret, so that the candidate cannot know it beforehand.
        port_chosen: the hub's port is fixed, so that the candidate can know it beforehand.
    """
    listed = hello.get("commands")
    if kind in _BY_HAND or (isinstance(listed, list) and "configure" in listed):
        return ()
    if secret_made:
        return (Trouble("driver.secret-not-told"),)
    return () if port_chosen else (Trouble("driver.address-not-told"),)


def check_clock(driver: Driver) -> PreflightCheck:
    """Compare the driver's clock with the harness's, where its answers carry the time."""
    skew = getattr(driver, "skew", None)
    if skew is None:
        return PreflightCheck("clock", skipped=True)
    seconds = f"{round(skew):+d}"
    if abs(skew) <= _SKEW:
        return PreflightCheck("clock", facts=f"{seconds} s")
    return PreflightCheck("clock", (Trouble("clock.skew", parameters={"seconds": seconds}),))
