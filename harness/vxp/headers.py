"""Header lines as bytes: names ignore case, values are never assumed to be ASCII."""

from collections.abc import Iterator, Mapping, Sequence

from harness.vxp.operations import OPERATIONS, PREFIX

RawHeaders = Sequence[tuple[bytes, bytes]]

SIGN_HEADER = "sign-header"
SIGN_HEADER_KEY = "sign-header-key"
HASH_HEADER = "hash-header"
UNSIGNED = frozenset({SIGN_HEADER, SIGN_HEADER_KEY, HASH_HEADER, "version"})

_PREFIX = PREFIX.lower().encode()
_SPELLING = {
    key.lower(): key
    for key in (
        "systemid", "timestamp", "Content-Type", *UNSIGNED,
        *(parameter.key for operation in OPERATIONS.values() for parameter in operation.parameters),
    )
}  # fmt: skip
_BLANKS = b" \t"
# Names as clients write them, and as servers that know no upper case hand them on: most calls have no others.
_KNOWN = {
    written: key.lower()
    for key in _SPELLING.values()
    for written in ((PREFIX + key).encode(), (PREFIX + key).lower().encode())
}


def header_text(value: bytes) -> str:
    """Return a header value as text: UTF-8 where it is that, else byte by byte as HTTP always allowed."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def header_values(headers: RawHeaders, name: str) -> list[bytes]:
    """Return every value of the header called `name`, without blanks around it, in order."""
    wanted = name.lower().encode("latin-1", "replace")
    return [value.strip(_BLANKS) for key, value in headers if key.lower() == wanted]


def header(headers: RawHeaders, name: str) -> bytes | None:
    """Return the first value of the header called `name`, or None."""
    values = header_values(headers, name)
    return values[0] if values else None


def parameter_values(headers: RawHeaders) -> dict[str, list[bytes]]:
    """Return every `XroadVnpt-` header: lower-case key without prefix, and its values in order."""
    found: dict[str, list[bytes]] = {}
    for name, value in headers:
        key = _parameter_key(name)
        if key is not None:
            found.setdefault(key, []).append(value.strip(_BLANKS))
    return found


def _parameter_key(name: bytes) -> str | None:
    """Return the key of a parameter's header in lower case, None for other headers."""
    known = _KNOWN.get(name)
    if known is not None:
        return known
    lowered = name.lower()
    return lowered[len(_PREFIX) :].decode("latin-1") if lowered.startswith(_PREFIX) else None


class HeaderParameters(Mapping[str, str]):
    """The parameters of a call, looked up without regard to case; of a header given twice the first counts.

    Iterating yields the known keys as the protocol spells them, the others as the caller did.
    """

    def __init__(self, headers: RawHeaders) -> None:
        self._values: dict[str, str] = {}
        self._spelling: dict[str, str] = {}
        for name, value in headers:
            key = _parameter_key(name)
            if key is not None and key not in self._values:
                self._values[key] = header_text(value.strip(_BLANKS))
                self._spelling[key] = _SPELLING.get(key) or name[len(_PREFIX) :].decode("latin-1")

    def __getitem__(self, key: str) -> str:
        return self._values[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spelling.values())

    def __len__(self) -> int:
        return len(self._values)
