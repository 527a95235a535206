"""Amended certificates, and consent to publication that is taken back."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from starlette.testclient import TestClient

from harness.certificates.public_register import register_atom, snapshot_of
from harness.certificates.report_amendment import AmendedReport
from harness.certificates.signed_documents import read_signed
from harness.certificates.verification import verify_certificate
from harness.console.certification.book import kept_certificates
from harness.journal.recorder import VIETNAM
from tests.console.test_console_certification import CertifyingRig, without_paper

__all__ = ["without_paper"]  # no PDF is made here


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CertifyingRig]:
    with CertifyingRig(tmp_path) as made:
        yield made


def _proposed(rig: CertifyingRig, number: str, **fields: Any) -> Any:
    form = {"holder": "Công ty Alpha", "capability": ["register", "recall"], "why": "Ghi sai", **fields}
    return rig.person("lan").post(f"/certificates/{number}/amend", form)


def _amended(rig: CertifyingRig, number: str, **fields: Any) -> str:
    address = _proposed(rig, number, **fields).headers["location"]
    page = rig.person("minh").get(address)
    assert "Cấp giấy sửa đổi" in page.text
    rig.person("minh").post(f"{address}/decision", {"decision": "grant", "reasons": "Đúng"})
    return str(rig.person("minh").get(address).text.partition('href="/certificates/')[2].partition('"')[0])


def test_an_amended_certificate_and_the_old_one_refer_to_each_other(rig: CertifyingRig) -> None:
    number = rig.published()
    before = rig.person("minh").key().get(f"/certificates/{number}").json()
    second = _amended(rig, number, holder="Công ty Cổ phần Alpha", address="Số 2, Vinh")
    assert second.endswith("-0002")
    minh = rig.person("minh").key()
    old, new = (minh.get(f"/certificates/{one}").json() for one in (number, second))
    assert (old["state"], old["replaced_by"], old["certificate"]) == ("amended", second, before["certificate"])
    certificate = new["certificate"]
    assert (new["state"], certificate["holder"], certificate["address"]) == (
        "active", "Công ty Cổ phần Alpha", "Số 2, Vinh",
    )  # fmt: skip
    stated = certificate["replaces"]
    assert (stated["number"], stated["kind"], stated["why"]) == (number, "amended", "Ghi sai")
    assert "Công ty Alpha → Công ty Cổ phần Alpha" in stated["changed"]
    for same in ("run", "valid_until", "product", "scope", "profile", "harness", "limits"):
        assert certificate[same] == before["certificate"][same]
    guest = TestClient(rig.app)
    assert guest.get(f"/register/{second}").status_code == 404  # without consent
    page = guest.get(f"/register/{number}").text
    assert f'href="/register/{second}"' not in page
    assert second in page
    assert rig.person("alpha").post(f"/certificates/{second}/consent").status_code == 303
    assert rig.act(second, "publish").status_code == 303
    assert f'href="/register/{second}"' in guest.get(f"/register/{number}").text
    assert f'href="/register/{number}"' in guest.get(f"/register/{second}").text
    for one, other in ((number, second), (second, number)):
        assert other in rig.person("lan").get(f"/certificates/{one}").text
    listed = {one["number"]: one for one in guest.get("/register.json").json()["entries"]}
    assert (listed[number]["state"], listed[number]["replaced_by"]) == ("amended", second)
    assert (listed[second]["state"], listed[second]["replaces"]) == ("active", number)
    assert guest.get("/register.csv").text.splitlines()[1].endswith(f",{second}")
    found = verify_certificate(
        guest.get(f"/register/{number}/certificate.json").content, rig.by.authority.keys, datetime.now(UTC),
        guest.get("/register.jws").content,
    )  # fmt: skip
    assert (found.problems, found.state) == ((), "amended")
    assert rig.act(number, "suspend", "x").status_code == 422
    third = _amended(rig, second, holder="Công ty Cổ phần Alpha", address="Số 3, Vinh")  # once more
    assert third.endswith("-0003")
    assert _proposed(rig, number, holder="Khác").status_code == 422


def test_an_amendment_narrows_the_scope_and_never_widens_it(rig: CertifyingRig) -> None:
    number = rig.certified()
    for fields in ({"capability": ["recall", "update"]}, {}, {"holder": ""}, {"holder": "Khác", "why": ""}):
        assert _proposed(rig, number, **fields).status_code == 422
    assert rig.act(number, "extend", "Chỉ sửa giao diện", "3.2.1").status_code == 303
    second = _amended(rig, number, capability=[])
    assert "3.2.1" in rig.person("minh").get(f"/certificates/{second}").text
    certificate = rig.person("minh").key().get(f"/certificates/{second}").json()["certificate"]
    assert certificate["scope"]["capabilities"] == []
    assert "recall" in certificate["replaces"]["changed"]
    assert certificate["scope"]["required"] == ["SND-01"]


def test_an_amendment_needs_two_people_and_a_certificate_in_force(rig: CertifyingRig) -> None:
    number = rig.certified()
    assert rig.person("alpha").get(f"/certificates/{number}/amend").status_code == 403
    address = _proposed(rig, number, holder="Khác").headers["location"]
    assert _proposed(rig, number, holder="Khác nữa").status_code == 422  # one waits
    rig.execute("UPDATE users SET role = 'approver' WHERE name = 'lan'")
    refused = rig.person("lan").post(f"{address}/decision", {"decision": "grant", "reasons": "x"})
    assert refused.status_code == 422
    rig.execute("UPDATE users SET role = 'tester' WHERE name = 'lan'")
    assert rig.act(number, "suspend", "Khiếu nại").status_code == 303
    rig.person("minh").post(f"{address}/decision", {"decision": "grant", "reasons": "x"})
    assert "Giấy chứng nhận đang bị tạm đình chỉ" in rig.person("minh").get(address).text
    assert rig.person("minh").get("/certificates").text.count("/certificates/LT-") == 1
    rig.person("lan").key("propose").post(f"/certificates/{number}/amendment", {"why": "x", "holder": "Khác"})


def test_programs_propose_an_amendment(rig: CertifyingRig) -> None:
    number = rig.certified()
    lan = rig.person("lan").key("propose")
    made = lan.post(f"/certificates/{number}/amendment", {"why": "Ghi sai", "address": "Số 2, Vinh"})
    assert (made.status_code, made.json()["state"]) == (201, "open")
    again = lan.post(f"/certificates/{number}/amendment", {"why": "Ghi sai", "address": "Số 3"})
    assert again.json()["code"] == "certification.proposed"


def test_consent_taken_back_leaves_the_state_alone_in_public(rig: CertifyingRig) -> None:
    number = rig.published()
    alpha, guest, keys = rig.person("alpha"), TestClient(rig.app), rig.by.authority.keys
    shown = guest.get(f"/register/{number}/certificate.json").content
    assert rig.person("lan").post(f"/certificates/{number}/consent/withdrawal").status_code == 403
    assert rig.person("minh").post(f"/certificates/{number}/consent/withdrawal").status_code == 422  # no reason
    assert alpha.post(f"/certificates/{number}/consent/withdrawal").status_code == 303
    assert alpha.post(f"/certificates/{number}/consent/withdrawal").status_code == 422
    for form in ("csv", "atom"):
        assert number not in guest.get(f"/register.{form}").text
    told = guest.get("/register.json").json()
    assert told["entries"] == []
    assert [sorted(one) for one in told["unlisted"]] == [["number", "sha256", "since", "state"]]
    page = guest.get(f"/register/{number}")
    assert page.status_code == 200
    assert "còn hiệu lực" in page.text
    assert "Alpha" not in page.text
    assert "Alpha" not in guest.get("/register").text
    assert guest.get(f"/register/{number}/certificate.json").status_code == 404
    assert "còn hiệu lực" in guest.get(f"/register/{number}/certificate.svg").text
    found = verify_certificate(shown, keys, datetime.now(UTC), guest.get("/register.jws").content)
    assert (found.problems, found.state, found.registered) == ((), "active", True)
    assert rig.act(number, "withdraw", "Gian dối").status_code == 303
    assert "bị thu hồi" in guest.get(f"/register/{number}").text
    found = verify_certificate(shown, keys, datetime.now(UTC), guest.get("/register.jws").content)
    assert (found.problems, found.state) == ((), "withdrawn")
    assert "rút đồng ý" in rig.person("minh").get("/log").text


def test_consent_can_be_given_again_and_published_again(rig: CertifyingRig) -> None:
    number = rig.published()
    alpha = rig.person("alpha").key("consent")
    assert alpha.post(f"/certificates/{number}/consent/withdrawal", {}).json()["published"] is False
    refused = rig.act(number, "publish")
    assert "đồng ý" in refused.text
    assert alpha.post(f"/certificates/{number}/consent", {}).status_code == 200
    assert rig.act(number, "publish").status_code == 303
    assert TestClient(rig.app).get("/register.json").json()["entries"][0]["number"] == number


def _corrected(rig: CertifyingRig, name: str = "lan", **fields: str) -> Any:
    form = {"part": "Tên cơ quan", "reads": "UBND tỉnh Nghệ An", "should": "UBND tỉnh <b>Nghệ An</b>", "why": "Ghi sai"}
    return rig.person(name).post("/runs/run1/amend", {**form, **fields})


def test_an_amended_report_stands_beside_the_original(rig: CertifyingRig) -> None:
    folder = rig.state.runs / "run1" / "run"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for field in ("part", "reads", "should", "why"):
        assert _corrected(rig, **{field: ""}).status_code == 422
    assert _corrected(rig, "minh").status_code == 403
    address = _corrected(rig).headers["location"]
    assert _corrected(rig, part="Địa chỉ").headers["location"] == "/runs/run1/amendments/2"
    alpha = rig.person("alpha")
    page = alpha.get(address).text
    assert "run1-A1" in page
    assert "<b>Nghệ An" not in page
    told = alpha.get(f"{address}/report.json").json()
    assert told["amendment"]["report"] == hashlib.sha256(before["report.json"]).hexdigest()
    assert (told["amendment"]["verdict"], told["amendment"]["by"]) == ("pass", "Trần Thị Lan")
    read = read_signed(told["signed"].encode(), AmendedReport)
    assert read is not None
    assert read.signed_by(rig.by.authority.keys)
    assert alpha.get("/runs/run1/amendments/2/report.json").json()["amendment"]["previous"] == "run1-A1"
    assert "run1-A2" in alpha.get("/runs/run1").text
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert rig.user("beta", "vendor", "Công ty Beta").get(address).status_code == 404
    for missing in ("/runs/run1/amendments/3", f"{address}/report.exe"):
        assert alpha.get(missing).status_code == 404


def test_a_certificate_is_not_extended_to_its_own_version(rig: CertifyingRig) -> None:
    number = rig.certified()
    assert rig.act(number, "extend", "x", "3.2").status_code == 422
    assert rig.act(number, "extend", "x", "3.3").status_code == 303
    assert rig.act(number, "extend", "x", "3.3").status_code == 422


def test_the_feed_announces_the_end_of_a_certificate_in_three_steps(rig: CertifyingRig) -> None:
    rig.published()
    authority = rig.by.authority
    with rig.state.database.reading() as db:
        (kept,) = kept_certificates(db, authority)
    record = kept.record
    assert record is not None
    last = record.certificate.content.last_day

    def announced(left: int) -> list[str]:
        at = datetime.combine(last - timedelta(days=left), time(12), VIETNAM)
        feed = etree.fromstring(register_atom(snapshot_of([record], authority, at), [record], "vi", "https://x"))
        return [(one.findtext("{*}id") or "").rpartition("#")[2] for one in feed.findall("{*}entry")]

    assert [announced(left)[:-3] for left in (61, 60, 30, 7, -1)] == [
        [], ["expires-60"], ["expires-30", "expires-60"], ["expires-07", "expires-30", "expires-60"], [],
    ]  # fmt: skip
    steps = [replace(kept, at=datetime.combine(last - timedelta(days=left), time(), UTC)) for left in (61, 60, 8, 7)]
    assert [one.reminder for one in steps] == [0, 60, 30, 7]
