"""A console without a process of its own, at a real address; and a receiver of webhooks."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from uvicorn.config import Config
from uvicorn.server import Server

from tests.console.console_rig import ConsoleRig

PATIENCE = 120.0


@contextlib.contextmanager
def served(rig: ConsoleRig, *, work: bool = True) -> Iterator[str]:
    """Serve a console, and give out its address; with `work`, it starts runs and sends webhooks besides."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = Server(Config(rig.app, lifespan="off", log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        if work:
            rig.work.queue.open()
            rig.work.hooks.open()
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            if work:
                rig.work.hooks.close()
                rig.work.queue.close()


class HookReceiver:
    """A server of a subscriber: keeps what it is sent, and answers as it is told."""

    def __init__(self, *statuses: int, head: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        """Prepare.

        Args:
            statuses: of the first answers; all others are 200.
            head: bytes that are answered instead.
            tls: what it seals with, None for plain HTTP.
        """
        self.received: list[tuple[dict[str, str], bytes]] = []
        self._news = threading.Condition()
        left = list(statuses)
        receiver = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver._news:
                    receiver.received.append(({key.lower(): value for key, value in self.headers.items()}, body))
                    receiver._news.notify_all()
                if head:
                    self.wfile.write(head)
                    return
                status = left.pop(0) if left else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("location", f"{receiver.base}/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is no news
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "HookReceiver":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, number: int) -> None:
        """Wait until so many deliveries have come."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.received) >= number, PATIENCE), len(self.received)
