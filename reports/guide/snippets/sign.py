"""Signs one call of the hub.

VXP_SECRET in the environment, arguments SYSTEM_ID TIMESTAMP CONTENT_TYPE, key=value lines on standard input.
"""

import hashlib
import hmac
import os
import sys
from pathlib import Path

PREFIX = "XroadVnpt-"
ESCAPES = {code: f"\\u{code:04x}" for code in [*range(0x20), 0x2028, 0x2029]}
ESCAPES |= {ord(a): b for a, b in {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\t": "\\t"}.items()}


def text(value):
    return '"' + value.translate(ESCAPES) + '"'


def signed_headers(secret, system_id, timestamp, content_type, parameters):
    """Return all header lines as (name, value); parameters are (key, value) in the order to be signed."""
    pairs = [("systemid", system_id), *parameters, ("timestamp", timestamp), ("Content-Type", content_type)]
    sign_header = "{" + ",".join(text(PREFIX + key) + ":" + text(value) for key, value in pairs) + "}"
    mac = hmac.new(secret.encode("utf-8"), sign_header.encode("utf-8"), hashlib.sha256).hexdigest()
    return [
        ("Content-Type", content_type),
        *((PREFIX + key, value) for key, value in pairs),
        (PREFIX + "sign-header-key", ";".join(key for key, _ in pairs)),
        (PREFIX + "sign-header", sign_header),
        (PREFIX + "hash-header", mac),
        (PREFIX + "version", "3.0.201608"),
    ]


def hash_file(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    lines = sys.stdin.buffer.read().decode("utf-8").split("\n")
    given = [line.partition("=")[::2] for line in lines if line]
    given = [(k, hash_file(v[1:]) if k == "hash-file" and v.startswith("@") else v) for k, v in given]
    for name, value in signed_headers(os.environ["VXP_SECRET"], *sys.argv[1:4], given):
        sys.stdout.buffer.write(f"{name}: {value}\n".encode())
