"""The interface for tests that run by themselves: deliver, answer, break, download; and what it declines."""

import base64
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from harness.catalogue.profiles import load_profile
from harness.rules.check import check_package
from harness.vxp.failures import HttpFailed
from harness.workbench.vectors import vector_entries
from tests.hub.hub_rig import DISTRICT, MINISTRY, PROVINCE, document, document_id
from tests.workbench.bench_rig import OCTETS, BenchRig, with_bench

NOW_KINDS = ("document", "answer", "recall", "update", "replacement")


@pytest.mark.parametrize("kind", NOW_KINDS)
def test_a_right_package_of_each_kind_is_right(tmp_path: Path, kind: str) -> None:
    async def play(rig: BenchRig) -> list[tuple[dict[str, Any], bytes]]:
        made = await rig.deliver(kind=kind)
        return [(one, await rig.province.get_edoc(one["receiver_doc_id"])) for one in made]

    made = with_bench(tmp_path, play)
    assert made[-1][0]["what"] == kind
    assert [one["what"] for one, _ in made[:-1]] == ["document"] * (kind in {"recall", "update", "replacement"})
    for _, content in made:
        from datetime import datetime

        from harness.journal.recorder import VIETNAM

        report = check_package(content, load_profile(), datetime.now(VIETNAM))
        assert [one.code for one in report.findings if one.code != "PDF-02.unsigned"] == []
    if len(made) > 1:  # it acts on the document that was delivered before it
        assert str(made[0][0]["document_id"]).encode() in made[1][1]


def test_an_operation_acts_on_the_last_document_of_that_sender(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        (first,) = await rig.deliver(kind="document", sender="H37")
        (recall,) = await rig.deliver(kind="recall", sender="H37")
        assert first["document_id"].encode() in await rig.province.get_edoc(recall["receiver_doc_id"])
        (named,) = await rig.deliver(kind="recall", about="H37,2026/01/02,5/UBND-VP")
        assert b"H37,2026/01/02,5/UBND-VP" in await rig.province.get_edoc(named["receiver_doc_id"])

    with_bench(tmp_path, play)


def test_every_vector_is_listed_and_some_of_each_group_can_be_delivered(tmp_path: Path) -> None:
    first: dict[str, str] = {}
    for name, entry in vector_entries().items():
        first.setdefault(entry.group, name)
    chosen = [name for group, name in first.items() if group[:3] != "SEC" or group in {"SEC-01", "SEC-04"}]

    async def play(rig: BenchRig) -> None:
        listed = (await rig.get("/harness/vectors")).json()["vectors"]
        assert {one["name"] for one in listed} == set(vector_entries())
        assert all(one["why"]["vi"] for one in listed if one["group"] not in {"SIG", "PDF"})
        group = (await rig.get("/harness/vectors?group=SEC-01")).json()["vectors"]
        assert {one["group"] for one in group} == {"SEC-01"}
        for name in chosen:
            (made,) = await rig.deliver(vector=name)
            assert made["good"] is vector_entries()[name].good
            item = await rig.get(f"/harness/items/{made['receiver_doc_id']}/package")
            assert item.content

    with_bench(tmp_path, play)


def test_two_deliveries_of_one_vector_are_two_documents(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for name in ("HDR-09/no-document-type", "SEC-01/external-entity", "SIG/exclusive"):
            if name not in vector_entries():
                continue
            (one,), (other,) = await rig.deliver(vector=name), await rig.deliver(vector=name)
            contents = [await rig.province.get_edoc(made["receiver_doc_id"]) for made in (one, other)]
            assert contents[0] != contents[1]

    with_bench(tmp_path, play)


def test_any_bytes_can_be_delivered_both_ways(tmp_path: Path) -> None:
    content = b"\x00\xff<not xml"

    async def play(rig: BenchRig) -> None:
        (made,) = await rig.deliver(package_base64=base64.b64encode(content).decode(), messagetype="status")
        raw = await rig.post(
            f"/harness/deliveries?to={PROVINCE}&sender={MINISTRY}", content=document(), headers={"content-type": OCTETS}
        )
        assert raw.json()["deliveries"][0]["document_id"] == document_id()
        assert await rig.province.get_edoc(made["receiver_doc_id"]) == content
        box = (await rig.get(f"/harness/mailboxes/{PROVINCE}")).json()["items"]
        assert [(item["messagetype"], item["document_id"]) for item in box] == [
            ("edoc", document_id()),
            ("status", None),
        ]
        waiting = {one["organ_id"]: one["waiting"] for one in (await rig.get("/harness/mailboxes")).json()["mailboxes"]}
        assert waiting == {MINISTRY: {"edoc": 0, "status": 0}, PROVINCE: {"edoc": 1, "status": 1}}

    with_bench(tmp_path, play)


def test_a_sender_that_is_played_can_be_written_to_afterwards(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        await rig.deliver(kind="document", sender="H37")
        sent = await rig.province.send_edoc(document("9", to=("H37",), sender=PROVINCE), "edoc")
        assert sent
        listed = (await rig.get("/harness/sent/sys.province")).json()["items"]
        assert [item["receiver"] for item in listed] == ["H37"]

    with_bench(tmp_path, play)


def test_a_document_is_answered_with_a_status_that_names_it(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        answer = await rig.post(
            "/harness/statuses", json={"document_id": document_id(), "code": "02", "description": "Sai nơi"}
        )
        assert answer.status_code == 201
        (item,) = (await rig.ministry.get_received_edoc_list("status")).items
        content = await rig.ministry.get_edoc(item.doc_id)
        for part in (document_id(), "Sai nơi", ">02<", "1/VPCP-TTĐT"):
            assert part.encode() in content
        report = await rig.post("/harness/statuses", json={"document_id": "no,such,one", "code": "02"})
        assert report.status_code == 404
        wrong = await rig.post("/harness/statuses", json={"document_id": document_id(), "code": "99"})
        assert wrong.json()["error"]["code"] == "unknown-status"

    with_bench(tmp_path, play)


def test_a_fault_meets_the_next_call_and_no_other(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        assert rig.bench.hub.interceptor is None  # while nothing is set the hub asks nobody
        made = (await rig.post("/harness/faults", json={"answers": [503], "operations": ["countReceiveEdoc"]})).json()
        assert (made["id"], made["met"]) == (1, 0)
        await rig.province.get_received_edoc_list("edoc")
        with pytest.raises(HttpFailed):
            await rig.province.count_receive_edoc()
        assert await rig.province.count_receive_edoc() == 0
        assert rig.bench.hub.interceptor is None
        assert (await rig.get("/harness/faults")).json() == {"faults": []}
        assert [call["fault"] for call in await rig.calls()] == [None, "http-503", None]
        lasting = (await rig.post("/harness/faults", json={"answers": ["fail 20"], "lasting": True})).json()
        await rig.web.delete(f"{rig.base}/harness/faults/{lasting['id']}")
        assert await rig.province.count_receive_edoc() == 0
        assert (await rig.web.delete(f"{rig.base}/harness/faults/{lasting['id']}")).status_code == 404

    with_bench(tmp_path, play)


@pytest.mark.parametrize(
    ("path", "order", "code"),
    [
        ("deliveries", {"to": PROVINCE}, "one-of-three"),
        ("deliveries", {"to": PROVINCE, "kind": "document", "vector": "x"}, "one-of-three"),
        ("deliveries", {"to": PROVINCE, "kind": "<b>"}, "unknown-kind"),
        ("deliveries", {"to": PROVINCE, "vector": "HDR-99/x"}, "unknown-vector"),
        ("deliveries", {"to": DISTRICT, "kind": "document"}, "unknown-agency"),
        ("deliveries", {"to": PROVINCE, "kind": "document", "sender": "X99"}, "unknown-agency"),
        ("deliveries", {"to": PROVINCE, "kind": "recall", "about": "uuid"}, "document-id-form"),
        ("deliveries", {"to": PROVINCE, "package_base64": "?"}, "not-base64"),
        ("deliveries", {"to": PROVINCE, "package_base64": ""}, "no-bytes"),
        ("deliveries", {"to": PROVINCE, "kinds": "document"}, "not-json"),
        ("deliveries", [], "not-json"),
        ("faults", {"answers": []}, "fault-count"),
        ("faults", {"answers": ["explode"]}, "fault-unclear"),
        ("faults", {"answers": [503], "operations": ["none"]}, "fault-operation"),
        ("faults", {"answers": [503], "messagetype": "letter"}, "fault-messagetype"),
    ],
)
def test_a_wrong_order_is_one_sentence_in_both_languages(tmp_path: Path, path: str, order: object, code: str) -> None:
    async def play(rig: BenchRig) -> None:
        answer = await rig.post(f"/harness/{path}", json=order)
        assert 400 <= answer.status_code < 500
        error = answer.json()["error"]
        assert error["code"] == code
        assert error["message"]["vi"] != error["message"]["en"]

    with_bench(tmp_path, play)


def test_the_description_holds_for_hub_and_interface(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        described = (await rig.get("/openapi.json")).json()
        validate(described)
        assert described == (await rig.get("/harness/openapi.json")).json()
        routes = {f"/harness{route.path}".replace(":int", "") for route in _routes(rig)}
        assert routes == {path for path in described["paths"] if path.startswith("/harness")}
        assert "/sendEdoc" in described["paths"]

    with_bench(tmp_path, play)


def _routes(rig: BenchRig) -> list[Any]:
    from harness.workbench.api import WorkbenchApi

    return list(WorkbenchApi(rig.bench).routes())
