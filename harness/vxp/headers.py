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
SPELLINGS = {written: key for key, written in _SPELLING.items()}
"""Known keys as the protocol spells them, and the same in lower case."""

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
    return HeaderParameters(headers).found


def _parameter_key(name: bytes) -> str | None:
    """Return the key of a parameter's header in lower case, None for other headers."""
    lowered = name.lower()
    return lowered[len(_PREFIX) :].decode("latin-1") if lowered.startswith(_PREFIX) else None


class HeaderParameters(Mapping[str, str]):
    """The parameters of a call, looked up without regard to case; of a header given twice the first counts.

    Iterating yields the known keys as the protocol spells them, the others as the caller did.

    Attributes:
        found: lower-case keys and their values as received, as `parameter_values` returns them.
    """

    __slots__ = ("_names", "found")

    def __init__(self, headers: RawHeaders) -> None:
        self.found: dict[str, list[bytes]] = {}
        self._names: list[bytes] = []
        for name, value in headers:
            key = _KNOWN.get(name) or _parameter_key(name)
            if key is None:
                continue
            values = self.found.get(key)
            if values is None:
                self.found[key] = [value.strip(_BLANKS)]
                self._names.append(name)
            else:
                values.append(value.strip(_BLANKS))

    def __getitem__(self, key: str) -> str:
        return header_text(self.found[key.lower()][0])

    def __iter__(self) -> Iterator[str]:
        for key, name in zip(self.found, self._names, strict=True):
            yield _SPELLING.get(key) or name[len(_PREFIX) :].decode("latin-1")

    def __len__(self) -> int:
        return len(self.found)
