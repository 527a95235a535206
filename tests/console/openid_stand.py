"""A small identity provider on the loopback: discovery, keys, authorisation code with PKCE, tokens that it signs."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "lienthong", "bí mật của phòng kiểm thử"


@cache
def key_called(kid: str, which: int = 0) -> RSAKey:
    """Return a key with a name; each number gives a different key."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class OpenIdStand:
    """The provider.

    Attributes:
        person: claims about the person who signs in next.
        wrong: claims that replace the right ones in the next tokens.
        key: signs the tokens.
        forged: makes the tokens instead, if set.
        asked: query parameters with which browsers came.
        metadata: entries that replace the right ones in its metadata.
    """

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "42", "preferred_username": "minh"}
        self.wrong: dict[str, Any] = {}
        self.key: Any = key_called("1")
        self.published = [self.key]
        self.forged: Callable[[dict[str, Any]], str] | None = None
        self.asked: list[dict[str, str]] = []
        self.metadata: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self.issuer = ""

    def described(self) -> dict[str, Any]:
        place = self.issuer
        return {
            "issuer": place,
            "authorization_endpoint": f"{place}/authorize",
            "token_endpoint": f"{place}/token",
            "jwks_uri": f"{place}/keys",
            **self.metadata,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Sign the person in and return the address to which the browser goes back."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """Return the tokens for a code, None if the code is not for this client."""
        given = base64.b64decode(login.partition(" ")[2]).decode().partition(":")
        asked = self._codes.pop(form.get("code", ""), None)
        if (unquote_plus(given[0]), unquote_plus(given[2])) != (CLIENT, SECRET) or asked is None:
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {**self.person, **self.wrong}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.forged is not None:
            return {"id_token": self.forged(claims)}
        signed = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def openid_stand() -> Iterator[OpenIdStand]:
    """Run a provider on a socket."""
    stand = OpenIdStand()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("location", stand.authorize(dict(parse_qsl(place.query))))
                self.end_headers()
            elif place.path == "/keys":
                self._say({"keys": [key.as_dict(private=False) for key in stand.published]})
            else:
                self._say(stand.described())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = stand.token(form, self.headers.get("authorization", ""))
            self._say(found or {"error": "invalid_grant"}, 200 if found else 400)

        def _say(self, what: Any, status: int = 200) -> None:
            content = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    stand.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stand
    finally:
        server.shutdown()
        server.server_close()
