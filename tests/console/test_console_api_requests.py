"""Requests to JSON addresses: sent twice, page by page, too often, and hostile."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from harness.console.api.address import ROOT
from harness.console.api.request_meter import RequestMeter
from harness.console.api.table import ADDRESSES, GRANTED
from harness.console.data.api_options import REQUESTS, WEBHOOK_HOSTS
from harness.console.data.options import set_option
from harness.console.data.tables import RunRow
from harness.console.data.webhook_tables import KeptAnswerRow
from tests.console.console_rig import ConsoleRig, Person, Program

WANTED = {"preset": "chosen", "ids": ["SND-01"], "reason": "thử"}
RUNS = "/api/v1/systems/1/runs"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path) as made:
        made.user("alpha", "vendor", "Alpha")
        made.system("Alpha")
        yield made


def _sent(program: Program, key: str, body: object = WANTED) -> tuple[int, dict[str, object], bool]:
    answer = program.client.post(RUNS, json=body, headers={"idempotency-key": key})
    return answer.status_code, answer.json(), "idempotent-replayed" in answer.headers


def _runs(rig: ConsoleRig) -> int:
    with rig.state.database.reading() as db:
        return db.scalar(select(func.count()).select_from(RunRow)) or 0


def test_a_request_that_is_sent_again_gets_the_first_answer(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha")
    program = alpha.key("run", "subscribe")
    first, again = _sent(program, "mot-1"), _sent(program, "mot-1")
    assert first[0] == again[0] == 201
    assert (first[1], first[2], again[2]) == (again[1], False, True)
    other = _sent(program, "mot-1", {**WANTED, "reason": "khác"})
    assert (other[0], other[1]["code"]) == (422, "console.idempotency-other")
    refused = _sent(program, "2", {**WANTED, "ids": ["X-1"]})
    assert refused[0] == 422
    assert _sent(program, "2", {**WANTED, "ids": ["X-1"]})[1:] == (refused[1], True)
    assert _sent(alpha.key("run", name="khác"), "mot-1")[1] != first[1]  # another access key has its own
    assert _runs(rig) == 2
    for wrong in ("", "x" * 256, "a\tb"):
        assert _sent(program, wrong)[1]["code"] == "console.idempotency-key"
    with rig.state.database.writing() as db:
        db.execute(update(KeptAnswerRow).values(created=time.time() - 24 * 3600 - 1))
    assert _sent(program, "mot-1", {**WANTED, "reason": "khác"})[0] == 201  # a day later
    secret = program.client.post(
        "/api/v1/webhooks", json={"url": "https://a.example/x"}, headers={"idempotency-key": "3"}
    ).json()["secret"]
    assert all(secret.encode() not in path.read_bytes() for path in rig.state.data.glob("console.sqlite3*"))


def test_of_two_that_come_at_once_one_is_carried_out(tmp_path: Path, database_url: str | None) -> None:
    with ConsoleRig(tmp_path, database_url) as rig:
        rig.user("alpha", "vendor", "Alpha")
        rig.system("Alpha")
        program = Person(rig, "alpha").key("run")
        start, answers = threading.Barrier(4), []

        def send() -> None:
            start.wait()
            answers.append(_sent(program, "cùng".encode().hex()))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert {status for status, _, _ in answers} == {201}
        assert sorted(replayed for _, _, replayed in answers) == [False, True, True, True]
        assert len({answer["id"] for _, answer, _ in answers}) == 1
        assert _runs(rig) == 1


def test_a_list_comes_page_by_page_in_a_stable_order(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha")
    program = alpha.key("run")
    made = [program.post("/systems/1/runs", WANTED).json()["id"] for _ in range(5)]
    with rig.state.database.writing() as db:
        db.execute(update(RunRow).values(created=1.0))  # all at once: the id decides
    seen: list[str] = []
    place: str | None = f"{RUNS}?limit=2"
    while place is not None:
        answer = program.client.get(place)
        seen += [one["id"] for one in answer.json()["runs"]]
        link = answer.headers.get("link")
        assert link is None or link.endswith('>; rel="next"')
        place = None if link is None else link[1:].partition(">")[0]
        if len(seen) == 2:  # what comes meanwhile moves nothing
            program.post("/systems/1/runs", WANTED)
    assert seen == sorted(made, reverse=True)
    for wrong in (
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=",
        "after=x",
        "after=WzFd",
        "after=WyJhIiwxXQ",
        "after=%00",
    ):
        answer = program.client.get(f"/api/v1/runs?{wrong}")
        assert (answer.status_code, answer.json()["code"][:8]) == (422, "console."), wrong


def test_who_asks_too_often_waits(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha")
    program, other = alpha.key("run"), alpha.key(name="khác")
    quan = rig.user("quan", "admin")
    for wrong in ({REQUESTS: "0"}, {REQUESTS: "x"}, {REQUESTS: "1", WEBHOOK_HOSTS: "a b/c"}):
        assert quan.post("/settings/programs", wrong).status_code == 422
    assert quan.post("/settings/programs", {REQUESTS: "3", WEBHOOK_HOSTS: "10.0.0.0/8"}).status_code == 303
    assert "10.0.0.0/8" in quan.get("/settings").text
    answers = [program.get("/me") for _ in range(5)]
    assert [one.status_code for one in answers][:3] == [200, 200, 200]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert answers[-1].json()["code"] == "too-many"
    assert other.get("/me").status_code == 200
    guest = TestClient(rig.app, headers={"authorization": "Bearer lth_wrong"})
    turned = [guest.get("/api/v1/me").status_code for _ in range(40)]
    assert (turned[0], turned[-1]) == (401, 429)
    assert other.get("/me").status_code == 200  # from the same address, with a key


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 100))
def test_no_more_are_admitted_than_a_bucket_holds(pauses: list[float], most: int) -> None:
    now = 0.0
    meter = RequestMeter(lambda: now)
    admitted = 0
    for pause in pauses:
        now += pause
        wait = meter.wait("a", most)
        assert 0 <= wait <= 60 / most + 1e-6
        admitted += wait == 0
    assert admitted <= most + now * most / 60 + 1e-6


def _hostile_bodies() -> Iterator[bytes]:
    yield from (b"", b"null", b"[]", b"\xff\xfe", b"{" * 5000, b'{"a":' * 5000, b'{"reason": "\\ud800"}', b"NaN", b'""')
    for name in ("name", "reason", "text", "url", "note", "preset", "variant", "act", "version", "said", "events"):
        for value in (
            b'"\\u0000"',
            b'"\\ud800"',
            b"1e999",
            b"-1",
            b"99999999999999999999999",
            b"[[[]]]",
            b"{}",
            b"null",
        ):
            yield b'{"' + name.encode() + b'": ' + value + b"}"


_PLACES = ("999999999999999999999999", "2147483648", "0", "-1", "%00", "a%00b", "%ff", "x" * 3000, "..%2f..", "%F0%9F")


def test_nothing_hostile_breaks_an_address(tmp_path: Path, database_url: str | None) -> None:
    with ConsoleRig(tmp_path, database_url) as rig:
        rig.with_two_vendors()
        program = rig.user("quan", "admin").key(*GRANTED)
        with rig.state.database.writing() as db:
            set_option(db, REQUESTS, "1000000")
        client = TestClient(rig.app, raise_server_exceptions=False, headers=dict(program.client.headers))
        bodies = list(_hostile_bodies())
        for number, address in enumerate(ADDRESSES):
            for place in _PLACES[number % 7 :: 7]:
                path = ROOT + re.sub(r"\{\w+(:\w+)?\}", place, address.path)
                asked = "&".join(f"{one.name}={place}" for one in address.asked)
                answer = client.request(address.method, f"{path}?{asked}", content=bodies[number % len(bodies)])
                assert answer.status_code < 500, (address, place, answer.text)
            path = ROOT + re.sub(r"\{\w+(:\w+)?\}", "1", address.path)
            for body in bodies[number % 28 :: 28] if address.sent is not None else ():
                answer = client.request(address.method, path, content=body)
                assert answer.status_code < 500, (address, body, answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.json()["detail"]
