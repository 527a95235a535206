"""A real, small document system that only receives, and its adapter made from the skeleton.

Run as a program it is an adapter program; the folder of its documents is its first argument, and what it puts behind
its secret, so that it signs wrongly, the second.
"""

import asyncio
import hashlib
import importlib.util
import json
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2

from harness.catalogue.profiles import load_profile
from harness.edxml.attachments import unpack
from harness.edxml.model import DocumentPackage
from harness.edxml.packages import PackageUnreadable, read_package
from harness.resources import folder
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.failures import VxpFailure

LIMITS = load_profile().parameters.limits


class LittleSystem:
    """Polls the hub, stores what comes into a folder, acknowledges it."""

    def __init__(self, store: Path) -> None:
        self.store = store
        store.mkdir(parents=True, exist_ok=True)

    def connect(self, endpoint: str, system_id: str, secret: str, interval: float) -> None:
        work = self.work(endpoint, system_id, secret, interval)
        threading.Thread(target=asyncio.run, args=(work,), daemon=True).start()

    async def work(self, endpoint: str, system_id: str, secret: str, interval: float) -> None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            client = VxpClient(endpoint, system_id, secret, http=http)
            while True:
                for messagetype in ("edoc", "status"):
                    await self.receive(client, messagetype)
                await asyncio.sleep(interval)

    async def receive(self, client: VxpClient, messagetype: MessageType) -> None:
        try:
            for item in (await client.get_received_edoc_list(messagetype)).items:
                self.keep(await client.get_edoc(item.doc_id))
                await client.update_status(item.doc_id, "done")
        except (VxpFailure, PackageUnreadable):
            return  # the next poll tries again

    def keep(self, content: bytes) -> None:
        package = read_package(content, LIMITS)
        if not isinstance(package, DocumentPackage):
            return
        files = [(one.name, unpack(one, LIMITS)) for one in package.attachments]
        row = {
            "document_id": package.document_id,
            "subject": package.subject,
            "from": package.from_.organ_id,
            "state": "arrived",
            "flags": [],
            "attachments": [
                {"name": name, "size": len(file), "sha256": hashlib.sha256(file).hexdigest()} for name, file in files
            ],
        }
        name = hashlib.sha256(package.document_id.encode()).hexdigest()
        (self.store / f"{name}.json").write_text(json.dumps(row), encoding="utf-8")

    def rows(self) -> list[Any]:
        return [json.loads(path.read_bytes()) for path in sorted(self.store.glob("*.json"))]


def skeleton() -> ModuleType:
    """Return the module that vendors are given."""
    spec = importlib.util.spec_from_file_location("adapter", folder("fixtures") / "adapter" / "adapter.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled_in(store: Path, slip: str = "") -> Any:
    """Return an adapter of which three commands are filled in, by subclassing."""
    kit = skeleton()
    system = LittleSystem(store)

    class LittleAdapter(kit.Adapter):  # type: ignore[name-defined,misc]
        name = "Little system"
        version = "1"

        def configure(self, arguments: dict[str, Any]) -> dict[str, Any]:
            secret = arguments["secret"] + slip
            system.connect(arguments["endpoint"], arguments["system_id"], secret, arguments["poll_interval"])
            print("connected")
            return {}

        def inbox(self, arguments: dict[str, Any]) -> dict[str, Any]:
            return {"documents": system.rows()}

        def send(self, arguments: dict[str, Any]) -> dict[str, Any]:
            if arguments.get("classification"):
                raise kit.RefusedError("văn bản mật")
            raise OSError("no clerk here")

    return LittleAdapter()


if __name__ == "__main__":
    skeleton().main(filled_in(Path(sys.argv[1]), *sys.argv[2:]))
