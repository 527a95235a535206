"""The proxy: bytes pass as they come, and the wire breaks where a fault says so."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlsplit

import httpx2
import pytest

from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.tls_server import server_context
from harness.hub.proxy import CutAnswer, CutRequest, Garbage, Refuse, ResetAtOnce, TcpProxy, WireFault
from harness.journal.recorder import VIETNAM
from harness.vxp.client import VxpClient
from harness.vxp.exchange import http_client
from harness.vxp.failures import TransportFailed
from tests.hub.hub_rig import LIMITS, SECRETS, Rig, document, with_rig

Play = Callable[[Rig, TcpProxy, VxpClient], Awaitable[None]]
SYSTEM = "sys.ministry"


def through_proxy(play: Play) -> None:
    async def run(rig: Rig) -> None:
        hub = urlsplit(rig.server.endpoint)
        async with TcpProxy((str(hub.hostname), hub.port or 0)) as proxy, http_client(LIMITS) as http:
            client = VxpClient(proxy.endpoint(hub.path), SYSTEM, SECRETS[SYSTEM], http=http, limits=LIMITS)
            await asyncio.wait_for(play(rig, proxy, client), 30)

    with_rig(run)


def test_calls_pass_unharmed() -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        large = document(content=b"%PDF" + b"x" * 2_000_000)
        await client.send_edoc(large, "edoc")
        assert await rig.province.count_receive_edoc() == 1
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        assert await rig.province.get_edoc(item.doc_id) == large

    through_proxy(play)


@pytest.mark.parametrize(
    "fault",
    [
        ResetAtOnce(),
        CutRequest(100),
        CutRequest(100, reset=True),
        CutRequest(0),
        CutAnswer(20),
        CutAnswer(20, reset=True),
        CutAnswer(0),
        Garbage(b"HTTP/1,1 OK?? 2OO\r\n\r\n"),
        Garbage(b""),
    ],
)
def test_each_fault_meets_one_connection(fault: WireFault) -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        proxy.due.extend([fault, None])
        with pytest.raises(TransportFailed):
            await client.count_receive_edoc()
        assert await client.count_receive_edoc() == 0
        assert not proxy.due

    through_proxy(play)


def test_a_request_cut_in_the_middle_has_no_effect_at_the_hub() -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        proxy.due.append(CutRequest(3000))
        with pytest.raises(TransportFailed):
            await client.send_edoc(document(), "edoc")
        assert await rig.province.count_receive_edoc() == 0

    through_proxy(play)


def test_an_answer_cut_has_its_effect_at_the_hub() -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        proxy.due.append(CutAnswer(30))
        with pytest.raises(TransportFailed):
            await client.send_edoc(document(), "edoc")
        assert await rig.province.count_receive_edoc() == 1

    through_proxy(play)


def test_refusing_and_accepting_again_at_the_same_port() -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        await proxy.refuse()
        await proxy.refuse()
        with pytest.raises(TransportFailed) as caught:
            await client.count_receive_edoc()
        assert caught.value.code == "refused"
        await proxy.listen()
        await proxy.listen()
        assert await client.count_receive_edoc() == 0

    through_proxy(play)


def test_refusing_for_a_while() -> None:
    async def play(rig: Rig, proxy: TcpProxy, client: VxpClient) -> None:
        proxy.due.append(Refuse(0.2))
        failures = []
        while True:
            try:
                await client.count_receive_edoc()
                break
            except TransportFailed as failure:
                failures.append(failure.code)
        assert "refused" in failures

    through_proxy(play)


def test_a_hub_that_is_gone_ends_the_client_too() -> None:
    async def run() -> None:
        async with TcpProxy(("127.0.0.1", 9)) as proxy:
            reader, writer = await asyncio.open_connection(*proxy.address)
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
            writer.close()

    asyncio.run(asyncio.wait_for(run(), 10))


def test_tls_is_spoken_with_clients_only() -> None:
    pki = Pki(datetime.now(VIETNAM))

    async def run(rig: Rig) -> None:
        hub = urlsplit(rig.server.endpoint)
        proxy = TcpProxy((str(hub.hostname), hub.port or 0)).with_tls(server_context(pki.identity("hub")))
        trusting = ssl.create_default_context(cadata=pki.anchors_pem().decode())
        async with proxy, http_client(LIMITS, verify=trusting) as http:
            endpoint = proxy.endpoint(hub.path)
            assert endpoint.startswith("https://127.0.0.1:")
            client = VxpClient(endpoint, SYSTEM, SECRETS[SYSTEM], http=http, limits=LIMITS)
            await client.send_edoc(document(), "edoc")
            assert await rig.province.count_receive_edoc() == 1
            async with httpx2.AsyncClient(trust_env=False) as stranger:
                with pytest.raises(httpx2.ConnectError):
                    await stranger.get(endpoint)
            assert await client.count_receive_edoc() == 0

    with_rig(run)
