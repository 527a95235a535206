"""Who gets in: this machine or the password; and no page of another address changes anything or reads along."""

from pathlib import Path

import httpx2
import pytest

from harness.workbench.access import is_loopback
from tests.hub.hub_rig import PROVINCE, Rig, with_rig
from tests.workbench.bench_rig import BenchRig, with_bench

FORM = {"answers": "503"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]", ""]
)
def test_a_name_that_is_not_this_machine_is_not_served(tmp_path: Path, host: str) -> None:
    async def play(rig: BenchRig) -> None:
        for path in ("/harness/calls", "/harness/page/", f"/harness/mailboxes/{PROVINCE}"):
            answer = await rig.get(path, headers={"Host": host})
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] == "foreign-host"
        page = await rig.get("/", headers={"Host": host, "Accept": "text/html"})
        assert page.status_code == 403

    with_bench(tmp_path, play)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "::1"])
def test_names_of_this_machine(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize("name", ["", "localhost.", "0.0.0.0", "::", "10.0.0.1", "::ffff:192.0.2.1", "example"])
def test_names_of_others(name: str) -> None:
    assert not is_loopback(name)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_address_changes_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async def play(rig: BenchRig) -> None:
        for path, given in (
            ("/harness/page/faults/set", {"data": FORM}),
            ("/harness/faults", {"json": {"answers": [503]}}),
            ("/harness/deliveries", {"json": {"to": PROVINCE, "kind": "document"}}),
        ):
            answer = await rig.post(path, headers=headers, **given)
            assert answer.status_code == 403
        assert (await rig.web.delete(f"{rig.base}/harness/calls", headers=headers)).status_code == 403
        assert rig.bench.faults.listed() == []
        assert await rig.province.count_receive_edoc() == 0

    with_bench(tmp_path, play)


def test_its_own_page_and_programs_may(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        own = {"Origin": rig.base, "Sec-Fetch-Site": "same-origin"}
        answer = await rig.post("/harness/page/faults/set", data=FORM, headers=own)
        assert answer.status_code == 303
        assert (await rig.post("/harness/faults", json={"answers": [503]})).status_code == 201
        assert len(rig.bench.faults.listed()) == 2

    with_bench(tmp_path, play)


def test_with_a_password_nothing_is_shown_without_it(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for path in ("/harness/calls", "/harness/page/", "/harness/page/page.css"):
            assert (await rig.get(path)).status_code == 401
            assert (await rig.get(path, auth=("dev", "wrong"))).status_code == 401
            answer = await rig.get(path, auth=("dev", "mật khẩu dài"))
            assert answer.status_code == 200, path
        for given in ("Basic", "Basic !", "Bearer x", "Basic " + "A" * 5, "basic Zm9v"):
            assert (await rig.get("/harness/calls", headers={"Authorization": given})).status_code == 401
        refused = await rig.post(
            "/harness/faults",
            json={"answers": [503]},
            headers={"Origin": "http://evil.example"},
            auth=("", "mật khẩu dài"),
        )
        assert refused.status_code == 403
        named = await rig.get("/harness/calls", headers={"Host": "hub.example"}, auth=("", "mật khẩu dài"))
        assert named.status_code == 200
        described = (await rig.get("/openapi.json")).json()
        assert described["components"]["securitySchemes"]["password"]["scheme"] == "basic"
        # The binding asks for no password.
        assert await rig.province.count_receive_edoc() == 0

    with_bench(tmp_path, play, password="mật khẩu dài")


def test_answers_are_guarded(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for path in ("/", "/harness/calls", "/harness/page/page.js", "/harness/none", "/harness/page/none"):
            headers = (await rig.get(path, headers={"Accept": "text/html"})).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert "access-control-allow-origin" not in headers

    with_bench(tmp_path, play)


def test_a_hub_whose_requests_are_evidence_has_no_page() -> None:
    async def play(rig: Rig) -> None:
        base = rig.server.endpoint.removesuffix("/vxp")
        async with httpx2.AsyncClient(trust_env=False) as web:
            for path in ("/", "/harness", "/harness/page/", "/harness/calls"):
                answer = await web.get(f"{base}{path}", headers={"Accept": "text/html"})
                assert answer.status_code == 404
        assert [event["target"] for event in rig.notes.of("request")] == [
            "/",
            "/harness",
            "/harness/page/",
            "/harness/calls",
        ]

    with_rig(play)
