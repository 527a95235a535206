"""Webhooks: signed, sent after the change is kept and until they are taken, and never to where they must not go."""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import select, update

from harness.catalogue.errors import ConfigurationError
from harness.console.data.api_options import WEBHOOK_HOSTS
from harness.console.data.options import set_option
from harness.console.data.tables import SystemRow, UserRow
from harness.console.data.webhook_tables import DeliveryRow, WebhookEventRow, WebhookRow
from harness.console.runs.run_queue import queue_run
from harness.console.webhooks.posting import PostOutcome, PostTrouble, post
from harness.console.webhooks.sender import RETRIES, WebhookSender
from harness.console.webhooks.signature import signature
from harness.console.webhooks.target import HookTarget, check_url, is_public, resolved
from tests.console.console_rig import ConsoleRig, Person, Program
from tests.console.served_rig import HookReceiver

PUBLIC = "93.184.216.34"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ConsoleRig]:
    with ConsoleRig(tmp_path) as made:
        for name in ("Alpha", "Beta"):
            made.user(name.lower(), "vendor", name)
            made.system(name)
        with made.state.database.writing() as db:
            set_option(db, WEBHOOK_HOSTS, "127.0.0.1")
        yield made


def _run(rig: ConsoleRig, system: int = 1) -> str:
    with rig.state.database.writing() as db:
        row = db.get_one(SystemRow, system)
        return queue_run(db, row, "full", "test", only="", earlier="", why_unready="x", language="vi").id


def _send(rig: ConsoleRig) -> None:
    """Send what is due, as the sender does."""
    sender = WebhookSender(rig.state)
    for number, hook in sender.due():
        sender.carry(number, hook)
    sender.close()


def _all_due(rig: ConsoleRig) -> None:
    with rig.state.database.writing() as db:
        db.execute(update(DeliveryRow).values(due=0.0))


def _subscribed(program: Program, url: str, **more: Any) -> int:
    answer = program.post("/webhooks", {"url": url, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["webhook"]["id"])


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of the specification's own library.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_delivery_is_tried_until_it_is_taken_and_noted(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("subscribe")
    with HookReceiver(500, 302) as receiver:
        number = _subscribed(program, f"{receiver.base}/hook?x=1", events=["run.queued"])
        key = _run(rig)
        _run(rig, 2)  # of another organisation
        for _ in range(4):
            _send(rig)
            _all_due(rig)
    (delivery,) = program.get(f"/webhooks/{number}/deliveries").json()["deliveries"]
    assert (delivery["kind"], delivery["state"], delivery["due"]) == ("run.queued", "delivered", None)
    assert [(one["status"], one["trouble"]) for one in delivery["attempts"]] == [(500, ""), (302, ""), (200, "")]
    assert [json.loads(body)["data"]["run"] for _, body in receiver.received] == [key] * 3
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1  # so that a receiver knows it again
    assert program.post(f"/webhooks/{number}/deliveries/{delivery['id']}/again", None).status_code == 202
    _send(rig)  # nobody is there any more
    (delivery,) = program.get(f"/webhooks/{number}/deliveries").json()["deliveries"]
    assert (delivery["state"], delivery["attempts"][-1]["trouble"]) == ("waiting", "connection")


def test_it_is_given_up_in_the_end_and_where_the_receiver_is_gone(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("subscribe")
    with HookReceiver(*([500] * (len(RETRIES) + 1))) as receiver:
        number = _subscribed(program, receiver.base)
        _run(rig)
        for _ in range(len(RETRIES) + 3):
            _send(rig)
            _all_due(rig)
        (delivery,) = program.get(f"/webhooks/{number}/deliveries").json()["deliveries"]
        assert (delivery["state"], len(delivery["attempts"])) == ("given-up", len(RETRIES) + 1)
    with HookReceiver(410) as receiver:
        number = _subscribed(program, receiver.base)
        _run(rig)
        _run(rig)
        _send(rig)
        assert program.get(f"/webhooks/{number}").json()["why"] == "gone"
        states = [one["state"] for one in program.get(f"/webhooks/{number}/deliveries").json()["deliveries"]]
        assert states == ["given-up", "given-up"]


def test_what_goes_wrong_here_costs_no_delivery(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("subscribe")
    number = _subscribed(program, "https://a.example/")
    _run(rig)
    with rig.state.database.writing() as db:  # another console's key
        db.execute(update(WebhookRow).values(secret=b"x"))
    _send(rig)
    (delivery,) = program.get(f"/webhooks/{number}/deliveries").json()["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("waiting", [])
    sender = WebhookSender(rig.state)
    assert sender.due() == []  # for some minutes
    sender.close()


def test_an_event_is_kept_with_its_change_or_not_at_all(rig: ConsoleRig) -> None:
    _subscribed(Person(rig, "alpha").key("subscribe"), "https://a.example/")
    with rig.state.database.writing() as db:
        queue_run(db, db.get_one(SystemRow, 1), "full", "test", only="", earlier="", why_unready="x", language="vi")
        assert db.scalars(select(WebhookEventRow)).first() is not None
        db.rollback()
    with rig.state.database.reading() as db:
        assert db.scalars(select(WebhookEventRow)).first() is None


def test_nobody_is_told_what_the_subscriber_may_not_see(rig: ConsoleRig) -> None:
    quan = rig.user("quan", "admin").key("subscribe")
    alpha, beta = (Person(rig, name).key("subscribe") for name in ("alpha", "beta"))
    assert Person(rig, "alpha").key(name="reads").post("/webhooks", {"url": "https://a.example/"}).status_code == 403
    assert alpha.post("/webhooks", {"url": "https://a.example/", "organisation": 2}).status_code == 404
    assert alpha.post("/webhooks", {"url": "https://a.example/", "organisation": 999}).status_code == 404
    with HookReceiver() as receiver:
        numbers = [
            _subscribed(quan, f"{receiver.base}/all"), _subscribed(quan, f"{receiver.base}/one", organisation=2),
            _subscribed(alpha, f"{receiver.base}/alpha"), _subscribed(beta, f"{receiver.base}/beta"),
        ]  # fmt: skip
        _run(rig)

        def told() -> list[int]:
            return [len(quan.get(f"/webhooks/{number}/deliveries").json()["deliveries"]) for number in numbers]

        assert told() == [1, 0, 1, 0]
        with rig.state.database.writing() as db:
            db.execute(update(UserRow).where(UserRow.name == "alpha").values(active=False))
            db.execute(update(UserRow).where(UserRow.name == "quan").values(role="auditor"))
        _send(rig)  # what is on its way is not sent either
        assert receiver.received == []
        _run(rig)
        with rig.state.database.reading() as db:
            assert len(db.scalars(select(DeliveryRow)).all()) == 2
    assert [one["id"] for one in beta.get("/webhooks").json()["webhooks"]] == [numbers[3]]
    assert beta.get(f"/webhooks/{numbers[2]}").status_code == 404
    assert beta.client.delete(f"/api/v1/webhooks/{numbers[3]}").status_code == 204
    assert beta.post(f"/webhooks/{numbers[3]}/test", None).json()["code"] == "webhook.ended"


def test_addresses_that_are_not_public_are_refused_when_subscribing(rig: ConsoleRig) -> None:
    program = Person(rig, "alpha").key("subscribe")
    for url in ("http://a.example/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
                "https://localhost/", "https://intranet/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/",
                "https://u:p@a.example/", "ftp://a.example/", "https://", "https://a.example/ x", "https://a.example/#x",
                "https://a.example:99999/", "https://a.example/\r\nx: y", "https://[::1%25eth0]/",
                "x" * 501, ""):  # fmt: skip
        answer = program.post("/webhooks", {"url": url})
        assert (answer.status_code, answer.json()["code"].partition(".")[0]) == (422, "webhook"), url
    assert program.post("/webhooks", {"url": "https://a.example/", "events": ["x"]}).json()["code"] == "webhook.kind"
    for _ in range(10):
        _subscribed(program, "https://a.example/")
    assert program.post("/webhooks", {"url": "https://a.example/"}).json()["code"] == "webhook.many"


def _resolving(*answers: list[str]) -> Any:
    """Return a resolver that answers differently at each look-up."""
    left = list(answers)

    def resolve(_: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in left.pop(0)]

    return resolve


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to() -> None:
    target = resolved("https://rebind.example/x", "", _resolving([PUBLIC], ["127.0.0.1"]))
    assert target.addresses == (PUBLIC,)  # the second look-up is never made
    for inside in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "169.254.169.254"):
        with pytest.raises(ConfigurationError):
            resolved("https://rebind.example/", "", _resolving([PUBLIC, inside]))
    assert resolved("https://in.example/", "10.0.0.0/8", _resolving(["10.1.2.3"])).addresses == ("10.1.2.3",)
    assert resolved("http://in.example/", "in.example", _resolving(["10.1.2.3"])).port == 80
    for one in ("::ffff:10.0.0.1", "2002:0a00:0001::", "fe80::1", "fc00::1", "::", "ff02::1"):
        assert not is_public(ipaddress.ip_address(one)), one
    check_url("https://a.example:8443/x?y", "")


def test_hostile_receivers_are_bounded() -> None:
    for head, trouble in (
        (b"SSH-2.0-OpenSSH\r\n\r\n", PostTrouble.NO_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 40_000, PostTrouble.NO_HTTP),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, PostTrouble.NO_HTTP),
    ):
        with HookReceiver(head=head) as receiver:
            outcome = post(HookTarget("127.0.0.1", receiver.port, False, "/", ("127.0.0.1",)), {}, b"{}")
            assert outcome == PostOutcome(trouble=trouble)
    with HookReceiver() as receiver:
        sealed = HookTarget("127.0.0.1", receiver.port, True, "/", ("127.0.0.1",))
        assert post(sealed, {}, b"{}").trouble is PostTrouble.TLS


def _sealing(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a receiver of that name seals with, and what trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    file = folder / "tls.pem"
    file.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    return own, ssl.create_default_context(cadata=pem.decode())


def test_the_name_counts_for_tls_and_the_checked_address_for_the_connection(tmp_path: Path) -> None:
    own, trust = _sealing(tmp_path, "hook.example")
    with HookReceiver(tls=own) as receiver:
        for host, outcome in (
            ("hook.example", PostOutcome(200)),
            ("other.example", PostOutcome(trouble=PostTrouble.TLS)),
        ):
            target = HookTarget(host, receiver.port, True, "/", ("127.0.0.1",))
            assert post(target, {}, b"{}", trust=trust) == outcome
        assert [headers["host"] for headers, _ in receiver.received] == [f"hook.example:{receiver.port}"]


def test_a_receiver_that_drips_is_left_after_the_time_limit() -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                while not over.wait(0.02):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        target = HookTarget("127.0.0.1", server.getsockname()[1], False, "/", ("127.0.0.1",))
        outcome = post(target, {}, b"{}", 0.3)
        over.set()
        thread.join()
    assert outcome.trouble in {PostTrouble.SLOW, PostTrouble.NO_HTTP}
