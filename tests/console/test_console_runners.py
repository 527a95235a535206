"""Runners and their console: who is let in, who gets which run, what is taken of it, and how it is stopped."""

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from starlette.testclient import TestClient
from uvicorn.config import Config
from uvicorn.server import Server

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.console.data.options import RUNNER_LEASE, RUNS_AT_ONCE, set_option
from harness.console.data.runner_tables import LeaseRow, RunnerRow
from harness.console.data.tables import RunRow, SystemRow
from harness.console.machine.console_link import ConsoleLink
from harness.console.machine.runner_machine import RunnerMachine, RunnerSettings, instance_of
from harness.console.runners.intake import check_arrived
from harness.console.runners.registry import add_runner, revoke_runner
from harness.console.runners.safe_path import safe_path
from harness.console.runs.claims import claim
from harness.console.runs.run_queue import queue_run, stop_run
from harness.console.subjects.default_profile import profile_digests
from harness.report.seal_run import list_unsigned
from tests.console.console_rig import DECLARATION, MANUAL, ConsoleRig, Person
from tests.console.test_console_runs import STAND_IN
from tests.report.report_runs import build_run

_PATIENCE = 60.0
_SECRET = "bí-mật-của-hệ-thống-một"
_WITH_SECRET = DECLARATION.replace("system_id:", f"secret: {_SECRET}, system_id:")


class _Forger:
    """A program with a runner's token that says whatever it likes."""

    def __init__(self, rig: ConsoleRig, name: str) -> None:
        self.rig = rig
        with rig.state.database.writing() as db:
            self.token = add_runner(db, name, "test")
        self.instance = secrets.token_hex(16)
        self.client = TestClient(rig.app)

    def post(self, path: str, sent: Any = None, content: bytes = b"", token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token or self.token}", "lienthong-instance": self.instance}
        more: dict[str, Any] = {"content": content} if sent is None else {"json": sent}
        return self.client.post(f"/runner/v1{path}", headers=headers, **more)

    def hello(self, **changed: Any) -> Any:
        said = {"version": __version__, "profiles": profile_digests(), "capacity": 2, "laboratory": "",
                "instance": self.instance, **changed}  # fmt: skip
        return self.post("/hello", said)

    def take(self, *held: str) -> Any:
        return self.post("/take", {"held": list(held), "wait": 0})

    def file(self, run: str, name: str, content: bytes, **changed: Any) -> Any:
        query: dict[str, Any] = {
            "name": name,
            "offset": 0,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        headers = {"authorization": f"Bearer {self.token}", "lienthong-instance": self.instance}
        where = f"/runner/v1/runs/{run}/file"
        return self.client.post(where, headers=headers, content=content, params={**query, **changed})


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path / "console", program=STAND_IN) as made:
        made.user("lan", "admin").post("/organisations", {"name": "Alpha"})
        made.system("Alpha", _WITH_SECRET)
        with made.state.database.writing() as db:
            set_option(db, RUNS_AT_ONCE, "0")
        yield made


def test_only_a_runner_of_this_version_with_a_valid_token_is_let_in(rig: ConsoleRig) -> None:
    runner = _Forger(rig, "one")
    for wrong in ("x", "ltr_x", "ltr_" + "x" * 999, runner.token[:-1]):
        answer = runner.post("/hello", {}, token=wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "runner.no-token")
    assert runner.take().json()["error"]["code"] == "runner.unintroduced"
    old = runner.hello(version="0.0.9").json()["error"]
    assert old["code"] == "runner.version"
    assert "0.0.9" in old["message"]["vi"]
    assert __version__ in old["message"]["en"]
    assert (
        runner.hello(profiles={**profile_digests(), "qcvn102-2025": "0" * 64}).json()["error"]["code"]
        == "runner.profiles"
    )
    assert runner.take().status_code == 422
    assert runner.hello().status_code == 200
    assert runner.take().status_code == 204
    assert runner.hello(instance=secrets.token_hex(16)).json()["error"]["code"] == "runner.elsewhere"
    for nonsense in ({"capacity": 0}, {"instance": "../x"}, {"laboratory": "x"}, {"capacity": "2"}):
        assert runner.hello(**nonsense).json()["error"]["code"] == "console.sent"
    stored = b"".join(path.read_bytes() for path in rig.state.data.glob("console.sqlite3*"))
    assert runner.token.encode() not in stored
    with rig.state.database.writing() as db:
        revoke_runner(db, db.query(RunnerRow).one(), "test")
    assert runner.take().status_code == 401


def test_a_run_goes_to_one_runner_with_its_secret_and_nobody_else_touches_it(rig: ConsoleRig) -> None:
    one, two = _Forger(rig, "one"), _Forger(rig, "two")
    assert [one.hello().status_code, two.hello().status_code] == [200, 200]
    people = _queued(rig, rig.system("Alpha", MANUAL))
    key = _queued(rig)
    handed = one.take().json()
    assert (handed["run"], handed["secret"], handed["only"]) == (key, _SECRET, ["SND-01"])
    assert _SECRET not in handed["declaration"]
    assert one.take().json() == handed  # the answer had not reached it
    assert two.take().status_code == 204  # a person answers in the other run: it stays at the console
    assert _row(rig, people).state == "queued"
    for answer in (
        two.file(key, "run.json", b"{}"),
        two.post(f"/runs/{key}/journal?offset=0", content=b"{}\n"),
        two.post(f"/runs/{key}/end", {"files": {}, "complained": ""}),
        one.file("none", "run.json", b""),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "runner.not-yours")
    assert two.post("/beat", {"held": [key]}).json()["over"] == [key]
    assert one.post("/beat", {"held": [key]}).json() == {"stops": {}, "over": [], "draining": False}
    assert _row(rig, key).state == "running"


def test_what_a_forged_runner_sends_is_refused(rig: ConsoleRig) -> None:
    runner = _Forger(rig, "one")
    runner.hello()
    key = _queued(rig)
    assert runner.take().status_code == 200
    before = sorted(rig.state.data.rglob("*"))
    for name in ("../run.json", "a/../../x", "/etc/x", "blobs/../x", "blobs/x", ".x", "", "a//b", "a/b/c/d/e", "a\\b",
                 "journal.jsonl", "a\0b", "blobs/" + "0" * 63, "\u202ex"):  # fmt: skip
        answer = runner.file(key, name, b"x")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "runner.path"), name
    body = b"a body"
    blob = f"blobs/{hashlib.sha256(body).hexdigest()}"
    for name, content, changed, code in (
        ("run.json", b"{}", {"sha256": "0" * 64}, "runner.digest"),
        (blob, b"another", {}, "runner.digest"),
        (f"{blob}.gz", body, {}, "runner.digest"),
        ("run.json", b"{}", {"size": 1}, "runner.large"),
        ("run.json", b"{}", {"size": 10**15}, "runner.large"),
        ("run.json", b"{}", {"offset": "-1"}, "console.sent"),
        ("run.json", b"{}", {"sha256": "../x"}, "console.sent"),
    ):
        assert runner.file(key, name, content, **changed).json()["error"]["code"] == code, (name, changed)
    for lines in (b"{}\n", b"x", b"\n", b'{"seq":0}\n'):
        assert runner.post(f"/runs/{key}/journal?offset=0", content=lines).json()["error"]["code"] == "runner.journal"
    assert runner.post(f"/runs/{key}/journal?offset=7", content=b"{}\n").json() == {"offset": 0}
    place = rig.state.runs / key
    assert [path for path in rig.state.data.rglob("*") if path.is_file() and path not in before] == []
    assert runner.file(key, blob, body[:2], size=6, sha256=hashlib.sha256(body).hexdigest()).json() == {"offset": 2}
    again = {"size": 6, "sha256": hashlib.sha256(body).hexdigest()}
    assert runner.file(key, blob, body, **again).json() == {"offset": 2}  # goes on where it broke off
    assert runner.file(key, blob, body[2:], offset=2, **again).json() == {"offset": 6}
    assert (place / "run" / blob).read_bytes() == body
    assert runner.file(key, blob, body).json() == {"offset": 6}
    runner.file(key, "run.json", b"{}")
    assert runner.file(key, "run.json", b"[]").json()["error"]["code"] == "runner.differs"
    assert runner.post(f"/runs/{key}/end", {"files": {"run.json": "0" * 64}, "complained": ""}).json() == {
        "missing": [],
        "accepted": False,
    }
    rig.work.queue.look()
    assert (_row(rig, key).state, _row(rig, key).verdict) == ("ended", "none")
    assert "one" in _row(rig, key).complaint
    assert (place / "refused" / "run.json").exists()
    assert runner.file(key, "report.json", b"{}").json()["error"]["code"] == "runner.not-yours"


@tried(max_examples=60)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["..", ".", "a", "blobs", "", "~", "0" * 64]), max_size=5).map("/".join)
)
def test_a_name_never_leads_out_of_the_run(name: str) -> None:
    folder = Path("/nowhere/run")
    with suppress(ConfigurationError):
        path = safe_path(folder, name)
        assert folder in Path(os.path.normpath(path)).parents


def test_many_claims_at_once_begin_one_run_of_a_system(tmp_path: Path, database_url: str | None) -> None:
    with ConsoleRig(tmp_path, database_url) as rig:
        rig.user("lan", "admin").post("/organisations", {"name": "Alpha"})
        systems = [rig.system("Alpha"), rig.system("Alpha")]
        keys = [_queued(rig, system) for system in systems for _ in range(4)]

        def claimed(key: str) -> bool:
            with rig.state.database.writing() as db:
                row = claim(db, key)
                if row is not None:
                    row.state = "starting"
                return row is not None

        with ThreadPoolExecutor(8) as pool:
            won = [key for key, got in zip(keys * 3, pool.map(claimed, keys * 3), strict=True) if got]
        with rig.state.database.reading() as db:
            begun = db.query(RunRow).filter_by(state="starting").all()
        assert sorted(won) == sorted(row.id for row in begun)
        assert len({row.system_id for row in begun}) == len(begun) >= 1


class _Served:
    """A console on a socket in this process, and a runner beside it."""

    def __init__(self, rig: ConsoleRig, data: Path) -> None:
        self.rig, self.data = rig, data
        config = Config(rig.app, host="127.0.0.1", port=0, ws="none", lifespan="off", log_config=None)
        self.server = Server(config)
        self.threads = [threading.Thread(target=self.server.run, daemon=True)]
        self.threads[0].start()
        _until(lambda: self.server.started)
        rig.work.open()
        port = self.server.servers[0].sockets[0].getsockname()[1]
        with rig.state.database.writing() as db:
            token = add_runner(db, "one", "test")
        self.told: list[tuple[str, dict[str, str]]] = []
        self.link = ConsoleLink(f"http://127.0.0.1:{port}/", token, instance_of(data))
        settings = RunnerSettings(data, 1, "127.0.0.1", range(1), STAND_IN, dict(os.environ))
        self.machine = RunnerMachine(settings, self.link, lambda word, values: self.told.append((word, dict(values))))
        self.threads.append(threading.Thread(target=self.machine.serve, daemon=True))
        self.threads[1].start()

    def place(self, key: str) -> Path:
        return self.data / "runs" / key

    def close(self) -> None:
        for path in self.data.glob("runs/*"):
            (path / "go").touch()
        self.machine.close()
        self.rig.work.closing = True
        self.server.should_exit = True
        for thread in self.threads:
            thread.join(_PATIENCE)
        self.rig.work.queue.close()
        self.link.close()


@pytest.fixture
def served(rig: ConsoleRig, tmp_path: Path) -> Iterator[_Served]:
    made = _Served(rig, tmp_path / "runner")
    yield made
    made.close()


def test_a_remote_run_is_followed_stopped_and_taken_in(served: _Served) -> None:
    rig, key = served.rig, _queued(served.rig)
    journal = rig.state.runs / key / "run" / "journal.jsonl"
    _until(journal.exists)
    lan = rig.user("minh", "tester")
    page = lan.get(f"/runs/{key}").text
    assert "one" in page
    assert lan.get(f"/runs/{key}/events/0").status_code == 200
    files = [path for path in served.data.rglob("*") if path.is_file() and path.name != "runner.lock"]
    assert files
    assert all(_SECRET.encode() not in path.read_bytes() for path in files)
    _until(lambda: _row(rig, key).state == "running")
    with rig.state.database.writing() as db:
        stop_run(db, db.get_one(RunRow, key), "nhầm phiên bản", "lan")
    _until(lambda: _row(rig, key).state == "ended")
    assert (_row(rig, key).verdict, _row(rig, key).complaint) == ("inconclusive", "")
    assert ("stopped", {"run": key, "reason": "nhầm phiên bản"}) in served.told
    assert journal.with_name("report.json").exists()
    _until(lambda: not served.place(key).exists())
    with rig.state.database.reading() as db:
        assert db.get_one(LeaseRow, key).outcome == "cut"  # the stand-in seals nothing: it was judged here


def test_a_run_whose_runner_fell_silent_ends_and_what_comes_later_is_kept_apart(served: _Served) -> None:
    rig, key = served.rig, _queued(served.rig)
    _until((rig.state.runs / key / "run" / "journal.jsonl").exists)
    with rig.state.database.writing() as db:
        db.get_one(LeaseRow, key).beat -= 10_000
        set_option(db, RUNNER_LEASE, "0")
    _until(lambda: _row(rig, key).state == "ended")
    assert _row(rig, key).verdict == "inconclusive"
    assert "«one»" in _row(rig, key).complaint
    with rig.state.database.writing() as db:
        set_option(db, RUNNER_LEASE, "120")
    _until(lambda: served.place(f"{key}.kept").exists())
    assert (served.place(f"{key}.kept") / "run" / "journal.jsonl").exists()
    assert "over" in dict(served.told)


def test_an_administrator_adds_drains_and_removes_a_runner(rig: ConsoleRig) -> None:
    lan = Person(rig, "lan")
    page = lan.post("/runners", {"name": "may-1"}).text
    found = re.search(r'<code id="key"[^>]*>(ltr_[^<]+)</code>', page)
    assert found is not None
    runner = _Forger(rig, "other")
    runner.token = found[1]
    assert runner.hello().status_code == 200
    key = _queued(rig)
    assert lan.post("/runners/1", {"what": "drain"}).status_code == 303
    assert runner.take().status_code == 204
    assert runner.post("/beat", {"held": []}).json()["draining"]
    assert "không nhận thêm" in lan.get("/runners").text
    lan.post("/runners/1", {"what": "resume"})
    assert runner.take().json()["run"] == key
    assert f'href="/runs/{key}"' in lan.get("/runners").text
    health = runner.client.get("/healthz").json()
    assert (health["runners"], health["runners_present"]) == (2, 1)
    assert lan.post("/runners", {"name": "may-1"}).status_code == 422
    runner.hello(version="0.0.9")
    assert "phiên bản khác" in lan.get("/runners").text
    runner.hello()
    assert lan.post("/runners", {"name": "../x"}).status_code == 422
    assert lan.post("/runners/lease", {"lease": "5"}).status_code == 422
    assert lan.post("/runners/lease", {"lease": "60"}).status_code == 303
    assert runner.hello().json()["lease"] == 60
    lan.post("/runners/1", {"what": "revoke"})
    assert runner.post("/beat", {"held": [key]}).status_code == 401
    assert runner.token not in lan.get("/runners").text + lan.get("/log").text
    assert rig.user("minh", "tester").get("/runners").status_code == 403


def test_a_seal_that_does_not_hold_is_noticed_on_arrival(tmp_path: Path) -> None:
    laboratory = ec.generate_private_key(ec.SECP256R1()).public_key()
    build_run(tmp_path / "run")
    list_unsigned(tmp_path / "run")
    check_arrived(tmp_path / "run", None)
    with pytest.raises(ConfigurationError) as unsigned:
        check_arrived(tmp_path / "run", laboratory)
    assert "unsigned" in unsigned.value.parameters["problems"]
    report = tmp_path / "run" / "report.json"
    report.write_bytes(report.read_bytes().replace(b'"pass"', b'"fail"', 1))
    with pytest.raises(ConfigurationError) as edited:
        check_arrived(tmp_path / "run", None)
    assert "report.json" in edited.value.parameters["problems"]


def _queued(rig: ConsoleRig, system: int = 1) -> str:
    with rig.state.database.writing() as db:
        return queue_run(db, db.get_one(SystemRow, system), "quick", "lan", only="SND-01", language="vi").id


def _row(rig: ConsoleRig, key: str) -> RunRow:
    with rig.state.database.reading() as db:
        return db.get_one(RunRow, key)


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)
