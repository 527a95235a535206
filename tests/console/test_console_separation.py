"""Nothing of one vendor is seen by another through any address, and nothing at all without sign-in.

The addresses are those of the application itself, so that a new one is tried automatically; for a new kind of
parameter, a value that belongs to the other vendor must be added below.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from harness.console.api import admission
from harness.console.api.address import ROOT
from harness.console.api.table import ADDRESSES
from harness.console.runners.shapes import ROOT as RUNNERS
from harness.console.web.application import console_routes
from harness.console.web.route_table import PAGES
from harness.console.web.routing import Door
from tests.console.console_rig import DECLARATION, ConsoleRig, Person, Program

_OPEN = {page.path for page in PAGES if page.door is Door.OPEN} | {"/healthz"}
_NO_KEY = {f"{ROOT}{one.path}" for one in ADDRESSES if one.open} | {f"{ROOT}/openapi.json"}
# Values for `{key}` below each of these: first the other vendor's, then ones that do not exist.
_KEYS = {
    "organisations": ("2", "999"),
    "systems": ("2", "999"),
    "runs": ("beta", "none"),
    "users": ("2", "999"),
    "tokens": ("1", "999"),
    "proposals": ("1", "999"),
    "persons": ("2", "999"),
    "certificates": ("LT-2026-0001", "none"),
    "recalls": ("1", "999"),
    "products": ("2", "999"),
    "webhooks": ("1", "999"),
    "holds": ("1", "999"),
    "runners": ("1", "999"),
}
# What a program sends that nothing is wrong with, by the end of the address.
_SENT: dict[str, dict[str, object]] = {
    "runs": {"preset": "quick", "reason": "x"},
    "answer": {"question": 1, "said": "x"},
    "notes": {"text": "x"},
    "opinions": {"text": "x"},
    "decision": {"grant": True, "reasons": "x"},
    "acts": {"act": "publish"},
    "reference": {},
    "recalls": {"version": "0.1.0"},
    "proposals": {},
    "amendment": {"why": "x"},
}
_DECLARED = yaml.safe_load(DECLARATION)
_RIGHTS = ("run", "declare", "write-note", "consent", "subscribe")
_OTHERS = {"kind": "note", "number": "1", "form": "json", "folder": "001", "name": "x", "token": "x" * 43}
_ONE = re.compile(r"\{(\w+)(?::\w+)?\}")


def _routes(rig: ConsoleRig) -> Iterator[tuple[str, str]]:
    """Yield method and path of every address."""
    for route in console_routes(rig.state, rig.work, "vi"):
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        assert isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path


def _filled(path: str, which: int) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        return _KEYS[path[: found.start()].rstrip("/").rpartition("/")[2]][which] if name == "key" else _OTHERS[name]

    return _ONE.sub(value, path)


def _asked(alpha: Person, program: Program, method: str, path: str) -> tuple[int, str]:
    if path.startswith(ROOT):
        last = path.rpartition("/")[2]
        declared = last == "systems" or (method == "PUT" and last != "program")
        sent = _DECLARED if declared else _SENT.get(last, {"reason": "x"})
        answer = program.client.request(method, path, json=sent if method in {"POST", "PUT", "PATCH"} else None)
    else:
        answer = alpha.client.request(method, path, data={"csrf": alpha.csrf} if method == "POST" else None)
    return answer.status_code, answer.text


def test_nothing_is_shown_without_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_WRONG_KEYS", 1000)  # a guest tries every address here
    with ConsoleRig(tmp_path) as rig:
        rig.with_two_vendors()
        Person(rig, "alpha").key("run")
        guest = TestClient(rig.app, follow_redirects=False)
        for method, path in _routes(rig):
            answer = guest.request(method, _filled(path, 0))
            if path in _NO_KEY:
                assert answer.status_code in {200, 404}
            elif path.startswith((ROOT, RUNNERS)):
                assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer"), path
            elif path.endswith("/stream"):
                assert answer.status_code == 404
            elif path not in _OPEN:
                assert answer.headers["location"] == "/sign-in", path
            assert "QLVB" not in answer.text, path


def test_nothing_of_another_vendor_is_seen_through_any_address(tmp_path: Path, database_url: str | None) -> None:
    with ConsoleRig(tmp_path, database_url) as rig:
        rig.with_two_vendors()
        beta = Person(rig, "beta").key("subscribe", name="beta")
        assert beta.post("/webhooks", {"url": "https://beta.example/hook"}).json()["webhook"]["id"] == 1
        assert beta.post("/webhooks/1/test", {}).json()["id"] == 1
        alpha = Person(rig, "alpha")
        program = alpha.key(*_RIGHTS, name="alpha")
        tried = 0
        for method, path in _routes(rig):
            if "{" in path:
                other, none = (_asked(alpha, program, method, _filled(path, which)) for which in (0, 1))
                assert other == none, path
                # No person's key opens what runners ask.
                assert other[0] in ({401} if path.startswith(RUNNERS) else {403, 404}), path
                tried += 1
            elif method == "GET":
                assert "beta" not in _asked(alpha, program, method, path)[1].lower(), path
        assert tried > 70
        _look_by_what_is_asked_besides(rig, alpha, program)


def _look_by_what_is_asked_besides(rig: ConsoleRig, alpha: Person, program: Program) -> None:
    for path in (
        "/runs",
        "/search?q=QLVB",
        "/search?q=HDR",
        "/runs/alpha",
        "/organisations/1",
        "/systems/1?failed=beta",
    ):
        assert "beta" not in alpha.get(path).text.lower().replace("?failed=beta", ""), path
    assert alpha.get("/runs/alpha/compare?with=beta").status_code == 404
    assert alpha.post("/systems/1/runs", {"preset": "failed", "earlier": "beta", "reason": "x"}).status_code == 422
    failed = program.post("/systems/1/runs", {"preset": "failed", "earlier": "beta", "reason": "x"})
    assert failed.json()["code"] == "console.nothing-failed"
    assert "alpha" in alpha.get("/search?q=HDR").text
    both = TestClient(rig.app, headers={"authorization": f"Bearer {program.key}"}, cookies=_cookies(rig, "beta"))
    assert both.get("/api/v1/runs/beta").status_code == 404  # the key counts, not the cookie
    assert both.get("/runs/alpha").status_code == 404  # and here the cookie, not the key


def _cookies(rig: ConsoleRig, name: str) -> dict[str, str]:
    return dict(Person(rig, name).client.cookies)
