"""Accounts and sessions: who may be added, who gets in, and what guessing costs."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from harness.catalogue.errors import ConfigurationError
from harness.console.people.accounts import add_user
from harness.console.web.visit import SESSION_COOKIE
from tests.console.console_rig import PASSWORD, ConsoleRig, Person, token_of


@pytest.mark.parametrize(
    ("name", "role", "password", "organisation", "code"),
    [
        ("x", "admin", PASSWORD, None, "console.user-name"),
        ("lan nguyễn", "admin", PASSWORD, None, "console.user-name"),
        ("lan", "boss", PASSWORD, None, "console.role"),
        ("lan", "vendor", PASSWORD, None, "console.vendor-organisation"),
        ("lan", "tester", PASSWORD, "Alpha", "console.no-organisation"),
        ("lan", "admin", "ngắn", None, "console.password"),
        ("Đã-có", "admin", PASSWORD, None, "console.user-known"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    tmp_path: Path, name: str, role: str, password: str, organisation: str | None, code: str
) -> None:
    with ConsoleRig(tmp_path) as rig:
        with rig.state.database.writing() as db:
            add_user(db, "đã-có", "admin", PASSWORD, None, "test")
        with pytest.raises(ConfigurationError) as caught, rig.state.database.writing() as db:
            add_user(db, name, role, password, organisation, "test")
        assert caught.value.code == code


def test_a_sign_in_makes_a_new_session_and_a_sign_out_ends_it(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        lan = rig.user("lan", "admin")
        first = lan.client.cookies["lienthong-console"]
        planted = TestClient(rig.app, follow_redirects=False, cookies={"lienthong-console": "planted"})
        answer = planted.post("/sign-in", data={"name": "LAN", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert "planted" not in cookie
        assert first not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        lan.post("/sign-out")
        stolen = TestClient(rig.app, follow_redirects=False, cookies={"lienthong-console": first})
        assert stolen.get("/").headers["location"] == "/sign-in?back=/"


def test_an_unknown_name_and_a_wrong_password_are_reported_alike_and_guessing_is_slowed(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        rig.user("lan", "admin")
        guest = TestClient(rig.app, follow_redirects=False)
        reported = {
            name: guest.post("/sign-in", data={"name": name, "password": "sai mật khẩu"}) for name in ("lan", "ai-đó")
        }
        assert {answer.status_code for answer in reported.values()} == {401}
        assert reported["lan"].text.replace("lan", "?") == reported["ai-đó"].text.replace("ai-đó", "?").replace(
            "lan", "?"
        )
        for name in ("lan", "ai-đó"):
            for _ in range(4):
                guest.post("/sign-in", data={"name": name, "password": "sai mật khẩu"})
            assert guest.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 429


def test_a_closed_account_is_out_at_once_and_the_last_administrator_stays(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        admin, tester = rig.user("lan", "admin"), rig.user("minh", "tester")
        assert admin.post("/users/1").status_code == 422
        assert admin.post("/users/2").status_code == 303
        assert tester.get("/").headers["location"] == "/sign-in?back=/"
        assert tester.client.post("/sign-in", data={"name": "minh", "password": PASSWORD}).status_code == 401
        assert admin.post("/users/2").status_code == 303  # opened again
        assert admin.post("/users/2", {"what": "password", "password": "một mật khẩu mới"}).status_code == 303
        Person(rig, "minh", "một mật khẩu mới")


def test_changing_a_password_needs_the_old_one(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        lan = rig.user("lan", "admin")
        assert lan.post("/account/password", {"password": "sai mật khẩu", "new": "mật khẩu mới"}).status_code == 422
        assert lan.post("/account/password", {"password": PASSWORD, "new": "mật khẩu mới"}).status_code == 303
        assert lan.get("/").headers["location"] == "/sign-in?back=/"
        Person(rig, "lan", "mật khẩu mới")


def test_a_form_of_another_session_or_site_changes_nothing(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        lan, minh = rig.user("lan", "admin"), rig.user("minh", "admin")
        for fields in ({}, {"csrf": ""}, {"csrf": minh.csrf}):
            assert lan.client.post("/organisations", data={"name": "X", **fields}).status_code == 403
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert lan.post("/organisations", {"name": "X"}, headers=headers).status_code == 403
        assert "Chưa có tổ chức" in lan.get("/").text
        assert lan.csrf == token_of(lan.get("/").text)


def test_whose_session_is_over_comes_back_to_the_page(tmp_path: Path) -> None:
    with ConsoleRig(tmp_path) as rig:
        rig.user("lan", "tester")
        over = TestClient(rig.app, follow_redirects=False, cookies={SESSION_COOKIE: "over"})
        place = over.post("/account/password").headers["location"]
        assert place == "/sign-in?back=/account/password&lost=1"
        page = over.get(place).text
        assert "chưa được nhận" in page
        assert 'name="back" value="/account/password"' in page
        assert over.get("/runs/x", headers={"hx-request": "true"}).headers["hx-redirect"] == "/sign-in?back=/runs/x"
        assert "event: over" in over.get("/runs/x/stream").text  # the page that waits for news asks for itself, once
        for back, reached in (("/account", "/account"), ("//evil.example", "/"), ("https://evil.example", "/"),
                              ("/\\evil.example", "/"), ("", "/")):  # fmt: skip
            given = {"name": "lan", "password": PASSWORD, "back": back}
            guest = TestClient(rig.app, follow_redirects=False)
            assert guest.post("/sign-in", data=given).headers["location"] == reached, back
