"""One product from declaration to published certificate, suspended, replaced and recalled, through the API alone."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx2 as httpx
import pytest
import yaml

from harness.certificates.verification import verify_certificate
from harness.console.certification import issuing
from harness.console.data.api_options import WEBHOOK_HOSTS
from harness.console.data.options import set_option
from harness.report.pdf import PdfUnavailable
from tests.certificates.certified_runs import NOW
from tests.console.console_rig import DECLARATION, PASSWORD, Person
from tests.console.served_rig import PATIENCE, HookReceiver, served
from tests.console.test_console_certification import CertifyingRig

STAND_IN = (sys.executable, "-m", "tests.console.certified_stand_in")


class Integrator:
    """A program at the other end of the network, with a key."""

    def __init__(self, base: str, key: str) -> None:
        self._client = httpx.Client(base_url=f"{base}/api/v1", headers={"authorization": f"Bearer {key}"}, timeout=60)

    def get(self, path: str) -> Any:
        return self._client.get(path)

    def post(self, path: str, sent: object = None, **headers: str) -> Any:
        return self._client.post(path, json=sent, headers=headers)

    def until(self, path: str, member: str, *values: str) -> dict[str, Any]:
        """Ask until a member of the answer has one of these values."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = cast(dict[str, Any], self.get(path).raise_for_status().json())
            if answer[member] in values:
                return answer
            time.sleep(0.1)
        pytest.fail(f"{path}: {answer}")


def _no_paper(*_: object) -> None:
    """Make no PDF, as on a machine without Pango: it takes seconds."""
    raise PdfUnavailable("report.no-pdf", detail="libpango")


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CertifyingRig]:
    monkeypatch.setenv("LIENTHONG_TEST_AUTHORITY", str(tmp_path / "authority"))
    monkeypatch.setattr(issuing, "certificate_pdf", _no_paper)
    with CertifyingRig(tmp_path, program=STAND_IN) as made:
        with made.state.database.writing() as db:
            set_option(db, WEBHOOK_HOSTS, "127.0.0.1")
        yield made


def _told(receiver: HookReceiver, secret: str) -> list[dict[str, Any]]:
    """Return what a receiver was told, each with a signature that is right."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    for headers, body in receiver.received:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert abs(time.time() - int(headers["webhook-timestamp"])) < PATIENCE
    return [json.loads(body) for _, body in receiver.received]


def test_a_product_lives_through_the_api_alone(rig: CertifyingRig) -> None:
    with HookReceiver() as receiver, served(rig) as base:
        lan = Integrator(base, rig.person("lan").key("run", "propose", "write-note").key)
        minh = Integrator(base, rig.person("minh").key("decide", "read-log").key)
        alpha = Integrator(base, rig.person("alpha").key("declare", "consent", "subscribe").key)
        hook = alpha.post("/webhooks", {"url": f"{receiver.base}/hook"})
        assert hook.status_code == 201, hook.text

        made = alpha.post("/organisations/1/systems", yaml.safe_load(DECLARATION))
        assert made.status_code == 201, made.text
        system = made.json()["system"]["id"]
        began = lan.post(f"/systems/{system}/runs", {"preset": "full", "reason": "API"})
        assert began.status_code == 201, began.text
        run = began.json()["id"]
        assert lan.until(f"/runs/{run}", "state", "ended")["verdict"] == "pass"
        assert lan.get(f"/runs/{run}/eligibility").json() == {"eligible": True, "obstacles": []}

        first = _certified(lan, minh, run)
        assert alpha.post(f"/certificates/{first}/consent", {}).status_code == 200
        assert minh.post(f"/certificates/{first}/acts", {"act": "publish"}).json()["published"] is True
        shown = alpha.get(f"/certificates/{first}/certificate.json").content
        checked = verify_certificate(shown, rig.by.authority.keys, NOW, None)
        assert (checked.problems, checked.state) == ((), "active")
        (entry,) = httpx.get(f"{base}/api/v1/register").json()["entries"]  # by anyone
        assert (entry["number"], entry["state"]) == (first, "active")

        suspended = minh.post(f"/certificates/{first}/acts", {"act": "suspend", "reason": "Khiếu nại"})
        assert suspended.json()["state"] == "suspended"
        assert (
            minh.post(f"/certificates/{first}/acts", {"act": "reinstate", "reason": "Đã xét"}).json()["state"]
            == "active"
        )
        second = _certified(lan, minh, run, replaces=first, changed="Tên cơ quan", why="Ghi sai")
        assert alpha.get(f"/certificates/{first}").json()["state"] == "replaced"
        withdrawn = minh.post(f"/certificates/{second}/acts", {"act": "withdraw", "reason": "Gian dối"})
        assert withdrawn.json()["state"] == "withdrawn"

        sought = minh.get("/recalls/certificates?version=0.1.0").json()["certificates"]
        assert [one["number"] for one in sought] == [second, first]
        recall = minh.post("/recalls", {"version": "0.1.0"})
        assert recall.status_code == 202, recall.text
        found = minh.until(f"/recalls/{recall.json()['id']}", "state", "ended", "broken")
        assert {(one["number"], one["before"], one["after"]) for one in found["results"]} == {
            (first, "pass", "pass"), (second, "pass", "pass"),
        }  # fmt: skip
        changes = minh.get("/log?limit=200").json()["changes"]
        assert {"system.added", "run.queued", "proposal.decided", "certificate.withdraw", "recall"} <= {
            one["action"] for one in changes
        }
        assert next(one for one in changes if one["action"] == "system.added")["actor"] == "alpha (CI)"

        receiver.wait(14)
        told = _told(receiver, hook.json()["secret"])
        assert [one["type"] for one in told if one["type"].startswith("certificate.")] == [
            "certificate.issued", "certificate.consented", "certificate.published", "certificate.suspended",
            "certificate.reinstated", "certificate.issued", "certificate.replaced", "certificate.withdrawn",
        ]  # fmt: skip
        states = [one["data"]["state"] for one in told if one["type"].startswith("certificate.")]
        assert states == [*["active"] * 3, "suspended", "active", "active", "replaced", "withdrawn"]
        (ended,) = [one["data"] for one in told if one["type"] == "run.ended"]
        assert (ended["run"], ended["verdict"], ended["organisation"]) == (run, "pass", "Công ty Alpha")


def _certified(lan: Integrator, minh: Integrator, run: str, **replacing: str) -> str:
    """Propose a run, decide as another person, and return the number of the certificate."""
    made = lan.post(f"/runs/{run}/proposals", {"note": "Đủ", **replacing})
    assert made.status_code == 201, made.text
    place = f"/proposals/{made.json()['id']}"
    assert lan.post(f"{place}/opinions", {"text": "Nên thử tệp lớn."}).status_code == 201
    assert lan.post(f"{place}/decision", {"grant": True, "reasons": "x"}).status_code == 403
    decided = minh.post(f"{place}/decision", {"grant": True, "reasons": "Đạt"})
    assert decided.status_code == 202, decided.text
    told = minh.until(place, "state", "granted", "barred")
    assert (told["state"], told["evaluated_by"], told["decided_by"]) == ("granted", "Trần Thị Lan", "Lê Văn Minh")
    return str(told["certificate"])


def test_whoever_took_part_decides_by_no_key(rig: CertifyingRig) -> None:
    lan = rig.person("lan").key("run", "propose")
    made = lan.post("/runs/run1/proposals", {})
    rig.execute("UPDATE users SET role = 'admin' WHERE name = 'lan'")
    decision = {"grant": True, "reasons": "x"}
    own = rig.person("lan").key("decide", name="khác").post(f"/proposals/{made.json()['id']}/decision", decision)
    assert (own.status_code, own.json()["code"]) == (422, "certification.own")
    rig.user("lan2", "approver")  # the same person by another account
    rig.person("quan").post("/persons/5", {"name": "trần  thị LAN"})
    same = rig.person("lan2").key("decide").post(f"/proposals/{made.json()['id']}/decision", decision)
    assert (same.status_code, same.json()["code"]) == (422, "certification.same-person")
    admin = rig.person("lan").key("administer", name="ba")  # a participant gave the password of who decides
    assert admin.client.patch("/api/v1/users/3", json={"password": PASSWORD}).json()["name"] == "minh"
    given = Person(rig, "minh").key("decide").post(f"/proposals/{made.json()['id']}/decision", decision)
    assert (given.status_code, given.json()["code"]) == (422, "certification.entrusted")


def test_the_lines_of_the_readme_start_a_run_and_fetch_its_verdict(rig: CertifyingRig, tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    (lines,) = [one for one in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "$CONSOLE/api/v1" in one]
    assert len(lines.splitlines()) == 5
    with served(rig) as base:
        given = {"KEY": rig.person("lan").key("run").key, "CONSOLE": base, "BUILD": "42", "PATH": os.environ["PATH"]}
        waiting = "sleep() { command sleep 0.2; }\n"  # otherwise the lines are as they are printed
        for _ in range(2):  # the second time with the same key: the same run
            done = subprocess.run(
                ["bash", "-euc", waiting + lines], env=given, cwd=tmp_path, capture_output=True, text=True, timeout=60
            )
            assert (done.returncode, done.stdout) == (0, '"verdict":"pass"\n'), done.stderr
        assert len(Integrator(base, given["KEY"]).get("/systems/1/runs").json()["runs"]) == 2  # run1, and this one
    assert json.loads((tmp_path / "report.json").read_bytes())["schema"] == "lienthong.report/1"
