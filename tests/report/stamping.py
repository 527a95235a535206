"""Time stamping authorities good and bad, and a laboratory's folder that names one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from harness.crypto.pdf.identity_signers import IdentityTimeStamper
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.crypto.testpki.pki import Pki

TSA_NAME = "TSA thử nghiệm"
STAMPED_AT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
Answerer = Callable[[bytes], tuple[int, str, bytes]]


def roots_file(pki: Pki, path: Path, *names: str) -> Path:
    """Write certificates of the PKI into a PEM file."""
    path.write_bytes(b"".join(pki.identity(name).certificate.public_bytes(Encoding.PEM) for name in names))
    return path


def laboratory_folder(folder: Path, pki: Pki, url: str) -> Path:
    """Make a laboratory's folder that names a time stamping authority."""
    folder.mkdir()
    write_identity(make_laboratory(datetime.now(UTC)), folder)
    roots_file(pki, folder / "tsa-roots.pem", "root")
    tsa = f'tsa: {{url: "{url}", roots: tsa-roots.pem}}\n'
    (folder / "laboratory.yaml").write_text(f"schema: lienthong.laboratory/1\nname: Trung tâm X\n{tsa}", "utf-8")
    return folder


def stamp_over(sealed: bytes, pki: Pki, signer: str, at: datetime) -> bytes:
    """Return the answer by which an identity of the PKI stamps some bytes."""
    asked = TimestampRequestBuilder().data(sealed).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = IdentityTimeStamper(pki.identity(signer), at).request_tsa_response(tsp.TimeStampReq.load(asked.as_bytes()))
    return bytes(answer.dump())


def renamed(genuine: x509.Certificate, name: str) -> x509.Certificate:
    """Return a forged certificate with issuer and number of another one, and a better name."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(
        issuer_name=genuine.issuer,
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        public_key=key.public_key(),
        serial_number=genuine.serial_number,
        not_valid_before=genuine.not_valid_before_utc,
        not_valid_after=genuine.not_valid_after_utc,
        extensions=list(genuine.extensions),
    )
    return builder.sign(key, hashes.SHA256())


def with_certificate(stamp: bytes, further: x509.Certificate) -> bytes:
    """Return a stamp that brings one more certificate, which its signature does not cover."""
    answer = tsp.TimeStampResp.load(stamp)
    certificates = answer["time_stamp_token"]["content"]["certificates"]
    certificates.append(cms.CertificateChoices.load(further.public_bytes(Encoding.DER)))
    return bytes(answer.dump(force=True))


def wrongly(pki: Pki, kind: str) -> Answerer:
    """Return an authority that gives wrong stamps."""

    def answer(body: bytes) -> tuple[int, str, bytes]:
        asked = tsp.TimeStampReq.load(body)
        if kind == "another hash":
            asked["message_imprint"]["hashed_message"] = b"\0" * 32
        if kind == "another nonce":
            asked["nonce"] = 7
        signer = pki.identity("untrusted-tsa" if kind == "stranger" else "tsa")
        stamped = IdentityTimeStamper(signer, STAMPED_AT).request_tsa_response(
            tsp.TimeStampReq.load(asked.dump(force=True))
        )
        return 200, "application/timestamp-reply", stamped.dump()

    return answer


def fixed(status: int, body: bytes) -> Answerer:
    """Return an authority that always answers the same."""
    return lambda _: (status, "text/html", body)


@contextmanager
def answering(answerer: Answerer) -> Iterator[str]:
    """Serve an authority and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answerer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
