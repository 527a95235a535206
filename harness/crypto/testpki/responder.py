"""OCSP, CRLs and time stamps of the test PKI, served over HTTP on loopback in a thread of its own.

    with Responder() as responder:
        pki = Pki(now, responder.url)
        responder.serve(pki)

The socket is open before the PKI exists, because its certificates name the address.
"""

import binascii
import sys
import threading
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from harness.crypto.testpki.pki import Pki

_LONGEST_REQUEST = 16 * 1024
_OCSP = "/ocsp"
_TIME_STAMP = "/tsa"
_CRL_TYPE = "application/pkix-crl"
_OCSP_TYPE = "application/ocsp-response"
_STAMP_TYPE = "application/timestamp-reply"

Answer = tuple[int, str, bytes]


class Responder:
    """Serves one test PKI.

    Args:
        host: address to listen on.
        port: 0 for any free one.
        clock: gives the time of the answers.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.clock = clock
        self.pki: Pki | None = None
        self._server = _ResponderServer((host, port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, name="revocation-responder", daemon=True)

    @property
    def url(self) -> str:
        """Base URL, as certificates name it."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def serve(self, pki: Pki) -> None:
        """Answer for this PKI from now on."""
        self.pki = pki

    def __enter__(self) -> "Responder":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def fetched(self, path: str) -> Answer:
        """Answer a GET."""
        if self.pki is None:
            return 503, "text/plain", b""
        if path.startswith(f"{_OCSP}/"):
            return self._status(_decoded(path.removeprefix(f"{_OCSP}/")))
        lists = self.pki.revocation_lists(self.clock())
        found = lists.get(path.removeprefix("/").removesuffix(".crl"))
        return (200, _CRL_TYPE, found) if found is not None else (404, "text/plain", b"")

    def posted(self, path: str, body: bytes) -> Answer:
        """Answer a POST."""
        if self.pki is None:
            return 503, "text/plain", b""
        if path == _OCSP:
            return self._status(body)
        return self._stamp(body) if path == _TIME_STAMP else (404, "text/plain", b"")

    def _status(self, request: bytes) -> Answer:
        pki = self.pki
        try:
            asked = ocsp.load_der_ocsp_request(request)
            serial, algorithm = asked.serial_number, asked.hash_algorithm
        except (ValueError, UnsupportedAlgorithm, NotImplementedError):
            return 200, _OCSP_TYPE, _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        known = pki.identities().values() if pki else ()
        for identity in known:
            if pki and identity.certificate.serial_number == serial:
                answer = pki.ocsp_answer(identity.certificate, self.clock(), algorithm)
                if answer is not None:
                    return 200, _OCSP_TYPE, answer
        return 200, _OCSP_TYPE, _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)

    def _stamp(self, request: bytes) -> Answer:
        from asn1crypto import tsp

        from harness.crypto.pdf.identity_signers import IdentityTimeStamper

        try:
            asked = tsp.TimeStampReq.load(request)
            stamper = IdentityTimeStamper(self.pki.identity("tsa"), self.clock()) if self.pki else None
            answer = stamper.request_tsa_response(asked).dump() if stamper else b""
        except (ValueError, TypeError, KeyError):
            return 400, "text/plain", b""
        return 200, _STAMP_TYPE, answer


class _ResponderServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], responder: Responder) -> None:
        self.responder = responder
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that hung up before it had its answer; any other error is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _ResponderServer

    def do_GET(self) -> None:
        self._send(*self.server.responder.fetched(self.path))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_REQUEST:
            self.close_connection = True
            self._send(413, "text/plain", b"")
            return
        self._send(*self.server.responder.posted(self.path, self.rfile.read(int(length))))

    def log_message(self, *_: Any) -> None:
        """Log nothing: the requests are of no interest."""

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(unquote(text), validate=True)
    except (binascii.Error, ValueError):
        return b""
