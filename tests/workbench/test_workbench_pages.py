"""The pages without a script: both languages, forms, hostile text as text, hostile bodies without harm."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import all_vectors
from harness.workbench.body_view import body_view
from harness.workbench.declined import Declined
from harness.workbench.forms import read_form
from harness.workbench.vectors import vector_entries
from tests.hub.hub_rig import MINISTRY, PROVINCE, document
from tests.workbench.bench_rig import BenchRig, with_bench

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e\u0000"
PAGES = ("/harness/page/", "/harness/page/mailboxes", "/harness/page/faults")
BOUNDARY = "----b0"


def multipart(fields: dict[str, bytes]) -> tuple[dict[str, str], bytes]:
    parts = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (BOUNDARY.encode(), name.encode(), value)
        for name, value in fields.items()
    )
    return {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}, parts + f"--{BOUNDARY}--\r\n".encode()


def test_pages_are_vietnamese_first_and_the_choice_is_kept(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for path in PAGES:
            vietnamese, english = await rig.get(path), await rig.get(path, headers={"Cookie": "lienthong-lang=en"})
            assert '<html lang="vi">' in vietnamese.text
            assert '<html lang="en">' in english.text
            assert "Lời gọi" in vietnamese.text
            assert "Mailboxes" in english.text
        chosen = await rig.get("/harness/page/?lang=en&wrong=1")
        assert "lienthong-lang=en" in chosen.headers["set-cookie"]
        assert '<html lang="en">' in chosen.text
        assert 'href="?lang=vi&amp;wrong=1"' in chosen.text
        assert '<html lang="vi">' in (await rig.get("/harness/page/?lang=%22%3E")).text

    with_bench(tmp_path, play)


def test_hostile_text_is_text(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        rig.bench.hub.add_agency("H41.9", HOSTILE.replace("\u0000", ""), "sys.province")
        await rig.ministry.send_edoc(document(subject=HOSTILE.replace("\u0000", "")), "edoc")
        await rig.call(f"{'%3Cscript%3E'}", [], b"<script>")
        await rig.web.post(
            f"{rig.base}/vxp/<script>alert(1)</script>",
            headers=[(b"XroadVnpt-systemid", b"<script>alert(1)</script>"), (b"X-b", b"\xff<i>")],
        )
        await rig.post("/harness/faults", json={"answers": [503], "document": HOSTILE, "system": HOSTILE})
        numbers = [call["n"] for call in await rig.calls()]
        paths = [*PAGES, f"/harness/page/mailboxes?box={PROVINCE}", *(f"/harness/page/calls/{n}" for n in numbers)]
        paths += [
            "/harness/page/mailboxes?box=%3Cscript%3E&new=%22%3E%3Cscript%3E",
            "/harness/page/?%22%3E%3Cscript%3E=1",
        ]
        for path in paths:
            page = (await rig.get(path)).text
            assert re.findall(r"<script[^>]*>", page) == ['<script src="/harness/page/page.js" defer>'], path
            assert "<img" not in page
            assert "\u202e" not in page
            assert not re.search(r"\son\w+=", re.sub(r"&\w+;", "", page).split("</head>")[0])

    with_bench(tmp_path, play)


@pytest.mark.parametrize("group", ["PKG", "ATT", "STP"])
def test_no_bad_package_that_is_sent_breaks_a_page(tmp_path: Path, group: str) -> None:
    chosen = [vector for key, vector in all_vectors().items() if key.startswith(group)][::4]

    async def play(rig: BenchRig) -> None:
        for vector in chosen:
            await rig.call("sendEdoc", [("messagetype", "edoc")], vector.written(DocumentIdentity()) + b"\r\n")
        listed = await rig.calls()
        assert len(listed) == len(chosen)
        for call in listed:
            page = await rig.get(f"/harness/page/calls/{call['n']}")
            assert page.status_code == 200
            shown = (await rig.get(f"/harness/calls/{call['n']}")).json()
            assert shown["looked_into"] is True

    with_bench(tmp_path, play)


def test_no_hostile_package_breaks_a_page(tmp_path: Path) -> None:
    hostile = [name for name in vector_entries() if name.startswith(("SEC-01", "SEC-02", "SEC-03", "SEC-04"))]
    assert len(hostile) > 20

    async def play(rig: BenchRig) -> None:
        for name in hostile:
            (made,) = await rig.deliver(vector=name)
            content = (await rig.get(f"/harness/items/{made['receiver_doc_id']}/package")).content
            await rig.call("sendEdoc", [("messagetype", "edoc")], content + b"\r\n")
            call = await rig.last_call()
            assert call["looked_into"] is True, name
            page = await rig.get(f"/harness/page/calls/{call['n']}")
            assert page.status_code == 200, name
            assert len(page.content) < 2_000_000
        assert (await rig.get(f"/harness/page/mailboxes?box={PROVINCE}")).status_code == 200
        assert (await rig.get("/harness/page/")).status_code == 200

    with_bench(tmp_path, play)


def test_forms_deliver_answer_and_break(tmp_path: Path) -> None:
    file = b"\r\n--x\r\n\x00\xff edXML \r\n"

    async def play(rig: BenchRig) -> None:
        given = {"to": PROVINCE.encode(), "sender": b"H37"}
        for fields in (
            {"what": b"kind", "kind": b"document"},
            {"what": b"vector", "vector": b"HDR-07/dashes"},
            {"what": b"file", "file": file},
        ):
            headers, body = multipart({**given, **fields})
            answer = await rig.post("/harness/page/mailboxes/deliver", headers=headers, content=body)
            assert answer.status_code == 303, answer.text
            shown = await rig.get(answer.headers["location"])
            assert 'class="new"' in shown.text
        newest = rig.bench.hub.mailboxes.latest(1)[0]
        assert rig.bench.hub.content(newest) == file
        await rig.ministry.send_edoc(document(), "edoc")
        number = (await rig.calls())[0]["n"]
        assert "/harness/page/mailboxes/status" in (await rig.get(f"/harness/page/calls/{number}")).text
        form = {"document_id": f"{MINISTRY},2026/11/20,1/VPCP-TTĐT", "code": "06", "description": ""}
        assert (await rig.post("/harness/page/mailboxes/status", data=form)).status_code == 303
        assert await rig.ministry.count_receive_status() == 1
        fault = {"answers": "503, reset", "operation": "sendEdoc", "lasting": "1"}
        assert (await rig.post("/harness/page/faults/set", data=fault)).status_code == 303
        assert "503, reset" in (await rig.get("/harness/page/faults")).text
        assert (await rig.post("/harness/page/faults/end", data={"id": "1"})).status_code == 303
        assert rig.bench.faults.listed() == []
        wrong = await rig.post("/harness/page/faults/set", data={"answers": "<b>"})
        assert wrong.status_code == 400
        assert "«&lt;b&gt;»" in wrong.text

    with_bench(tmp_path, play)


def test_the_list_says_when_nothing_has_changed(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        await rig.province.count_receive_edoc()
        await rig.calls()
        first = await rig.get("/harness/page/")
        mark = {"If-None-Match": first.headers["etag"]}
        assert (await rig.get("/harness/page/", headers=mark)).status_code == 304
        await rig.province.count_receive_edoc()
        assert (await rig.get("/harness/page/", headers=mark)).status_code == 200

    with_bench(tmp_path, play)


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
    ),
)
def test_no_body_of_a_form_is_more_than_declined(body: bytes, kind: str) -> None:
    fields = {}
    with contextlib.suppress(Declined):
        fields = dict(read_form(kind, body))
    assert all(isinstance(value, bytes) for value in fields.values())
    if kind == "text/plain":
        with pytest.raises(Declined):
            read_form(kind, body)


@given(st.binary(max_size=400).filter(lambda content: b"\r\n------b0" not in b"\r\n" + content))
def test_a_file_comes_out_of_a_form_as_it_went_in(content: bytes) -> None:
    headers, body = multipart({"file": content, "to": b"H41"})
    assert read_form(headers["content-type"], body) == {"file": content, "to": b"H41"}


@given(st.binary(max_size=2000))
def test_any_body_is_shown_in_lines_that_hold_nothing_invisible(content: bytes) -> None:
    view = body_view(content)
    assert view.size == len(content)
    assert all(sign.isprintable() or sign == " " for line in view.lines for sign in line if ord(sign) < 0x2028)
