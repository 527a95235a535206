"""What the guide shows of the protocol, sent unchanged to a real hub: accepted, and answered as shown."""

import asyncio
import re
from functools import partial
from types import SimpleNamespace

import pytest

from harness.catalogue.profiles import load_profile
from harness.guide.answers import answers, prepared
from harness.guide.files import worked_example
from harness.guide.packages import document, moment, status
from harness.guide.requests import WorkedCall, step, steps
from harness.hub.server import HubServer
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.rules.check import check_package
from harness.vxp.hashing import hash_file
from harness.vxp.signing import verify
from tests.guide.guide_rig import codes

OWN = [one for one in steps() if one.secret is None]


def shown_request(one: WorkedCall) -> bytes:
    """Return the bytes of a request as the page shows it, with the file that it speaks of."""
    (text,) = [code for code in codes("call") if code.startswith(one.head())]
    head, _, body = text.partition("\n\n")
    if body.startswith("‹"):
        package = status() if "messagetype: status" in head else document()
        assert str(len(package)) in body
        return head.replace("\n", "\r\n").encode() + b"\r\nConnection: close\r\n\r\n" + package + b"\r\n"
    return head.replace("\n", "\r\n").encode() + b"\r\nConnection: close\r\n\r\n" + body.encode()


async def _exchanged(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n\r\n")[2]


def test_the_shown_requests_are_taken_by_a_hub_and_answered_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    one, shown = worked_example(), answers()  # made before ids are fixed: they would be used up by it
    hub_ids = iter([one.refused_id, one.refused_id, one.sent_id, one.answer_id])
    list_ids = iter([one.received_id, one.status_id])
    monkeypatch.setattr("harness.hub.mailboxes.secrets", SimpleNamespace(token_hex=lambda _: next(hub_ids)))
    monkeypatch.setattr("harness.hub.mailboxes.uuid", SimpleNamespace(uuid4=lambda: next(list_ids)))
    monkeypatch.setattr("harness.hub.server.Hub", partial(Hub, clock=moment))

    async def run() -> dict[str, bytes]:
        async with HubServer(HubSettings.of()) as server:
            prepared(server.hub)
            return {each.key: await _exchanged(server.port, shown_request(each)) for each in steps()}

    came = asyncio.run(run())
    assert came == shown
    refused = {key for key, answer in came.items() if b'"status":"OK"' not in answer}
    assert refused == {"downloadEdoc", "sendEdoc-from", "sendEdoc-secret"}
    assert came["downloadEdoc"] == document()
    assert b'"ErrorCode":"19"' in came["sendEdoc-from"]
    assert b'"ErrorCode":"15"' in came["sendEdoc-secret"]


@pytest.mark.parametrize("one", steps(), ids=lambda one: one.key)
def test_the_shown_answer_is_the_hubs_or_its_two_ends(one: WorkedCall) -> None:
    answer, page = answers()[one.key].decode(), codes("call")
    following = page[[text.startswith(one.head()) for text in page].index(True) + 1]
    if "\n… (" in following and following.count("\n") == 2:
        beginning, _, end = following.split("\n")
        assert answer.startswith(beginning)
        assert answer.endswith(end)
    elif one.key == "downloadEdoc":
        assert following.split("… (")[0].rstrip("\n") in answer
    else:
        assert following == answer


@pytest.mark.parametrize("one", OWN, ids=lambda one: one.key)
def test_the_shown_signature_is_good(one: WorkedCall) -> None:
    lines = shown_request(one).partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    assert verify(headers, one.caller.secret).problems == ()


def test_the_three_lines_of_the_signature_are_those_of_the_request() -> None:
    head = step("sendEdoc").head()
    values = re.findall(r"XroadVnpt-(?:sign-header-key|sign-header|hash-header): (.*)", head)
    assert len(values) == 3
    assert set(values) <= set(codes("call"))


def test_both_ways_to_write_the_digest_differ_in_the_example() -> None:
    padded, unpadded = hash_file(document()), hash_file(document(), padded=False)
    assert len(padded) == 64
    assert len(unpadded) < 64
    assert f"XroadVnpt-hash-file: {padded}\n" in step("sendEdoc").head()


@pytest.mark.parametrize("package", [document(), status()], ids=["document", "status"])
def test_the_annotated_package_is_whole_and_right(package: bytes) -> None:
    shown = "\n".join(codes("package")).encode() + b"\n"
    assert package in shown
    report = check_package(package, load_profile(), moment())
    assert {finding.code for finding in report.findings} <= {"PDF-02.unsigned"}  # the first page says so
