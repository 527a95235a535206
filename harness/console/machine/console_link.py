"""The way from a runner machine to its console: every answer is one that was understood, or says what is wrong."""

import ssl
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.console.runners.shapes import (
    INSTANCE_HEADER,
    ROOT,
    Admission,
    ArrivedFiles,
    ArrivedOffset,
    BeatAnswer,
    HandedRun,
    HeartBeat,
    Introduction,
    RunEnd,
    RunEndAnswer,
    RunRequest,
)
from harness.crypto.tls_context import public_context
from harness.workbench.access import is_loopback

_OK, _NOTHING, _CONFLICT, _UNAUTHORISED = 200, 204, 409, 401
_PATIENCE = 30.0
_LONGEST_SENTENCE = 600

S = TypeVar("S", bound=msgspec.Struct)


class ConsoleAway(Exception):
    """The console does not answer, or not as a console: the runner goes on and asks again."""


class ConsoleDeclined(Exception):
    """The console understood and says no.

    Attributes:
        code: of the reason.
        message: the sentence, by language.
    """

    def __init__(self, code: str, message: dict[str, str]) -> None:
        super().__init__(message.get("en") or code)
        self.code = code
        self.message = message


class ConsoleLink:
    """Speaks to one console."""

    def __init__(self, console: str, token: str, instance: str, *, ca: Path | None = None, plain: bool = False) -> None:
        """Prepare; nothing is sent yet.

        Args:
            console: its address.
            token: of this runner.
            instance: word of this runner's data folder.
            ca: PEM file of the certificates that the console's own is issued by; None for the public ones.
            plain: whether secrets may go over a network unencrypted.

        Raises:
            ConfigurationError: no such address, an unencrypted one beyond this machine, or a wrong file.
        """
        try:
            address = httpx2.URL(console)
        except (httpx2.InvalidURL, TypeError) as error:
            raise ConfigurationError("runner.console", console=console) from error
        if address.scheme not in {"http", "https"} or not address.host or address.userinfo:
            raise ConfigurationError("runner.console", console=console)
        if address.scheme == "http" and not plain and not is_loopback(address.host):
            raise ConfigurationError("runner.plain", console=console)
        self._client = httpx2.Client(
            base_url=f"{str(address).rstrip('/')}{ROOT}",
            verify=_context(ca),
            trust_env=False,
            follow_redirects=False,
            headers={"authorization": f"Bearer {token}", INSTANCE_HEADER: instance},
            timeout=_PATIENCE,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def hello(self, said: Introduction) -> Admission:
        """Introduce this machine; raises as all of these do: ConsoleAway, ConsoleDeclined."""
        return _read(self._post("/hello", said), Admission)

    def take(self, said: RunRequest) -> HandedRun | None:
        """Return a run to carry out, None where there is none."""
        answer = self._post("/take", said, timeout=said.wait + _PATIENCE)
        return None if answer.status_code == _NOTHING else _read(answer, HandedRun)

    def beat(self, held: list[str]) -> BeatAnswer:
        """Give a sign of life."""
        return _read(self._post("/beat", HeartBeat(held)), BeatAnswer)

    def arrived(self, run: str) -> ArrivedFiles:
        """Return what the console has of a run."""
        return _read(self._sent("GET", f"/runs/{run}/arrived"), ArrivedFiles)

    def add_lines(self, run: str, offset: int, content: bytes) -> int:
        """Send events; return how many bytes of the journal the console has now."""
        return self._placed(f"/runs/{run}/journal?offset={offset}", content)

    def add_piece(self, run: str, name: str, offset: int, size: int, digest: str, content: bytes) -> int:
        """Send a piece of a file; return how many bytes of it the console has now."""
        query = f"name={quote(name, safe='')}&offset={offset}&size={size}&sha256={digest}"
        return self._placed(f"/runs/{run}/file?{query}", content)

    def end(self, run: str, said: RunEnd) -> RunEndAnswer:
        """Say that a run is over; return what the console does not have yet."""
        return _read(self._post(f"/runs/{run}/end", said, timeout=10 * _PATIENCE), RunEndAnswer)

    def _placed(self, path: str, content: bytes) -> int:
        return _read(self._sent("POST", path, content=content), ArrivedOffset, also=_CONFLICT).offset

    def _post(self, path: str, said: msgspec.Struct, timeout: float = _PATIENCE) -> httpx2.Response:
        return self._sent("POST", path, content=msgspec.json.encode(said), timeout=timeout)

    def _sent(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            return self._client.request(method, path, **more)
        except httpx2.HTTPError as error:
            raise ConsoleAway(str(error) or type(error).__name__) from error


def _context(ca: Path | None) -> ssl.SSLContext:
    if ca is None:
        return public_context()
    try:
        return ssl.create_default_context(cafile=str(ca))
    except OSError as error:  # which ssl.SSLError is too
        raise ConfigurationError("file.unreadable", path=ca, detail=error.strerror or error) from error


def _read(answer: httpx2.Response, shape: type[S], also: int = _OK) -> S:
    if answer.status_code not in {_OK, also}:
        raise _trouble(answer)
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except msgspec.MsgspecError as error:
        raise ConsoleAway(str(error)) from error


def _trouble(answer: httpx2.Response) -> Exception:
    """Return what an answer means that is not the one hoped for; without a reason of ours it may be a proxy's."""
    try:
        error = msgspec.json.decode(answer.content)["error"]
        message = {str(name): str(said)[:_LONGEST_SENTENCE] for name, said in error["message"].items()}
        if answer.status_code < 500:
            return ConsoleDeclined(str(error["code"]), message)
    except (msgspec.MsgspecError, LookupError, TypeError, AttributeError):
        pass
    return ConsoleAway(f"HTTP {answer.status_code}")
