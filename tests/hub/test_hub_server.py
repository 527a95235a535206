"""Starting and stopping, and the description that the hub gives of itself."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from openapi_spec_validator import validate

from harness.hub.server import AddressUnavailable, HubServer
from harness.hub.settings import HubSettings
from harness.vxp.operations import OPERATIONS
from tests.hub.hub_rig import Rig, with_rig


def test_a_taken_port_is_named() -> None:
    async def play(rig: Rig) -> None:
        second = HubServer(HubSettings.of(port=rig.server.port))
        with pytest.raises(AddressUnavailable) as caught:
            await second.__aenter__()
        assert caught.value.port == rig.server.port
        second.hub.close()

    with_rig(play)


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("127.0.0.1", 70_000), ("no such host", 0)])
def test_addresses_that_are_not_this_machines(host: str, port: int) -> None:
    async def run() -> None:
        server = HubServer(HubSettings.of(host=host, port=port))
        with pytest.raises(AddressUnavailable):
            await server.__aenter__()
        server.hub.close()

    asyncio.run(run())


def test_stopping_and_listening_again_keeps_port_and_data() -> None:
    async def play(rig: Rig) -> None:
        assert await rig.province.count_receive_edoc() == 0
        before = rig.server.endpoint
        await rig.server.stop_listening()
        await rig.server.stop_listening()
        async with httpx2.AsyncClient() as http:
            with pytest.raises(httpx2.ConnectError):
                await http.get(before)
        await rig.server.__aenter__()
        assert rig.server.endpoint == before
        assert await rig.province.count_receive_edoc() == 0

    with_rig(play)


def test_the_description_is_whole() -> None:
    async def play(rig: Rig) -> None:
        async with httpx2.AsyncClient() as http:
            response = await http.get(f"http://127.0.0.1:{rig.server.port}/openapi.json")
        content = response.json()
        assert content["openapi"] == "3.1.0"
        assert set(content["paths"]) == {f"/{name}" for name in OPERATIONS}
        assert "get" in content["paths"]["/downloadEdoc"]
        validate(content)
        assert rig.notes.events == []

    with_rig(play)


def test_the_hub_on_https(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = self_signed(tmp_path)
    context.load_cert_chain(certificate, key)

    async def run() -> int:
        async with HubServer(HubSettings.of(), tls=context) as server:
            assert server.endpoint.startswith("https://")
            trusting = ssl.create_default_context(cafile=str(certificate))
            async with httpx2.AsyncClient(verify=trusting) as http:
                return (await http.post(f"{server.endpoint}/countReceiveEdoc")).status_code

    assert asyncio.run(run()) == 200


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "hub.pem", folder / "hub.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
