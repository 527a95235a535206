"""JSON addresses: access keys with at most the rights of their owner, and only while they are valid."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import update
from starlette.testclient import TestClient

from harness.console.data.tables import AccessTokenRow, UserRow
from tests.console.console_rig import DECLARATION, PASSWORD, ConsoleRig, Person, Program

WANTED = {"preset": "chosen", "ids": ["SND-01"], "reason": "thử"}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path) as made:
        yield made.with_two_vendors()


def test_a_program_starts_a_run_follows_it_and_reads_its_report(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("run")
    assert program.get("/me").json()["rights"] == ["run"]
    assert [one["organisation"] for one in program.get("/systems").json()["systems"]] == ["Alpha"]
    begun = program.post("/systems/1/runs", WANTED)
    assert begun.status_code == 201
    place = begun.headers["location"].removeprefix("/api/v1")
    assert (begun.json()["state"], begun.json()["verdict"], begun.json()["only"]) == ("queued", None, ["SND-01"])
    listed = program.get("/systems/1/runs").json()
    assert [one["id"] for one in listed["runs"]] == [begun.json()["id"], "alpha"]
    assert program.get(f"{place}/report.json").status_code == 409
    assert program.post(f"{place}/stop", {"reason": "đủ rồi"}).json()["stop_reason"] == "đủ rồi"
    assert program.get(place).json()["verdict"] == "none"
    whole = program.get("/runs/alpha").json()
    assert whole["verdict"] == "fail"
    report = program.get("/runs/alpha/report.json").json()
    assert report["schema"] == "lienthong.report/1"
    assert report["verdict"] == whole["verdict"]
    log = Person(rig, "alpha")
    assert "alpha (CI)" in log.get(f"/runs/{begun.json()['id']}").text


def test_a_key_is_shown_once_stored_as_a_digest_and_expires(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha")
    program = alpha.key("run", name="dây chuyền")
    assert program.key not in alpha.get("/account/tokens").text
    assert "dây chuyền" in alpha.get("/account/tokens").text
    assert all(program.key.encode() not in path.read_bytes() for path in rig.state.data.glob("console.sqlite3*"))
    assert alpha.post("/account/tokens/1/revoke").status_code == 303
    past = alpha.key(name="cũ")
    assert past.get("/me").status_code == 200
    with rig.state.database.writing() as db:
        db.execute(update(AccessTokenRow).where(AccessTokenRow.id == 2).values(expires=time.time() - 1))
    changed, closed = alpha.key(name="ba"), Person(rig, "beta").key()
    alpha.post("/account/password", {"password": PASSWORD, "new": "mật khẩu khác"})
    rig.user("lan", "admin").post("/users/2")
    for gone in (program, past, changed, closed):
        assert gone.get("/me").status_code == 401
        assert gone.get("/systems").json()["code"] == "no-token"
    with rig.state.database.writing() as db:
        db.execute(update(UserRow).values(active=True))
    assert closed.get("/me").status_code == 401  # an account opened again does not bring its keys back
    log = Person(rig, "lan").get("/log").text
    assert "tạo khóa truy cập" in log
    assert "thu hồi khóa truy cập" in log
    assert program.key not in log


def test_a_key_may_do_no_more_than_was_chosen_and_than_its_owner(rig: ConsoleRig) -> None:
    lan = rig.user("lan", "tester")
    reads = lan.key()
    for path, sent in (("/systems/1/runs", WANTED), ("/runs/alpha/stop", {"reason": "x"})):
        assert reads.post(path, sent).status_code == 403
    runs = lan.key("run")
    with rig.state.database.writing() as db:
        db.execute(update(UserRow).where(UserRow.name == "lan").values(role="auditor"))
    assert runs.post("/systems/1/runs", WANTED).status_code == 403
    assert runs.get("/runs/beta").status_code == 200
    minh = rig.user("minh", "approver")
    for rights, days in ((["run"], "7"), (["administer"], "7"), (["none"], "7"), ([], "0"), ([], "9999"), ([], "x")):
        answer = minh.post("/account/tokens", {"name": "a", "right": rights, "days": days})
        assert answer.status_code == 422, (rights, days)
        assert 'id="key"' not in answer.text
    for name in ("", " ", "\u202ex", "x" * 61):
        assert minh.post("/account/tokens", {"name": name, "days": "7"}).status_code == 422
    assert [minh.post("/account/tokens", {"name": "a", "days": "7"}).status_code for _ in range(21)].count(200) == 20
    assert minh.client.post("/account/tokens", data={"name": "a", "days": "7"}).status_code == 403  # no csrf


def test_the_interface_ignores_cookies_and_pages_ignore_keys(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha")
    program = alpha.key("run")
    assert alpha.client.get("/api/v1/me").status_code == 401
    assert alpha.client.post("/api/v1/systems/1/runs", json=WANTED).status_code == 401
    assert program.client.get("/runs").headers["location"] == "/sign-in"
    assert "set-cookie" not in program.get("/me").headers
    foreign = TestClient(rig.app, headers={"authorization": f"Bearer {program.key}", "origin": "https://evil.example"})
    assert foreign.post("/api/v1/systems/1/runs", json=WANTED).status_code == 403
    assert "access-control-allow-origin" not in foreign.get("/api/v1/me").headers
    for sent in ("Bearer", "Bearer ", f"Basic {program.key}", "Bearer lth_" + "x" * 9999, "Bearer \udcff", ""):
        header = {"authorization": sent.encode("utf-8", "surrogateescape")}
        assert TestClient(rig.app).get("/api/v1/me", headers=header).status_code == 401  # type: ignore[arg-type]


def test_a_wrong_request_is_explained_in_the_language_that_is_asked_for(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("run")
    path = "/api/v1/systems/1/runs"
    deep = b'{"preset":' + b"[" * 100_000
    for body in (b"", b"{", b"[]", b'{"preset": "all"}', b'{"preset": "quick", "x": 1}', b"\xff", deep):
        answer = program.client.post(path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "console.sent"), body[:40]
    for wanted, code in (({"preset": "quick"}, "console.not-ready"), ({**WANTED, "ids": ["X-1"]}, "only.unknown")):
        answer = program.client.post(path, json=wanted)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == answer.json()["detail"].strip() != ""
    assert program.client.post(path, content=b" " * 2_000_000).status_code == 413
    for none in ("/api/v1/none", "/api/v1/runs/x", "/api/v1/systems/999/runs"):
        answer = program.client.get(none)
        assert (answer.status_code, answer.json()["code"]) == (404, "missing")
    other = program.client.delete("/api/v1/me")
    assert (other.status_code, other.json()["code"], set(other.headers["allow"].split(", "))) == (
        405,
        "not-allowed",
        {"GET", "HEAD"},
    )
    for asked, language in (("en", "en"), ("fr, en;q=0.5, vi;q=0.4", "en"), ("vi", "vi"), ("", "vi"), ("en;q=x", "vi")):
        answer = program.client.get("/api/v1/none", headers={"accept-language": asked})
        assert answer.headers["content-language"] == language
        assert ("There is no such" in answer.json()["detail"]) == (language == "en")


def test_keys_of_different_people_are_independent(rig: ConsoleRig) -> None:
    first, second = Person(rig, "alpha"), Person(rig, "beta")
    mine: Program = first.key()
    assert second.post("/account/tokens/1/revoke").status_code == 404
    assert mine.get("/me").json() | {"expires": ""} == {
        "name": "alpha", "role": "vendor", "organisation": "Alpha", "token": "CI", "rights": [], "expires": "",
    }  # fmt: skip


def test_an_administrator_sees_to_accounts_and_settings_by_a_key(rig: ConsoleRig) -> None:
    quan = rig.user("quan", "admin").key("administer")
    made = quan.post("/users", {"name": "Lan", "role": "tester", "password": PASSWORD})
    assert (made.status_code, made.json()["name"], made.json()["organisation"]) == (201, "lan", None)
    place = f"/api/v1/users/{made.json()['id']}"
    assert quan.post("/users", {"name": "lan", "role": "tester", "password": PASSWORD}).json()["code"] == (
        "console.user-known"
    )
    assert quan.post("/users", {"name": "x1", "role": "tester"}).json()["code"] == "console.password"
    lan = Person(rig, "lan").key("run")
    assert lan.get("/users").status_code == 403
    assert quan.client.patch(place, json={"person": "Trần Thị Lan", "revoke_keys": True}).json()["person"] != ""
    assert lan.get("/me").status_code == 401
    assert quan.client.patch(place, json={"active": False}).json()["active"] is False
    assert quan.client.patch("/api/v1/users/3", json={"active": False}).json()["code"] == "console.last-admin"
    changed = quan.client.patch("/api/v1/settings", json={"drain": True, "hub_ports": "9000-9010"})
    assert (changed.json()["drain"], changed.json()["hub_ports"]) == (True, "9000-9010")
    for wrong in ({"hub_ports": "9-1"}, {"api_requests": 0}, {"webhook_hosts": "a/b"}, {"runs_at_once": -1}):
        assert quan.client.patch("/api/v1/settings", json=wrong).json()["code"].startswith("console."), wrong
    assert quan.get("/settings").json() == changed.json()
    assert quan.client.put("/api/v1/systems/1/program", json={"allowed": True}).json() == {"allowed": True}
    log = Person(rig, "quan").get("/log").text
    assert "quan (CI)" in log
    assert PASSWORD not in log


def test_a_declared_secret_is_kept_and_never_shown(rig: ConsoleRig) -> None:
    alpha = Person(rig, "alpha").key("declare")
    sent = yaml.safe_load(DECLARATION)
    sent["agency"]["secret"] = "bí-mật-123"
    made = alpha.post("/organisations/1/systems", sent)
    assert (made.status_code, made.json()["has_secret"]) == (201, True)
    number = made.json()["system"]["id"]
    del sent["agency"]["secret"]
    sent["candidate"]["version"] = "3.3"
    changed = alpha.client.put(f"/api/v1/systems/{number}", json=sent).json()
    assert (changed["has_secret"], changed["system"]["version"]) == (True, "3.3")  # what is not sent stays
    assert changed["declaration"]["candidate"]["version"] == "3.3"
    for place in (f"/systems/{number}", f"/systems/{number}/candidate.yaml"):
        assert "3.3" in alpha.get(place).text
        assert "bí-mật" not in alpha.get(place).text
    assert [one["version"] for one in alpha.get("/products").json()["products"]] == ["3.2", "3.3"]
    for wrong in ({**sent, "x": 1}, {**sent, "schema": "x"}, {**sent, "driver": {"kind": "reference"}}):
        assert alpha.post("/organisations/1/systems", wrong).status_code in {400, 422}
    tried = alpha.post("/organisations/1/reference", {"variant": "none-such"})
    assert (tried.status_code, tried.json()["code"]) == (422, "candidate.unknown-defect")
    assert alpha.get("/systems/1/doctor").status_code == 404
    missing = alpha.client.put("/api/v1/systems/2", json=sent)
    assert (missing.status_code, missing.json()["code"]) == (404, "missing")  # another organisation's
