"""By what an archive is known before it is opened."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
GZIP = b"\x1f\x8b"
_TAR, _TAR_AT = b"ustar", 257


def looks_like_archive(head: bytes) -> bool:
    """Return whether the first 512 bytes are those of a zip, a tar or a gzipped file."""
    return head.startswith(ZIP) or head.startswith(GZIP) or head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR
