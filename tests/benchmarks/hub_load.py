"""Load on the stand-alone hub, against a bare starlette and uvicorn echo under the same load in the same run.

    python -m tests.benchmarks.hub_load [lists] [send] [store] [large]

Prints figures and judges nothing; wants a quiet machine. On a busy one look at the processor time, which is that of the
server with all its threads and children, under the same load in the same run; and at that of the quietest tenth of the
load, when others disturbed its caches least. `store` puts 100,000 documents
into one mailbox and counts what is there after the hub was killed and opened again; `large` sends 20 packages of 50 MB
at once, and fetches them at once.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from harness.edxml.model import Attachment
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.journal.recorder import VIETNAM
from harness.vectors.packages.base import DocumentIdentity, with_attachments
from harness.vxp.hashing import hash_file
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp

ENTRY = (sys.executable, "-c", "from harness.cli import main; main()")
SENDER, RECEIVER = "000.00.00.H41", "000.00.00.G22"
SYSTEM, SECRET = "vxp.bench", "a-secret-for-the-benchmark"
ECHO = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def echo(request): return Response(await request.body())
uvicorn.run(Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])]), port=int(sys.argv[1]),
            log_level="error", access_log=False)
"""
CONNECTIONS = 100
_KEPT = 1024 * 1024
_WINDOW = 100  # requests


@dataclass(frozen=True)
class Figures:
    """What a load came to.

    Attributes:
        rate: requests a second.
        half, most: seconds within which 50 % and 99 % of the answers came.
        cost: processor seconds of the server for one request.
        least: the same in the quietest tenth of the load.
    """

    rate: float
    half: float
    most: float
    cost: float
    least: float


def free_port() -> int:
    """Return a port that nothing listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(*command: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it listens when the block begins."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def processor(process: subprocess.Popen[bytes]) -> float:
    """Return the processor seconds that a server and its children have used so far; Linux only."""
    pending, used = [process.pid], 0
    while pending:
        for task in Path(f"/proc/{pending.pop()}/task").iterdir():
            used += int((task / "schedstat").read_text().split()[0])
            pending += map(int, (task / "children").read_text().split())
    return used / 1e9


def hub_command(port: int, data: Path) -> tuple[str, ...]:
    """Return the command line of a hub with one system that has a sending and a receiving agency."""
    agencies = (f"{SENDER}=UBND tỉnh@{SYSTEM}", f"{RECEIVER}=Bộ@{SYSTEM}")
    named = [word for agency in agencies for word in ("--agency", agency)]
    return (
        *ENTRY, "hub", "--listen", f"127.0.0.1:{port}", "--data", str(data), "--system", f"{SYSTEM}:{SECRET}",
        *named, "--quiet",
    )  # fmt: skip


def request(operation: str, parameters: list[tuple[str, str]], body: bytes = b"", method: str = "POST") -> bytes:
    """Return one signed call as bytes on the wire."""
    lines = signed_headers(
        parameters,
        system_id=SYSTEM,
        secret=SECRET,
        timestamp=timestamp(datetime.now(VIETNAM)),
        content_type="application/octet-stream",
    )
    head = "".join(f"{key}: {value}\r\n" for key, value in (*lines, ("Host", "h"), ("Content-Length", str(len(body)))))
    return f"{method} /{operation} HTTP/1.1\r\n{head}\r\n".encode() + body


def listing(_: int) -> bytes:
    """Return a call for the list of waiting documents."""
    return request("getReceivedEdocList", [("servicetype", "eDoc"), ("messagetype", "edoc")])


def sending(number: int, content: Attachment | None = None) -> bytes:
    """Return a call that sends a document of its own number."""
    identity = DocumentIdentity(number=str(number))
    draft = with_attachments(identity, content) if content else with_attachments(identity)
    package = draft.written()
    parameters = [("from", SYSTEM), ("to", json.dumps([RECEIVER])), ("messagetype", "edoc")]
    return request("sendEdoc", [*parameters, ("hash-file", hash_file(package))], package + b"\r\n")


async def answered(reader: asyncio.StreamReader) -> bytes:
    """Read one answer and return its body, but no more than a megabyte of it."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(min(length, _KEPT))
    for at in range(_KEPT, length, _KEPT):
        await reader.readexactly(min(length - at, _KEPT))
    return body


async def load(
    server: subprocess.Popen[bytes], port: int, calls: list[bytes], check: Callable[[bytes], bool]
) -> Figures:
    """Make the calls over all connections at once; each connection waits for its answer."""
    waiting, took, uses = iter(calls), [], [processor(server)]

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for call in waiting:
            began = time.monotonic()
            writer.write(call)
            body = await answered(reader)
            took.append(time.monotonic() - began)
            if len(took) % _WINDOW == 0:
                uses.append(processor(server))
            if not check(body):
                raise SystemExit(f"unexpected answer: {body[:300]!r}")
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    seconds, took = time.monotonic() - began, sorted(took)
    windows = sorted((after - before) / _WINDOW for before, after in pairwise(uses))
    cost = (processor(server) - uses[0]) / len(calls)
    least = windows[len(windows) // 10] if windows else cost
    return Figures(len(calls) / seconds, took[len(took) // 2], took[len(took) * 99 // 100], cost, least)


def accepted(body: bytes) -> bool:
    """Tell whether the hub took what was asked."""
    return b'"0"' in body[:200]


def reported(name: str, figures: Figures, baseline: Figures) -> None:
    """Print one line of figures."""
    print(
        f"{name}: {figures.rate:.0f}/s, half in {figures.half * 1000:.0f} ms, 99 % in {figures.most * 1000:.0f} ms; "
        f"{figures.rate / baseline.rate:.2f} of the echo ({baseline.rate:.0f}/s); processor "
        f"{figures.cost * 1e6:.0f} us a request, the echo {baseline.cost * 1e6:.0f} us: "
        f"{baseline.cost / figures.cost:.2f}; at the quietest {figures.least * 1e6:.0f} us and "
        f"{baseline.least * 1e6:.0f} us: {baseline.least / figures.least:.2f}"
    )


def compared(name: str, calls: list[bytes], before: int = 0) -> None:
    """Measure the echo and the hub under the same calls; `before` documents wait already."""
    port, echo = free_port(), free_port()
    with served(sys.executable, "-c", ECHO, str(echo), port=echo) as server:
        baseline = asyncio.run(load(server, echo, calls, lambda body: True))
    with tempfile.TemporaryDirectory() as folder, served(*hub_command(port, Path(folder) / "d"), port=port) as server:
        if before:
            asyncio.run(load(server, port, [sending(n) for n in range(10_000, 10_000 + before)], accepted))
        reported(name, asyncio.run(load(server, port, calls, accepted)), baseline)


def lists() -> None:
    """Lists, with nothing and with twenty documents waiting."""
    compared("empty list", [listing(n) for n in range(6000)])
    compared("list of 20", [listing(n) for n in range(4000)], before=20)


def send() -> None:
    """Documents of 8 kB, each written through to the disk before it is answered."""
    compared("sendEdoc", [sending(n) for n in range(3000)])


def store() -> None:
    """100,000 documents, the hub killed, and what is there afterwards."""
    port, total, step = free_port(), 100_000, 5000
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "d"
        with served(*hub_command(port, data), port=port) as process:
            began = time.monotonic()
            for first in range(1, total + 1, step):
                asyncio.run(load(process, port, [sending(n) for n in range(first, first + step)], accepted))
            seconds = time.monotonic() - began
            os.kill(process.pid, signal.SIGKILL)
        hub = Hub(HubSettings.of(data=data))
        found = len({item.document_id for item in hub.mailboxes.waiting(SYSTEM, "edoc")})
        hub.close()
        print(f"{total} documents in {seconds:.0f} s; after a kill {found} are there")


async def waiting(port: int) -> list[str]:
    """Return the ids of the documents that wait."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(listing(0))
    body = await answered(reader)
    writer.close()
    return [row["docId"] for row in json.loads(body)["data"]]


def peak(process: subprocess.Popen[bytes]) -> str:
    """Return the most memory that a server has had so far; Linux only."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(line.split(maxsplit=1)[1] for line in lines if line.startswith("VmHWM"))


def large() -> None:
    """Twenty packages of 50 MB at once, there and back."""
    port, content = free_port(), Attachment("cid:1", "1.pdf", "application/pdf", os.urandom(37_000_000))
    calls = [sending(n, content) for n in range(20)]
    with (
        tempfile.TemporaryDirectory() as folder,
        served(*hub_command(port, Path(folder) / "d"), port=port) as process,
    ):
        figures = asyncio.run(load(process, port, calls, accepted))
        print(f"20 packages of 50 MB sent: last answer after {figures.most:.1f} s, {peak(process)} at most")
        fetches = [request("getEdoc", [("docId", item)]) for item in asyncio.run(waiting(port))]
        figures = asyncio.run(load(process, port, fetches, accepted))
        print(f"{len(fetches)} of them fetched: last answer after {figures.most:.1f} s, {peak(process)} at most")


def main() -> None:
    """Measure what is named, or lists and sending."""
    for name in sys.argv[1:] or ("lists", "send"):
        {"lists": lists, "send": send, "store": store, "large": large}[name]()


if __name__ == "__main__":
    main()
