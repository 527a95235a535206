"""All checks before a run: declaration, network, driver, clock, and one signed round trip."""

import ipaddress
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from harness.catalogue.candidate import Candidate, HttpDriverDeclaration, load_candidate
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import Language
from harness.doctor.checks import PreflightCheck, Trouble
from harness.doctor.declaration import FINDERS, closed_code
from harness.doctor.driver import check_clock, check_commands, check_configurable, greet
from harness.doctor.exchange import FirstRequest, check_vietnam_time, configure, longest_wait, round_trip
from harness.doctor.target import REFERENCE, Target, open_target
from harness.doctor.tls import check_tls
from harness.drivers.operator import Operator
from harness.drivers.protocol import Driver
from harness.drivers.views import Workplace
from harness.hub.call_recorder import CallRecorder
from harness.hub.server import AddressUnavailable, HubServer
from harness.hub.settings import HubSettings
from harness.journal import Journal
from harness.journal.recorder import VIETNAM
from harness.journal.redaction import SHORTEST_SECRET
from harness.selfcheck.profile import check_by_lint

# Seconds for connecting a product by hand.
_BY_HAND = 900.0
_AFTER_DRIVER = ("commands", "clock", "configure", "round-trip", "vietnam-time", "tls")
_AFTER_DECLARATION = ("network", "driver", *_AFTER_DRIVER)
# What is configured by hand is not configured twice more for the check of TLS.
_BY_PEOPLE = frozenset({"manual", "passive"})

Tell = Callable[[PreflightCheck], None]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is to be examined.

    Attributes:
        candidate: path of a declaration, `reference`, or `reference:<defect>`.
        profile: name or path.
        listen: host and port that the hub would listen at.
        language: of the operator.
        environment: the variables that the declaration may name, and that an adapter program inherits.
    """

    candidate: str
    profile: str
    listen: tuple[str, int]
    language: Language
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


async def examine(visit: Preflight, operator: Operator, tell: Tell) -> list[PreflightCheck]:
    """Make every check that can be made.

    Args:
        visit: what is examined.
        operator: who may have to connect the product.
        tell: is called with each outcome as it comes.

    Returns:
        All outcomes.

    Raises:
        ConfigurationError: the profile cannot be read, or lint finds something in it: it cannot be used.
    """
    profile = load_profile(visit.profile)
    check_by_lint(visit.profile)
    checks: list[PreflightCheck] = []

    def add(check: PreflightCheck) -> None:
        checks.append(check)
        tell(check)

    for check in declaration_checks(visit, profile):
        add(check)
    if any(check.state == "problem" for check in checks):
        for name in _AFTER_DECLARATION:
            add(PreflightCheck(name, skipped=True))
        return checks
    subject = open_target(visit.candidate, profile, visit.environment)
    with tempfile.TemporaryDirectory(prefix="lienthong-") as folder:
        await _Examination(visit, profile, subject, operator, Path(folder), add).whole()
    return checks


def declaration_checks(visit: Preflight, profile: Profile) -> Iterator[PreflightCheck]:
    """Check the declaration, as far as it can be read."""
    if visit.candidate.partition(":")[0] == REFERENCE:
        yield _opened(visit.candidate, profile)
        return
    try:
        candidate, located = load_candidate(Path(visit.candidate))
    except ConfigurationError as error:
        yield PreflightCheck("declaration", (Trouble.of(error),))
        yield from (PreflightCheck(check, skipped=True) for check in FINDERS)
        return
    yield PreflightCheck("declaration", facts=f"{candidate.candidate.name} {candidate.candidate.version}".strip())
    for check, find in FINDERS.items():
        troubles = tuple(Trouble.of(error) for error in find(candidate, located, profile, visit.environment))
        if check == "identifiers":
            troubles += tuple(closed_code(candidate, located, profile, datetime.now(VIETNAM).date()))
        yield PreflightCheck(check, troubles, "" if any(not one.note for one in troubles) else _facts(check, candidate))


def _opened(name: str, profile: Profile) -> PreflightCheck:
    try:
        open_target(name, profile, {})
    except ConfigurationError as error:
        return PreflightCheck("declaration", (Trouble.of(error),))
    return PreflightCheck("declaration", facts=name)


def _facts(check: str, candidate: Candidate) -> str:
    if check == "identifiers":
        return " · ".join(filter(None, (candidate.agency.organ_id, candidate.agency.system_id)))
    if check == "times":
        declared = candidate.timing
        shown = {"poll_interval": declared.poll_interval, "reaction": declared.reaction, "give_up": declared.give_up}
        return " · ".join(f"{name} {value:g} s" for name, value in shown.items() if value is not None)
    return str(candidate.driver.__struct_config__.tag) if check == "files" else ""


class _Examination:
    """The checks for which hub and driver run."""

    def __init__(
        self, visit: Preflight, profile: Profile, subject: Target, operator: Operator, folder: Path, add: Tell
    ) -> None:
        self._visit = visit
        self._profile = profile
        self._subject = subject
        self._operator = operator
        self._folder = folder
        self._add = add

    async def whole(self) -> None:
        """Start the hub, and make the checks that need it."""
        host, port = self._visit.listen
        secrets = (self._subject.secret,) if len(self._subject.secret) >= SHORTEST_SECRET else ()
        journal = Journal(self._folder, secrets=secrets)
        first = FirstRequest()
        journal.subscribe(first.take)
        hub_settings = HubSettings.of(self._profile, host=host, port=port)
        try:
            async with HubServer(hub_settings, CallRecorder(journal)) as server:
                server.hub.add_system(self._subject.system_id, self._subject.secret)
                agency = self._subject.candidate.agency
                server.hub.add_agency(agency.organ_id, agency.organ_name, self._subject.system_id)
                self._add(PreflightCheck("network", tuple(self._loopback(server.endpoint)), server.endpoint))
                await self._with_driver(server.endpoint, journal, first)
        except AddressUnavailable as error:
            address = f"{error.host}:{error.port}"
            trouble = Trouble("hub.cannot-listen", parameters={"address": address, "detail": error.detail})
            self._add(PreflightCheck("network", (trouble,)))
            self._skip(_AFTER_DECLARATION[1:])
        finally:
            journal.close()

    async def _with_driver(self, endpoint: str, journal: Journal, first: FirstRequest) -> None:
        subject = self._subject
        driver = await subject.open_driver(self._workplace(journal))
        try:
            check, hello = await greet(driver)
            self._add(check)
            if hello is None:
                self._skip(_AFTER_DRIVER)
                return
            self._add(check_commands(hello, subject.candidate, subject.driver))
            self._add(check_clock(driver))
            untold = check_configurable(
                hello, subject.driver, secret_made=subject.secret_made, port_chosen=self._visit.listen[1] != 0
            )
            await self._exchange(driver, endpoint, journal, first, untold)
        finally:
            await driver.close()

    def _workplace(self, journal: Journal) -> Workplace:
        return Workplace(
            self._folder,
            journal,
            self._visit.language,
            self._subject.times,
            self._operator,
            self._visit.environment,
            self._subject.secret_made,
        )

    async def _exchange(
        self, driver: Driver, endpoint: str, journal: Journal, first: FirstRequest, untold: tuple[Trouble, ...]
    ) -> None:
        check = (
            PreflightCheck("configure", untold) if untold else await configure(driver, self._configuration(endpoint))
        )
        limit = self._limit()
        self._add(check)
        unasked = check.skipped and check.troubles
        if check.state == "problem" or unasked or limit is None:
            self._skip(("round-trip", "vietnam-time", "tls"))
            return
        called = await round_trip(first, self._subject.system_id, limit)
        self._add(called)
        self._add(check_vietnam_time(first.request))
        if called.state == "problem" or check.skipped or self._subject.driver in _BY_PEOPLE:
            self._skip(("tls",))
            return
        self._add(await check_tls(driver, self._configuration(endpoint), journal, self._visit.listen[0], limit))

    def _limit(self) -> float | None:
        """Return how long to wait for the first request; None when there is no one to connect the product."""
        if self._subject.driver != "passive":
            return longest_wait(self._subject.times)
        by_hand = self._subject.secret_made or self._visit.listen[1] == 0
        if by_hand and self._operator.attended:
            return _BY_HAND
        return None if by_hand else longest_wait(self._subject.times)

    def _configuration(self, endpoint: str) -> dict[str, object]:
        agency = self._subject.candidate.agency
        return {
            "endpoint": endpoint,
            "system_id": self._subject.system_id,
            "secret": self._subject.secret,
            "organ_id": agency.organ_id,
            "organ_name": agency.organ_name,
            "poll_interval": self._subject.times.poll_interval,
            "hub_trust_anchors_pem": "",
            "signer_trust_anchors_pem": "",
        }

    def _loopback(self, endpoint: str) -> Iterator[Trouble]:
        """Yield the trouble of a hub that a driver on another machine cannot reach."""
        declared = self._subject.candidate.driver
        if isinstance(declared, HttpDriverDeclaration):
            there = urlsplit(declared.url).hostname or ""
            if not _is_loopback(there) and _is_loopback(urlsplit(endpoint).hostname or ""):
                yield Trouble("network.loopback", note=True, parameters={"there": there, "endpoint": endpoint})

    def _skip(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._add(PreflightCheck(name, skipped=True))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
