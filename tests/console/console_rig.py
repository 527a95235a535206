"""A console without a socket, people who are signed in to it, and runs that are over."""

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from starlette.testclient import TestClient

from harness.console.certification.certifier import Certifier
from harness.console.console_state import ConsoleState
from harness.console.data.database import ConsoleDatabase
from harness.console.data.tables import OrganisationRow, RunRow, SystemRow
from harness.console.openid.provider import OpenIdProvider
from harness.console.people.accounts import add_user
from harness.console.runs.console_work import ConsoleWork
from harness.console.runs.run_outcome import outcome_of
from harness.console.subjects.declarations import read_file
from harness.console.subjects.system_registry import add_declared
from harness.console.subjects.vault import SecretVault
from harness.console.web.application import console_application
from tests.report.report_runs import RunPlan, build_run, failed_plan

PASSWORD = "mật khẩu thử"
PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()")
DECLARATION = """
schema: lienthong.candidate/1
candidate: {name: QLVB Alpha, version: "3.2", vendor: Công ty Alpha}
agency: {organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An, system_id: vxp.test.01}
capabilities: [recall]
driver: {kind: http, url: "http://127.0.0.1:9000/driver"}
timing: {poll_interval: 0.5, reaction: 5, give_up: 10}
"""
MANUAL = DECLARATION.replace('{kind: http, url: "http://127.0.0.1:9000/driver"}', "{kind: manual}")


class ConsoleRig:
    """A console over a folder."""

    def __init__(
        self,
        data: Path,
        url: str | None = None,
        program: tuple[str, ...] = PROGRAM,
        openid: OpenIdProvider | None = None,
        certifier: Certifier | None = None,
    ) -> None:
        self.state = ConsoleState(
            data, ConsoleDatabase(data, url), SecretVault(data), program, openid=openid, environment=dict(os.environ),
            certifier=certifier,
        )  # fmt: skip
        self.work = ConsoleWork.of(self.state)
        self.app: Any = console_application(self.state, self.work, "vi")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.work.examinations.close()
        self.work.bench.close()
        self.state.database.close()

    def user(self, name: str, role: str, organisation: str | None = None) -> "Person":
        with self.state.database.writing() as db:
            add_user(db, name, role, PASSWORD, organisation, "test")
        return Person(self, name)

    def system(self, organisation: str, declaration: str = DECLARATION) -> int:
        with self.state.database.writing() as db:
            row = db.query(OrganisationRow).filter_by(name=organisation).one()
            return add_declared(db, self.state.vault, row, read_file(declaration.encode()), "test").id

    def with_two_vendors(self) -> Self:
        """Add vendors alpha and beta, each with an organisation, a system and a run that is over."""
        for name in ("Alpha", "Beta"):
            self.user(name.lower(), "vendor", name)
            self.ended_run(self.system(name), name.lower(), failed_plan())
        return self

    def ended_run(self, system: int, key: str, plan: RunPlan | None = None) -> Path:
        """Leave a run of a system that is over and judged."""
        folder = self.state.runs / key / "run"
        build_run(folder, plan)
        self.add_run(key, system)
        return folder

    def add_run(self, key: str, system: int, starter: str = "test") -> None:
        """Take what a run left in its folder for a run of a system."""
        folder = self.state.runs / key / "run"
        with self.state.database.writing() as db:
            found = db.get_one(SystemRow, system)
            db.add(
                RunRow(id=key, system_id=system, product_id=found.product_id, organisation_id=found.organisation_id,
                       preset="full", starter=starter, state="running", created=time.time(), started=time.time(),
                       pid=None, narrowed=False)
            )  # fmt: skip
        self.work.queue.look()
        with self.state.database.reading() as db:
            assert db.get_one(RunRow, key).state == "ended"
            assert outcome_of(folder) is not None


class Person:
    """A person in a browser."""

    def __init__(self, rig: ConsoleRig, name: str, password: str = PASSWORD) -> None:
        self.rig = rig
        self.client = TestClient(rig.app, follow_redirects=False)
        answer = self.client.post("/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303
        self.csrf = token_of(self.client.get("/account").text)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **(fields or {})}, **more)

    def key(self, *rights: str, name: str = "CI") -> "Program":
        """Make a key and return a program that has it."""
        page = self.post("/account/tokens", {"name": name, "right": list(rights), "days": "7"})
        found = re.search(r'<code id="key"[^>]*>([^<]+)</code>', page.text)
        assert found is not None, page.text
        return Program(self.rig, found[1])


class Program:
    """A program with a key, and without any cookie."""

    def __init__(self, rig: ConsoleRig, key: str) -> None:
        self.key = key
        self.client = TestClient(rig.app, follow_redirects=False, headers={"authorization": f"Bearer {key}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, sent: Any) -> Any:
        return self.client.post(f"/api/v1{path}", json=sent)


def token_of(page: str) -> str:
    """Return what the forms of a page carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return cast(str, found[1])
