"""A stand-alone hub with its workbench on a real socket, two systems, and a plain HTTP client for the interface."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from harness.catalogue.profiles import load_profile
from harness.hub.server import HubServer
from harness.hub.settings import HubSettings
from harness.journal.recorder import VIETNAM
from harness.vxp.client import VxpClient
from harness.vxp.exchange import http_client
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp
from harness.workbench.application import WorkbenchApp
from harness.workbench.bench import Workbench
from harness.workbench.late_calls import LateCalls
from harness.workbench.ring import CallRing
from tests.hub.hub_rig import LIMITS, MINISTRY, PROVINCE, SECRETS

T = TypeVar("T")
OCTETS = "application/octet-stream"


@dataclass
class BenchRig:
    """A running hub with its workbench."""

    bench: Workbench
    server: HubServer
    base: str
    web: httpx2.AsyncClient
    ministry: VxpClient
    province: VxpClient

    async def get(self, path: str, **given: Any) -> httpx2.Response:
        return await self.web.get(f"{self.base}{path}", **given)

    async def post(self, path: str, **given: Any) -> httpx2.Response:
        return await self.web.post(f"{self.base}{path}", **given)

    async def calls(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await self.get("/harness/calls")).json()["calls"]
        return listed

    async def last_call(self) -> dict[str, Any]:
        number = (await self.calls())[0]["n"]
        shown: dict[str, Any] = (await self.get(f"/harness/calls/{number}")).json()
        return shown

    async def deliver(self, **order: str) -> list[dict[str, Any]]:
        answer = await self.post("/harness/deliveries", json={"to": PROVINCE, **order})
        assert answer.status_code == 201, answer.text
        made: list[dict[str, Any]] = answer.json()["deliveries"]
        return made

    async def call(
        self, name: str, parameters: list[tuple[str, str]], body: bytes = b"", **signed: str
    ) -> httpx2.Response:
        """Call the hub by hand; `signed` replaces signed header lines, by their key without prefix."""
        lines = headers_of(parameters, **signed)
        return await self.web.post(f"{self.base}/vxp/{name}", headers=lines, content=body)


def headers_of(parameters: list[tuple[str, str]], **changed: str) -> list[tuple[bytes, bytes]]:
    """Return the signed header lines of a call of the ministry's; `changed` ones are changed after signing."""
    lines = signed_headers(
        parameters,
        system_id="sys.ministry",
        secret=SECRETS["sys.ministry"],
        timestamp=timestamp(datetime.now(VIETNAM)),
        content_type=OCTETS,
    )
    given = {key.replace("_", "-"): value for key, value in changed.items()}
    return [(name.encode(), given.get(name.removeprefix("XroadVnpt-"), value).encode()) for name, value in lines]


@asynccontextmanager
async def bench_running(
    data: Path, *, strict: bool = False, password: str | None = None, most: int = 500, **changes: Any
) -> AsyncIterator[BenchRig]:
    profile = load_profile()
    ring = CallRing(data / "calls", most=most)
    server = HubServer(HubSettings.of(profile, data=data, **changes), LateCalls(ring), stop_seconds=0.2)
    for system_id, secret in SECRETS.items():
        server.hub.add_system(system_id, secret)
    server.hub.add_agency(MINISTRY, "Văn phòng Chính phủ", "sys.ministry", code102="G22")
    server.hub.add_agency(PROVINCE, "UBND tỉnh Nghệ An", "sys.province")
    bench = Workbench(server.hub, profile, ring, strict=strict)
    server.annex = WorkbenchApp(bench, "vi", password)
    async with server, http_client(LIMITS) as http, httpx2.AsyncClient(timeout=60, trust_env=False) as web:
        ministry, province = (
            VxpClient(server.endpoint, system_id, secret, http=http, limits=LIMITS)
            for system_id, secret in SECRETS.items()
        )
        try:
            yield BenchRig(bench, server, f"http://127.0.0.1:{server.port}", web, ministry, province)
        finally:
            await asyncio.to_thread(bench.close)


def with_bench(data: Path, play: Callable[[BenchRig], Awaitable[T]], **changes: Any) -> T:
    """Start a hub with its workbench, play, stop it, and return what the play returned."""

    async def run() -> T:
        async with bench_running(data, **changes) as rig:
            return await play(rig)

    return asyncio.run(run())
