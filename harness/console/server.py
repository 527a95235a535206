"""The console on a socket."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from uvicorn.config import Config
from uvicorn.server import Server

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.console.console_state import ConsoleState
from harness.console.runs.console_work import ConsoleWork
from harness.console.safekeeping.deletion import resume
from harness.console.web.application import console_application

_BACKLOG = 128
_FAREWELL = 3
_KEEP_ALIVE = 30
# Any number, the same for every console: one console to a database, since runs are processes of its machine.
_LOCK = 2_026_111


def serve(state: ConsoleState, language: Language, listen: tuple[str, int], announce: Callable[[str], None]) -> None:
    """Serve until interrupted; runs go on when it ends.

    Args:
        state: what the console works with.
        language: of who has not chosen one.
        listen: host and port, 0 for any.
        announce: called with the address once it can be opened.

    Raises:
        ConfigurationError: the address is taken, or another console has this folder or database.
    """
    with _claimed(state.data), _DatabaseClaim(state), _listener(*listen) as listener:
        work = ConsoleWork.of(state)
        config = Config(
            cast(Any, console_application(state, work, language)),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_FAREWELL,
        )
        with contextlib.suppress(ConfigurationError):  # a backup goes on: the next deletion, or start, goes on with it
            resume(state)
        work.open()
        host, port = listener.getsockname()[:2]
        announce(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
        try:
            _ConsoleServer(config, work).run(sockets=[listener])
        finally:
            work.close()


class _ConsoleServer(Server):
    """Ends what is streamed before it waits for answers under way."""

    def __init__(self, config: Config, work: ConsoleWork) -> None:
        super().__init__(config)
        self._work = work

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._work.closing = True
        await super().shutdown(sockets)


class _DatabaseClaim:
    """Keeps other consoles from a shared database while it lives."""

    def __init__(self, state: ConsoleState) -> None:
        self._engine = state.database.engine

    def __enter__(self) -> None:
        self._connection = self._engine.connect() if self._engine.dialect.name == "postgresql" else None
        if self._connection is None:
            return
        try:
            got = self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})
            self._connection.commit()
        except SQLAlchemyError as error:
            raise ConfigurationError("console.database", detail=error) from error
        if not got:
            raise ConfigurationError("console.busy-database")

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()


def _claimed(data: Path) -> Any:
    """Keep other consoles from the folder."""
    lock = FileLock(data / "console.lock", timeout=0)
    try:
        return lock.acquire()
    except Timeout as error:
        raise ConfigurationError("console.busy", path=data) from error
    except OSError as error:
        raise ConfigurationError("console.data", path=data, detail=error.strerror or error) from error


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigurationError("hub.cannot-listen", address=f"{host}:{port}", detail=error) from error
    return listener
