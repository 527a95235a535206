"""Sign-in with an identity provider: a real one on loopback, and every wrong answer that it could give."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from starlette.testclient import TestClient

from harness.catalogue.errors import ConfigurationError
from harness.console.data.tables import UserRow
from harness.console.openid.provider import OpenIdProvider
from harness.console.openid.provider_file import load_settings
from harness.console.people.accounts import add_user
from tests.console.console_rig import PASSWORD, ConsoleRig
from tests.console.openid_stand import CLIENT, SECRET, OpenIdStand, key_called, openid_stand

VARIABLE = "PHONG_KIEM_THU"


@pytest.fixture
def stand() -> Iterator[OpenIdStand]:
    with openid_stand() as made:
        yield made


def _file(folder: Path, issuer: str, **more: Any) -> Path:
    content = {"schema": "lienthong.openid/1", "issuer": issuer, "client_id": CLIENT, "client_secret_env": VARIABLE}
    path = folder / "openid.yaml"
    path.write_text(yaml.safe_dump({**content, **more}), encoding="utf-8")
    return path


def _rig(folder: Path, stand: OpenIdStand, **more: Any) -> ConsoleRig:
    settings = load_settings(_file(folder, stand.issuer, **more), {VARIABLE: SECRET})
    return ConsoleRig(folder, openid=OpenIdProvider(settings))


def _made(rig: ConsoleRig, name: str, role: str = "tester", password: str | None = None) -> None:
    with rig.state.database.writing() as db:
        add_user(db, name, role, password, None, "test")


def _gone_round(rig: ConsoleRig, browser: TestClient | None = None, **changed: str) -> tuple[TestClient, Any]:
    """Go to the provider and come back, as a browser does; the returned parameters can be changed."""
    client = browser or TestClient(rig.app, follow_redirects=False)
    out = client.get("/sign-in/openid")
    assert out.status_code == 303, out.text
    back = httpx2.URL(httpx2.get(out.headers["location"], follow_redirects=False).headers["location"])
    brought = {**back.params, **changed}
    return client, client.get(back.path, params={name: value for name, value in brought.items() if value})


def test_a_person_with_an_account_made_for_it_signs_in(tmp_path: Path, stand: OpenIdStand) -> None:
    with _rig(tmp_path, stand) as rig:
        _made(rig, "minh")
        assert 'href="/sign-in/openid"' in TestClient(rig.app).get("/sign-in").text
        client, answer = _gone_round(rig)
        assert answer.headers["location"] == "/"
        assert "minh" in client.get("/account").text
        assert 'name="password"' not in client.get("/account").text
        asked = stand.asked[0]
        assert (asked["scope"], asked["redirect_uri"]) == ("openid profile", "http://testserver/sign-in/openid/back")
        stand.person["preferred_username"] = "đổi tên"  # the subject counts from now on, not the name
        assert _gone_round(rig)[1].headers["location"] == "/"
        stand.person = {"sub": "43", "preferred_username": "minh"}
        assert _gone_round(rig)[1].status_code == 401
        for password in ("", "no account has this password"):
            data = {"name": "minh", "password": password}
            assert TestClient(rig.app).post("/sign-in", data=data).status_code == 401


def test_only_an_account_without_a_password_is_linked_to_the_provider(tmp_path: Path, stand: OpenIdStand) -> None:
    with _rig(tmp_path, stand) as rig:
        rig.user("minh", "admin")  # with a password: a person of that name at the provider does not get it
        client, answer = _gone_round(rig)
        assert answer.status_code == 401
        assert client.get("/account").headers["location"] == "/sign-in"
        stand.person["preferred_username"] = "lạ"
        assert "Chưa có tài khoản" in _gone_round(rig)[1].text
        stand.person["preferred_username"] = None
        assert _gone_round(rig)[1].status_code == 401


def test_a_token_of_another_sign_in_is_refused(tmp_path: Path, stand: OpenIdStand) -> None:
    now = time.time()
    cases: list[dict[str, Any]] = [
        {"iss": "https://evil.example"}, {"aud": "other"}, {"aud": [CLIENT, "other"]}, {"aud": None}, {"nonce": "x"},
        {"nonce": None}, {"azp": "other"}, {"sub": None}, {"sub": "x" * 300}, {"exp": now - 120}, {"exp": None},
        {"exp": True}, {"iat": now - 3600}, {"iat": now + 3600},
    ]  # fmt: skip
    with _rig(tmp_path, stand) as rig:
        _made(rig, "minh")
        for wrong in cases:
            stand.wrong = wrong
            client, answer = _gone_round(rig)
            assert answer.status_code == 401, wrong
            assert client.get("/").headers["location"] == "/sign-in"
            assert SECRET not in answer.text
        stand.wrong = {"aud": [CLIENT, "other"], "azp": CLIENT}
        assert _gone_round(rig)[1].status_code == 303


def test_a_token_that_the_provider_did_not_sign_is_refused(tmp_path: Path, stand: OpenIdStand) -> None:
    with _rig(tmp_path, stand) as rig:
        _made(rig, "minh")
        assert _gone_round(rig)[1].status_code == 303
        own = stand.key
        stand.key = key_called("1", 2)  # another key under the same id
        assert _gone_round(rig)[1].status_code == 401
        public = own.as_pem(private=False)
        for head, secret in (({"alg": "HS256", "kid": "1"}, public), ({"alg": "none"}, b"")):
            stand.forged = partial(_forged, head, secret)
            assert _gone_round(rig)[1].status_code == 401


def _forged(head: dict[str, str], secret: bytes, claims: dict[str, Any]) -> str:
    """Return a token with an HMAC whose key is public, or without a signature."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims)]
    mac = hmac.new(secret, b".".join(parts), "sha256").digest() if secret else b""
    return b".".join((*parts, urlsafe_b64encode(mac).rstrip(b"="))).decode()


def test_new_keys_of_the_provider_are_fetched(
    tmp_path: Path, stand: OpenIdStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.console.openid.provider._PAUSE", 0.0)
    with _rig(tmp_path, stand) as rig:
        _made(rig, "minh")
        assert _gone_round(rig)[1].status_code == 303
        stand.key = key_called("2")
        stand.published = [stand.key]
        assert _gone_round(rig)[1].status_code == 303


def test_only_the_browser_that_began_comes_back_and_only_once(tmp_path: Path, stand: OpenIdStand) -> None:
    with _rig(tmp_path, stand) as rig:
        _made(rig, "minh")
        assert "bắt đầu lại" in _gone_round(rig, state="x")[1].text
        assert _gone_round(rig, state="")[1].status_code == 401
        assert _gone_round(rig, iss="https://evil.example")[1].status_code == 401
        assert _gone_round(rig, code="x")[1].status_code == 401
        assert _gone_round(rig, code="", error="access_denied")[1].status_code == 401
        first = TestClient(rig.app, follow_redirects=False)
        back = httpx2.get(first.get("/sign-in/openid").headers["location"], follow_redirects=False).headers["location"]
        other = TestClient(rig.app, follow_redirects=False)
        assert other.get(back).status_code == 401  # without the cookie
        other.cookies.set("lienthong-openid", "x" * 100)
        assert other.get(back).status_code == 401
        assert first.get(back).status_code == 303
        assert first.get(back).status_code == 401


def test_roles_come_from_the_claim_that_the_file_names(tmp_path: Path, stand: OpenIdStand) -> None:
    more = {"role_claim": "realm.roles", "roles": {"giam-sat": "auditor", "kiem-thu": "tester", "ncc": "vendor"},
            "organisation_claim": "company", "create_accounts": True}  # fmt: skip
    with _rig(tmp_path, stand, **more) as rig:
        for given, role in ((["kiem-thu", "x"], "tester"), (["kiem-thu", "giam-sat"], "auditor"), (["ncc"], "vendor")):
            stand.person |= {"realm": {"roles": given}, "company": "Công ty Alpha"}
            assert _gone_round(rig)[1].status_code == 303
            with rig.state.database.reading() as db:
                user = db.query(UserRow).one()
                assert (user.name, user.role) == ("minh", role)
                assert (user.organisation.name if user.organisation else None) == (
                    "Công ty Alpha" if role == "vendor" else None
                )
        others: tuple[object, ...] = ([], ["x"], None, 7, "ncc-x")
        for other in others:
            stand.person["realm"] = {"roles": other}
            assert "vai trò" in _gone_round(rig)[1].text
        stand.person = {"sub": "7", "preferred_username": "hoa", "realm": {"roles": ["ncc"]}}
        assert _gone_round(rig)[1].status_code == 401  # a vendor of no organisation


def test_the_last_administrator_stays_one(tmp_path: Path, stand: OpenIdStand) -> None:
    more = {"role_claim": "groups", "roles": {"a": "admin", "b": "auditor"}, "create_accounts": True}
    with _rig(tmp_path, stand, **more) as rig:
        for group, status in (("a", 303), ("b", 401)):
            stand.person["groups"] = group
            assert _gone_round(rig)[1].status_code == status


def test_a_provider_with_another_issuer_than_the_files_is_not_used(tmp_path: Path, stand: OpenIdStand) -> None:
    for wrong in ({"issuer": "https://other.example"}, {"token_endpoint": "http://10.0.0.1/token"}, {"jwks_uri": None}):
        stand.metadata = wrong
        with _rig(tmp_path, stand) as rig:
            answer = TestClient(rig.app, follow_redirects=False).get("/sign-in/openid")
            assert answer.status_code == 401
            assert "Hệ thống xác thực" in answer.text
    with ConsoleRig(tmp_path / "none") as rig:
        guest = TestClient(rig.app, follow_redirects=False)
        assert guest.get("/sign-in/openid").status_code == 404
        assert "openid" not in guest.get("/sign-in").text


def test_a_mistake_in_the_file_is_reported_with_its_line_and_without_the_secret(tmp_path: Path) -> None:
    right = "https://sso.example.vn"
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("http://sso.example.vn", {}, "console.openid"),
        (right, {"roles": {"a": "king"}, "role_claim": "g"}, "console.openid"),
        (right, {"role_claim": "g"}, "console.openid"),
        (right, {"create_accounts": True}, "console.openid"),
        (right, {"scopes": ["profile"]}, "console.openid"),
        (right, {"client_secret_env": "KHONG_CO"}, "console.openid-variable"),
        (right, {"client_secret_env": None, "client_secret_file": "none"}, "file.unreadable"),
    ]
    for issuer, more, code in cases:
        with pytest.raises(ConfigurationError) as caught:
            load_settings(_file(tmp_path, issuer, **more), {VARIABLE: SECRET})
        assert caught.value.code == code, more
        assert SECRET not in str(caught.value)
    settings = load_settings(_file(tmp_path, right), {VARIABLE: SECRET})
    assert SECRET not in repr(settings)
    (tmp_path / "s").write_text(f"{PASSWORD}\n", encoding="utf-8")
    kept = load_settings(_file(tmp_path, right, client_secret_env=None, client_secret_file="s"), {})
    assert kept.secret == PASSWORD
