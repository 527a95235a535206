"""`lienthong hub`: the reference hub on its own, for a vendor to develop against."""

import asyncio
import contextlib
import gc
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE
from harness.catalogue.texts import LANGUAGES
from harness.cli.call_lines import log_calls
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.listen_address import address
from harness.cli.page_password import page_password
from harness.cli.repeated_values import RepeatedValues

if TYPE_CHECKING:
    from harness.catalogue.profiles import Profile
    from harness.hub.faults.files import FaultPlan
    from harness.hub.server import HubServer
    from harness.hub.service import Hub
    from harness.hub.settings import HubSettings
    from harness.workbench.application import WorkbenchApp
    from harness.workbench.bench import Workbench
    from harness.workbench.ring import CallRing

_AREA = "cli-hub"
_DEFAULT_LISTEN = "127.0.0.1:8400"
_DEFAULT_SYSTEM = "vxp.test.01"
_SECRET_BYTES = 24
# Where the hub itself listens when a proxy that breaks connections listens at the address asked for.
_BEHIND = "127.0.0.1:0"
_CALLS = "calls"


class _Hub(RepeatedValues):
    forms = {"--system": r"[^-:][^:]*:.+", "--agency": r"[^-=][^=]*=.+"}  # noqa: RUF012 - read only


@click.command(cls=_Hub, name="hub", help=help_text(_AREA))
@click.option("--listen", default=_DEFAULT_LISTEN, show_default=True, metavar="HOST:PORT", help=say(_AREA, "listen"))
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=say(_AREA, "data"))
@click.option("--system", "systems", multiple=True, metavar="ID:SECRET…", help=say(_AREA, "system"))
@click.option("--agency", "agencies", multiple=True, metavar="ORGANID=NAME@SYSTEMID…", help=say(_AREA, "agency"))
@click.option("--mode", type=click.Choice(["verbatim", "rebuild"]), help=say(_AREA, "mode"))
@click.option("--faults", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "faults"))
@click.option("--strict", is_flag=True, help=say(_AREA, "strict"))
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "password-file"))
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
@click.option("--verbose", is_flag=True, help=say(_AREA, "verbose"))
def command(
    listen: str,
    data: Path | None,
    systems: tuple[str, ...],
    agencies: tuple[str, ...],
    mode: str | None,
    faults: Path | None,
    strict: bool,
    password_file: Path | None,
    profile: str,
    lang: str | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Serve until interrupted; see the help text."""
    given = [_system(text) for text in systems]
    plan, password = _faults(faults), page_password(password_file)
    judging = _prepared(profile)
    with _folder(data) as folder:
        settings = _settings(judging, _BEHIND if plan and plan.connections else listen, folder, mode)
        ring, server = _opened(settings)
        try:
            made = _populate(server.hub, given, agencies)
            if plan is not None:
                server.hub.interceptor = plan.interceptor()
            with _workbench(server.hub, judging, ring, strict) as bench:
                if not quiet:
                    log_calls(bench, language(), verbose=verbose)
                front = _Front(server, plan, listen, _page(bench, password), safe=password is not None)
                announce = partial(_announce, server=server, settings=settings, given=(data is None, faults), made=made)
                _run(front, settings, announce, bench.close)
        finally:
            server.hub.close()
    return Exit.PASS


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-hub-") as made:
        yield Path(made)


def _prepared(name: str) -> "Profile":
    """Return the profile, after starting the process that examines packages, while this one has nothing open yet."""
    from harness.catalogue.profiles import load_profile
    from harness.rules.confinement import prepare

    profile = load_profile(name)
    prepare()
    return profile


def _settings(profile: "Profile", listen: str, folder: Path, mode: str | None) -> "HubSettings":
    from harness.hub.settings import HubSettings

    host, port = address(listen)
    chosen: dict[str, Any] = {"mode": mode} if mode else {}
    return HubSettings.of(profile, host=host, port=port, data=folder, **chosen)


@contextlib.contextmanager
def _workbench(hub: "Hub", profile: "Profile", ring: "CallRing", strict: bool) -> "Iterator[Workbench]":
    from harness.workbench.bench import Workbench

    bench = Workbench(hub, profile, ring, strict=strict)
    try:
        yield bench
    finally:
        bench.close()


def _page(bench: "Workbench", password: str | None) -> "Callable[[bool], WorkbenchApp]":
    """Return what makes the page, at an address of its own where one is given."""
    from harness.workbench.application import WorkbenchApp

    chosen = language()
    return lambda alone: WorkbenchApp(bench, chosen, password, alone=alone)


def _opened(settings: "HubSettings") -> "tuple[CallRing, HubServer]":
    from harness.hub.server import HubServer
    from harness.hub.store import StoreUnusable
    from harness.workbench.late_calls import LateCalls
    from harness.workbench.ring import CallRing

    try:
        ring = CallRing((settings.data or Path()) / _CALLS)
        return ring, HubServer(settings, LateCalls(ring))
    except StoreUnusable as error:
        raise ConfigurationError(f"hub.data-{error.code}", path=settings.data, detail=error.detail) from error
    except OSError as error:
        raise ConfigurationError("hub.data-unwritable", path=settings.data, detail=error.strerror) from error


def _populate(hub: "Hub", systems: list[tuple[str, str]], agencies: tuple[str, ...]) -> tuple[str, str] | None:
    """Connect systems and agencies; return the system that is made up when none is given."""
    for system_id, secret in systems:
        hub.add_system(system_id, secret)
    made = None
    if not hub.directory.systems():
        made = _DEFAULT_SYSTEM, secrets.token_urlsafe(_SECRET_BYTES)
        hub.add_system(*made)
    for text in agencies:
        organ_id, name, system_id = _agency(text, hub.directory.systems())
        hub.add_agency(organ_id, name, system_id)
    return made


def _system(text: str) -> tuple[str, str]:
    system_id, _, secret = text.partition(":")
    if not system_id or not secret:
        raise ConfigurationError("hub.bad-system", value=system_id or "-")
    return system_id, secret


def _agency(text: str, systems: tuple[str, ...]) -> tuple[str, str, str]:
    """Return OrganId, name and system; the system may be left out where there is only one."""
    organ_id, equals, rest = text.partition("=")
    name, at, system_id = rest.rpartition("@")
    if not at and len(systems) == 1:
        name, system_id = rest, systems[0]
    if not equals or not organ_id.strip() or not name.strip():
        raise ConfigurationError("hub.bad-agency", value=text)
    if system_id not in systems:
        raise ConfigurationError("hub.unknown-system", value=system_id, known=", ".join(systems))
    return organ_id.strip(), name.strip(), system_id


def _faults(path: Path | None) -> "FaultPlan | None":
    from harness.hub.faults.files import read_faults

    return None if path is None else read_faults(path)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where clients reach what is served: the hub and its page."""

    endpoint: str
    page: str


class _Front:
    """What clients connect to: the hub itself, or a proxy in front of it that breaks connections; and the page."""

    def __init__(
        self,
        server: "HubServer",
        plan: "FaultPlan | None",
        listen: str,
        page: "Callable[[bool], WorkbenchApp]",
        *,
        safe: bool,
    ) -> None:
        """Be ready to serve.

        Args:
            server: the hub.
            plan: faults of a file, or None.
            listen: where clients connect.
            page: makes the page; the argument says whether it has an address of its own.
            safe: whether a password guards the page.
        """
        self._server = server
        self._connections = plan.connections if plan else ()
        self._host, self._port = address(listen)
        self._page = page
        self._safe = safe

    @contextlib.asynccontextmanager
    async def serving(self, settings: "HubSettings") -> AsyncIterator[_Ends]:
        """Serve while the block lasts; the value says where.

        The page is at the hub's address where that is this machine's alone, or a password guards it. Behind a proxy
        every client seems to be on this machine, and the proxy's faults would affect the page too.
        """
        from harness.workbench.access import is_loopback
        from harness.workbench.listener import PageListener

        beside = not self._connections and (self._safe or is_loopback(self._host))
        if beside:
            self._server.annex = self._page(False)
            async with self._hub(settings.path) as endpoint:
                yield _Ends(endpoint, f"{endpoint.removesuffix(settings.path)}/")
            return
        async with self._hub(settings.path) as endpoint, PageListener(self._page(True), settings) as listener:
            yield _Ends(endpoint, listener.address)

    @contextlib.asynccontextmanager
    async def _hub(self, path: str) -> AsyncIterator[str]:
        from harness.hub.proxy import TcpProxy
        from harness.hub.server import AddressUnavailable

        async with self._server as server:
            if not self._connections:
                yield server.endpoint
                return
            proxy = TcpProxy(("127.0.0.1", server.port), self._host, self._port)
            proxy.due.extend(self._connections)
            try:
                await proxy.listen()
            except OSError as error:
                raise AddressUnavailable(self._host, self._port, str(error)) from error
            async with proxy:
                yield proxy.endpoint(path)


def _run(front: _Front, settings: "HubSettings", announce: Callable[[_Ends], None], finish: Callable[[], None]) -> None:
    from harness.hub.server import AddressUnavailable

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(front, settings, announce, finish))
    except AddressUnavailable as error:
        raise ConfigurationError(
            "hub.cannot-listen", address=f"{error.host}:{error.port}", detail=error.detail
        ) from error
    except KeyboardInterrupt:
        return


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the quicker event loop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _serve(
    front: _Front, settings: "HubSettings", announce: Callable[[_Ends], None], finish: Callable[[], None]
) -> None:
    """Serve until asked to stop; then `finish` what needs the hub's data, before they are closed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # not on Windows: there Ctrl-C raises KeyboardInterrupt
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    async with front.serving(settings) as ends:
        announce(ends)
        gc.freeze()  # what was made for the start stays: no collection need go through it again
        await stop.wait()
        await asyncio.to_thread(finish)


def _announce(
    ends: _Ends,
    server: "HubServer",
    settings: "HubSettings",
    given: tuple[bool, Path | None],
    made: tuple[str, str] | None,
) -> None:
    """Say how to connect; `given` are whether the data is temporary, and the fault file."""
    temporary, faults = given
    base = ends.endpoint.removesuffix(settings.path)
    folder = "data-temporary" if temporary else "data-kept"
    lines = [
        say(_AREA, "endpoint", url=ends.endpoint),
        say(_AREA, "page", url=ends.page),
        say(_AREA, "openapi", url=f"{base}/openapi.json"),
        say(_AREA, folder, path=settings.data),
        say(_AREA, "mode-now", mode=settings.mode),
    ]
    if faults is not None:
        lines.append(say(_AREA, "faults-now", path=faults))
    for system_id in server.hub.directory.systems():
        organs = ", ".join(agency.organ_id for agency in server.hub.directory.agencies_of(system_id))
        lines.append(say(_AREA, "system-now", system_id=system_id, organs=organs or "-"))
    if made is not None:
        lines.append(say(_AREA, "secret-made", system_id=made[0], secret=made[1]))
    lines.append(say(_AREA, "connect"))
    click.echo("\n".join(lines))
