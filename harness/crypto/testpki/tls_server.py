"""TLS servers with certificates of the test PKI."""

import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.crypto.testpki.issuance import IssuedIdentity


def server_context(identity: IssuedIdentity) -> ssl.SSLContext:
    """Return the TLS context of a server that shows `identity` and its chain."""
    certificates = (identity.certificate, *identity.chain)
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
    pem += identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The ssl module reads keys from files only; this one lives in a folder of its own for a moment.
    with tempfile.TemporaryDirectory(prefix="lienthong-tls-") as folder:
        file = Path(folder) / "server.pem"
        file.touch(mode=0o600)
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context
