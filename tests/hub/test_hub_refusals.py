"""Refusals: the profile's codes, words in ASCII, and nothing of another system's."""

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalogue.codes import RefusalReason
from harness.hub.call_results import Call
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.vxp.answers import read_answer
from harness.vxp.client import VxpClient
from harness.vxp.failures import Refused
from harness.vxp.headers import HeaderParameters
from harness.vxp.operations import OPERATIONS
from harness.vxp.signing import SignHeaderCheck
from tests.hub.hub_rig import DISTRICT, MINISTRY, PROVINCE, Rig, document, status, with_rig


async def refusal(client: VxpClient, package: bytes, **how: object) -> Refused:
    with pytest.raises(Refused) as caught:
        await client.send_edoc(package, **{"messagetype": "edoc", **how})  # type: ignore[arg-type]
    assert len(caught.value.doc_id) == 24
    return caught.value


@pytest.mark.parametrize(
    ("package", "how", "code"),
    [
        (b"", {}, "10"),
        (b"not XML", {}, "10"),
        (b'<!DOCTYPE a SYSTEM "x"><a/>', {}, "10"),
        (document(to=()), {}, "18"),
        (document(to=("H99",)), {}, "18"),
        (document(to=(PROVINCE, "00.00.W00")), {}, "18"),
        (document(), {"to": ["H99"]}, "18"),
        (document(sender=PROVINCE), {}, "19"),
        (document(sender="H99"), {}, "19"),
        (document(), {"sender": "sys.province"}, "19"),
        (document(), {"sender": PROVINCE}, "19"),
        (document(to=(DISTRICT,)), {}, "23"),
        (document(), {"messagetype": "letter"}, "10"),
        (status("01", sender=MINISTRY, to="H99"), {"messagetype": "status"}, "18"),
    ],
)
def test_refused_packages(package: bytes, how: dict[str, object], code: str) -> None:
    async def play(rig: Rig) -> None:
        rig.hub.directory.lock(DISTRICT)
        refused = await refusal(rig.ministry, package, **how)
        assert refused.code == code
        assert rig.notes.last_answer["error_code"] == code
        assert rig.notes.last_answer["effect"]["refused"]["code"] == code
        assert await rig.province.count_receive_edoc() == 0

    with_rig(play)


def test_the_known_words_for_a_foreign_sender() -> None:
    async def play(rig: Rig) -> None:
        refused = await refusal(rig.ministry, document(), sender="sys.other")
        assert refused.description == "Don vi gui sys.other khong dung voi ma da dang ky: sys.ministry"

    with_rig(play)


def test_wrong_secret_and_unknown_system() -> None:
    async def play(rig: Rig) -> None:
        rig.ministry.secret = "another secret"
        refused = await refusal(rig.ministry, document())
        assert refused.code == "15"
        assert rig.notes.of("request")[-1]["signature"]["problems"] == [{"code": "hash-mismatch", "key": "hash-header"}]
        rig.ministry.system_id = "nobody"
        assert (await refusal(rig.ministry, document())).code == "15"
        rig.province.secret = "old"
        rig.hub.set_secret("sys.province", "old")
        assert await rig.province.count_receive_edoc() == 0
        with pytest.raises(KeyError):
            rig.hub.set_secret("nobody", "secret")

    with_rig(play)


def test_items_of_another_system_do_not_exist() -> None:
    async def play(rig: Rig) -> None:
        hub_id = await rig.ministry.send_edoc(document(), "edoc")
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        for call in (
            rig.ministry.get_edoc(item.doc_id),
            rig.ministry.download_edoc(item.doc_id),
            rig.ministry.update_status(item.doc_id, "done"),
            rig.province.get_sent_edoc_list("edoc", hub_id),
            rig.province.get_edoc("../../etc/passwd"),
        ):
            with pytest.raises(Refused) as caught:
                await call
            assert caught.value.code == "10"
        assert await rig.province.count_receive_edoc() == 1

    with_rig(play)


def test_an_unknown_transport_state_changes_nothing() -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        with pytest.raises(Refused):
            await rig.province.update_status(item.doc_id, "DONE")  # type: ignore[arg-type]
        assert await rig.province.count_receive_edoc() == 1

    with_rig(play)


def test_unknown_operations_are_answered() -> None:
    async def play(rig: Rig) -> None:
        base = rig.server.endpoint
        async with httpx2.AsyncClient() as http:
            for path in ("/token", "/SendEdoc", "", "/a/b/sendEdoc", "/%2e%2e/etc"):
                response = await http.post(base + path)
                assert response.status_code == 404
                assert read_answer(response.content).status == "FAIL"
                assert rig.notes.of("request")[-1]["operation"] is None

    with_rig(play)


HOSTILE = st.text(max_size=60) | st.sampled_from(["\ud800", "\0", "null", "[null]", '["\\ud800"]', "[" * 5000, "1e999"])


@pytest.mark.slow
@given(
    name=st.sampled_from([*OPERATIONS, "unknown"]),
    parameters=st.dictionaries(
        st.sampled_from(["docId", "status", "to", "from", "messagetype", "AgencyCode", "level", "description"]),
        HOSTILE,
        max_size=5,
    ),
    body=st.binary(max_size=80) | HOSTILE.map(lambda text: f'{{"code":{text}}}'.encode("utf-8", "replace")),
)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200, deadline=None)
def test_hostile_calls_are_answered_never_raised(name: str, parameters: dict[str, str], body: bytes) -> None:
    hub = Hub(HubSettings.of())
    hub.add_system("s", "secret")
    headers = [(f"XroadVnpt-{key}".encode(), value.encode("utf-8", "replace")) for key, value in parameters.items()]
    received = hub.read_received(body, parameters.get("hash-file", ""))
    call = Call(
        OPERATIONS.get(name), name, "s", HeaderParameters(headers), SignHeaderCheck((), None, ""), body, received
    )
    outcome = hub.perform(call)
    if isinstance(outcome.body, bytes):
        assert outcome.body.isascii()
        answer = read_answer(outcome.body)
        assert answer.error_code == outcome.error_code
        assert answer.error_code != hub.error(RefusalReason.INTERNAL).code
        assert b":null" not in outcome.body.replace(b'":null"', b"")
    hub.close()
