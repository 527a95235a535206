"""TLS for calls to servers with certificates of public authorities: made once, as reading their list takes long."""

import ssl
from functools import cache

import httpx2


@cache
def public_context() -> ssl.SSLContext:
    """Return the context that trusts what certifi lists; it must not be changed."""
    return httpx2.create_ssl_context(trust_env=False)
