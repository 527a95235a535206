"""From a passed run to a published certificate and its end: permissions, refusals, and edited rows."""

import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from harness.certificates.verification import verify_certificate
from harness.console.certification import book, issuing
from harness.console.certification.bench import ExaminationBench
from harness.console.certification.book import URGENT, expiring, kept_certificates
from harness.console.certification.certifier import Certifier
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import RecallRow
from harness.console.data.database import ConsoleDatabase
from harness.console.data.tables import SystemRow
from harness.console.safekeeping.backup import back_up
from harness.console.safekeeping.restoration import restore
from harness.report.pdf import PdfUnavailable
from tests.certificates.certified_runs import (
    AUTHORITY,
    PROFILE_ID,
    make_authority,
    passed_run,
    write_profile,
)
from tests.console.console_rig import PROGRAM, ConsoleRig, Person

PEOPLE = {"lan": ("tester", "Trần Thị Lan"), "minh": ("approver", "Lê Văn Minh"), "quan": ("admin", "Vũ Quân")}


class CertifyingRig(ConsoleRig):
    """A console that certifies, with people and a run that passed."""

    def __init__(self, data: Path, url: str | None = None, program: tuple[str, ...] = PROGRAM) -> None:
        self._signed_in: dict[str, Person] = {}
        self.by = make_authority(data / "authority")
        authority = self.by.authority
        super().__init__(data / "console", url, program, certifier=Certifier(authority, authority.keys[0]))
        # The process in which a run is judged does not matter here, and a separate one starts slowly.
        self.work.bench = cast(Any, ExaminationBench(cast(Any, ThreadPoolExecutor(1))))
        self.user("alpha", "vendor", "Công ty Alpha")
        for name, (role, _) in PEOPLE.items():
            self.user(name, role)
        admin = self.person("quan")
        for key, (_, name) in enumerate(PEOPLE.values(), 2):
            assert admin.post(f"/persons/{key}", {"name": name}).status_code == 303
        self.passed("run1")

    def person(self, name: str) -> Person:
        if name not in self._signed_in:
            self._signed_in[name] = Person(self, name)
        return self._signed_in[name]

    def passed(self, key: str, **how: object) -> None:
        """Add a finished, judged and sealed run of a system."""
        with self.state.database.reading() as db:
            known = db.query(SystemRow.id).first()
        system = known[0] if known else self.system("Công ty Alpha")
        passed_run(self.state.runs / key / "run", self.by, **how)  # type: ignore[arg-type]
        self.add_run(key, system, "lan")

    def certified(self, key: str = "run1", **fields: str) -> str:
        """Propose, decide and return the number of the certificate."""
        made = self.person("lan").post(f"/runs/{key}/propose", {"note": "Đủ", **fields})
        assert made.status_code == 303, made.text
        address = made.headers["location"]
        done = self.person("minh").post(f"{address}/decision", {"decision": "grant", "reasons": "Đạt mọi yêu cầu"})
        assert done.status_code == 303, done.text
        number: str = self.person("minh").get(address).text.partition('href="/certificates/')[2].partition('"')[0]
        assert number, self.person("minh").get(address).text
        return number

    def published(self) -> str:
        number = self.certified()
        assert self.person("alpha").post(f"/certificates/{number}/consent").status_code == 303
        assert self.act(number, "publish").status_code == 303
        return number

    def act(self, number: str, act: str, reason: str = "", version: str = "") -> Any:
        fields = {"act": act, "reason": reason, "version": version}
        return self.person("minh").post(f"/certificates/{number}/acts", fields)

    def execute(self, statement: str) -> None:
        with self.state.database.writing() as db:
            db.execute(text(statement))


@pytest.fixture(autouse=True)
def without_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make no PDF, as on a machine without Pango: it takes seconds, and the browser test covers it."""

    def unavailable(*_: object) -> None:
        raise PdfUnavailable("report.no-pdf", detail="libpango")

    monkeypatch.setattr(issuing, "certificate_pdf", unavailable)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CertifyingRig]:
    with CertifyingRig(tmp_path) as made:
        yield made


def _life(rig: CertifyingRig) -> None:
    """Take a product from a passed run to a published certificate, and on to the one that replaces it."""
    number = rig.published()
    assert number.startswith("LT-")
    assert number.endswith("-0001")
    guest = TestClient(rig.app)
    listed = guest.get("/register.json").json()
    assert [(one["number"], one["state"], one["holder"]) for one in listed["entries"]] == [
        (number, "active", "Công ty Alpha")
    ]
    keys = rig.by.authority.keys
    shown = guest.get(f"/register/{number}/certificate.json").content
    now = datetime.now(UTC)
    found = verify_certificate(shown, keys, now, guest.get("/register.jws").content)
    assert (found.problems, found.state, found.registered) == ((), "active", True)
    assert rig.act(number, "suspend").status_code == 422
    assert rig.act(number, "suspend", "Khiếu nại").status_code == 303
    assert rig.act(number, "suspend", "Nữa").status_code == 422
    assert verify_certificate(shown, keys, now, guest.get("/register.jws").content).state == "suspended"
    rig.passed("run2")
    second = rig.certified("run2", replaces=number, changed="Sửa lỗi", why="Khiếu nại có cơ sở")
    assert second.endswith("-0002")
    assert "đã thay thế" in guest.get(f"/register/{number}").text
    assert guest.get(f"/register/{second}").status_code == 404  # its holder has not consented yet
    assert rig.act(number, "withdraw", "x").status_code == 422
    assert f"{second}" in guest.get("/register.atom").text


def test_a_certificate_lives_on_both_databases(tmp_path: Path, database_url: str | None) -> None:
    with CertifyingRig(tmp_path, database_url) as rig:
        _life(rig)


def test_reasons_against_a_run_are_shown_and_cannot_be_overruled(rig: CertifyingRig) -> None:
    for key, how, words in (
        ("failed", {"refused": True}, "không đạt"),
        ("narrow", {"only": ("SND-01",)}, "một phần"),
        ("unsealed", {"sealed": False}, "niêm phong"),
        ("dirty", {"released": False}, "bản phát hành"),
    ):
        rig.passed(key, **how)
        page = rig.person("lan").get(f"/runs/{key}/propose")
        assert words in page.text
        refused = rig.person("lan").post(f"/runs/{key}/propose")
        assert refused.status_code == 422
    assert "Chờ quyết định" in rig.person("minh").get("/proposals").text


def test_a_run_changed_after_the_proposal_gets_no_certificate(rig: CertifyingRig) -> None:
    address = rig.person("lan").post("/runs/run1/propose").headers["location"]
    report = rig.state.runs / "run1" / "run" / "report.json"
    report.write_bytes(report.read_bytes().replace(b"Alpha", b"Omega"))
    assert rig.person("minh").post(f"{address}/decision", {"decision": "grant", "reasons": "x"}).status_code == 303
    page = rig.person("minh").get(address).text
    assert "không qua khi xét lại" in page
    assert "Niêm phong không còn nguyên" in page
    assert "/certificates/LT" not in page


def test_the_evidence_of_another_run_gets_no_second_certificate(rig: CertifyingRig) -> None:
    number = rig.certified()
    rig.passed("run2")
    folder = rig.state.runs / "run2" / "run"
    shutil.rmtree(folder)
    shutil.copytree(rig.state.runs / "run1" / "run", folder)
    address = rig.person("lan").post("/runs/run2/propose").headers["location"]
    rig.person("minh").post(f"{address}/decision", {"decision": "grant", "reasons": "x"})
    assert f"{number} đã dựa trên đúng bằng chứng này" in rig.person("minh").get(address).text


def test_two_different_people_decide_and_only_once(rig: CertifyingRig) -> None:
    lan, admin = rig.person("lan"), rig.person("quan")
    address = lan.post("/runs/run1/propose").headers["location"]
    assert lan.post("/runs/run1/propose").status_code == 422  # it is proposed already
    decision = {"decision": "grant", "reasons": "x"}
    assert lan.post(f"{address}/decision", decision).status_code == 403
    rig.execute("UPDATE users SET role = 'approver' WHERE name = 'lan'")  # the same account in another role
    assert "tham gia đánh giá" in lan.post(f"{address}/decision", decision).text
    rig.user("lan2", "approver")  # the same person by another account
    admin.post("/persons/5", {"name": "trần  thị LAN"})
    assert "chính là người quyết định" in rig.person("lan2").post(f"{address}/decision", decision).text
    with rig.state.database.writing() as db:
        note_change(db, "lan", "user.password", "minh")  # the person who set the password can sign in
    minh = rig.person("minh")
    assert "đặt mật khẩu" in minh.post(f"{address}/decision", decision).text
    with rig.state.database.writing() as db:
        note_change(db, "minh", "user.password", "minh")
    assert minh.post(f"{address}/decision", {**decision, "reasons": ""}).status_code == 422
    assert minh.post(f"{address}/decision", decision).status_code == 303
    again = minh.post(f"{address}/decision", decision)  # replayed
    assert again.status_code == 422
    assert lan.post("/runs/run1/propose").status_code == 403
    rig.execute("UPDATE users SET role = 'tester' WHERE name = 'lan'")
    assert "LT-" in lan.post("/runs/run1/propose").text  # is already based on this run
    with rig.state.database.reading() as db:
        assert db.execute(text("SELECT count(*) FROM certificates")).scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificates SET jws = replace(jws, 'A', 'B')",
        "UPDATE certificate_life SET jws = replace(jws, 'a', 'b') WHERE sequence = 3",
        "DELETE FROM certificate_life WHERE sequence = 4",
        "INSERT INTO certificate_life SELECT number, 5, jws FROM certificate_life WHERE sequence = 3",
    ],
)
def test_an_edited_row_is_noticed_and_removed_from_the_register(rig: CertifyingRig, statement: str) -> None:
    number = rig.published()
    rig.act(number, "suspend", "Khiếu nại")
    guest = TestClient(rig.app)
    assert number in guest.get("/register").text
    rig.execute(statement)
    assert "không còn nguyên" in rig.person("minh").get(f"/certificates/{number}").text
    assert guest.get("/register.json").json()["entries"] == []
    assert guest.get(f"/register/{number}").status_code in {404, 422}
    assert rig.act(number, "reinstate", "x").status_code == 422


def test_the_register_shows_what_is_published_as_text_and_nothing_else(rig: CertifyingRig) -> None:
    number = rig.certified()
    guest = TestClient(rig.app)
    assert guest.get(f"/register/{number}").status_code == 404
    assert number not in guest.get("/register").text
    refused = rig.act(number, "publish")
    assert "đồng ý" in refused.text
    assert rig.person("lan").post(f"/certificates/{number}/consent", {"reason": "x"}).status_code == 403
    rig.person("alpha").post(f"/certificates/{number}/consent", {"reason": "<script>alert(1)</script>"})
    rig.act(number, "publish")
    page = guest.get(f"/register/{number}")
    assert "<script>alert" not in page.text
    for path in ("/register/../users", "/register/%2e%2e%2fusers", "/register?q=../../etc/passwd%00", "/register.exe",
                 f"/register/{number}/certificate.exe", "/register?q=%22%3E%3Cscript%3E&state=x&page=99"):  # fmt: skip
        answer = guest.get(path)
        assert "<script>" not in answer.text.replace('<script src="/static', "")
        assert answer.status_code in {200, 404}
    badge = guest.get(f"/register/{number}/certificate.svg")
    assert "còn hiệu lực" in badge.text
    assert badge.headers["content-security-policy"].startswith("default-src 'none'")
    assert guest.get("/register.crt").text.startswith("-----BEGIN CERTIFICATE")
    assert AUTHORITY in guest.get("/register").text


def test_a_vendor_sees_only_its_own_certificates(rig: CertifyingRig) -> None:
    number = rig.certified()
    rig.user("beta", "vendor", "Công ty Beta")
    beta, alpha = rig.person("beta"), rig.person("alpha")
    for path in (f"/certificates/{number}", f"/certificates/{number}/certificate.json", "/proposals/1"):
        assert beta.get(path).status_code == 404
        assert alpha.get(path).status_code == 200
    assert beta.post(f"/certificates/{number}/consent").status_code == 404
    assert number not in beta.get("/certificates").text
    assert alpha.post(f"/certificates/{number}/acts", {"act": "publish"}).status_code == 403


def test_an_extension_and_an_amendment(rig: CertifyingRig) -> None:
    number = rig.published()
    assert rig.act(number, "extend", "Chỉ sửa giao diện").status_code == 422
    rig.act(number, "extend", "Chỉ sửa giao diện", "3.2.1")
    assert "3.2.1" in TestClient(rig.app).get(f"/register/{number}").text
    second = rig.certified("run1", replaces=number, changed="Tên cơ quan", why="Ghi sai")
    kept = json.loads(rig.person("minh").get(f"/certificates/{second}/certificate.json").content)
    assert kept["certificate"]["replaces"] == {
        "number": number, "kind": "replaced", "changed": "Tên cơ quan", "why": "Ghi sai",
    }  # fmt: skip
    assert rig.person("minh").get(f"/certificates/{number}/certificate.json").status_code == 200  # the old one is kept


def test_waiting_proposals_and_expiring_certificates_are_on_the_first_page(
    rig: CertifyingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.person("lan").post("/runs/run1/propose")
    assert "đang chờ quyết định: 1" in rig.person("minh").get("/").text
    assert "đang chờ quyết định" not in rig.person("lan").get("/").text
    rig.person("minh").post("/proposals/1/decision", {"decision": "grant", "reasons": "x"})
    assert "Sắp hết hạn" not in rig.person("alpha").get("/").text
    with rig.state.database.reading() as db:
        (kept,) = kept_certificates(db, rig.by.authority)
    late = [replace(kept, at=kept.at + timedelta(days=days)) for days in (1000, 1010, 1080, 1100)]
    assert [one.days_left <= URGENT for one in expiring(late)] == [True, False]  # the last one has run out
    monkeypatch.setattr(book, "_SOON", 2000)
    assert "Sắp hết hạn" in rig.person("alpha").get("/").text


def test_a_certificate_outlives_backup_and_restore(rig: CertifyingRig, tmp_path: Path) -> None:
    number = rig.published()
    back_up(rig.state.database, rig.state.data, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored", None)
    database = ConsoleDatabase(tmp_path / "restored")
    with database.reading() as db:
        (kept,) = kept_certificates(db, rig.by.authority)
    database.close()
    assert (kept.number, kept.whole, kept.state) == (number, True, "active")


def test_programs_take_a_product_from_proposal_to_withdrawal(rig: CertifyingRig) -> None:
    lan, minh = rig.person("lan").key("propose"), rig.person("minh").key("decide")
    alpha, reader = rig.person("alpha").key("consent"), rig.person("minh").key()
    made = lan.post("/runs/run1/proposals", {"note": "Đủ"})
    assert (made.status_code, made.json()["state"]) == (201, "open")
    address = made.headers["location"].removeprefix("/api/v1")
    decision = {"grant": True, "reasons": "Đạt"}
    assert reader.post(f"{address}/decision", decision).status_code == 403  # its key may only read
    assert lan.post(f"{address}/decision", decision).status_code == 403
    assert minh.post(f"{address}/decision", decision).status_code == 202
    assert minh.post(f"{address}/decision", decision).json()["code"] == "certification.decided"
    told = reader.get(address).json()
    assert (told["state"], told["decided_by"], told["bars"]) == ("granted", "Lê Văn Minh", [])
    certificate = f"/certificates/{told['certificate']}"
    assert minh.post(f"{certificate}/acts", {"act": "publish"}).json()["code"] == "certificate.no-consent"
    assert alpha.post(f"{certificate}/consent", {}).status_code == 200
    assert minh.post(f"{certificate}/acts", {"act": "publish"}).json()["published"] is True
    assert minh.post(f"{certificate}/acts", {"act": "issue"}).status_code == 422
    assert minh.post(f"{certificate}/acts", {"act": "burn"}).status_code == 400
    assert minh.post(f"{certificate}/acts", {"act": "withdraw", "reason": "Gian dối"}).json()["state"] == "withdrawn"
    (listed,) = alpha.get("/certificates").json()["certificates"]
    assert [entry["act"] for entry in listed["life"]] == ["issue", "consent", "publish", "withdraw"]
    rig.user("beta", "vendor", "Công ty Beta")
    beta = rig.person("beta").key("consent")
    assert beta.get(certificate).status_code == beta.get(address).status_code == 404
    assert beta.get("/certificates").json() == {"certificates": []}


def _recalled(rig: CertifyingRig, **asked: str) -> list[dict[str, Any]]:
    minh = rig.person("minh")
    address = minh.post("/recalls", asked).headers["location"]
    for _ in range(600):
        with rig.state.database.reading() as db:
            row = db.get_one(RecallRow, int(address.rpartition("/")[2]))
        if row.state != "running":
            break
        time.sleep(0.05)
    assert row.state == "ended", row.content
    assert minh.get(address).status_code == 200
    found: list[dict[str, Any]] = json.loads(row.content)
    return found


def test_a_recall_lists_changed_verdicts_and_changes_no_certificate(rig: CertifyingRig) -> None:
    number = rig.published()
    minh = rig.person("minh")
    assert number in minh.get("/recalls?requirement=SND-01").text
    assert number not in minh.get("/recalls?requirement=RTY-05").text
    assert number not in minh.get(f"/recalls?profile={PROFILE_ID}").text  # no value of it changed
    (same,) = _recalled(rig, version="0.1.0")
    assert (same["before"], same["after"], same["changes"]) == ("pass", "pass", [])
    write_profile(rig.by.folder / "profiles" / PROFILE_ID, "SND-01", "SND-02")
    page = minh.get(f"/recalls?profile={PROFILE_ID}&value=levels").text
    assert number in page
    assert "levels.SND-02" in page
    (one,) = _recalled(rig, profile=PROFILE_ID)
    assert (one["before"], one["after"], one["holder"]) == ("pass", "inconclusive", "Công ty Alpha")
    assert [change["requirement"] for change in one["changes"]] == ["SND-02"]
    assert TestClient(rig.app).get("/register.json").json()["entries"][0]["state"] == "active"
    (rig.state.runs / "run1" / "run" / "report.json").unlink()
    (gone,) = _recalled(rig, version="0.1.0")
    assert gone["trouble"] == "evidence-gone"
