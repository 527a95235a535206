"""A file of messages, of which each entry is read when it is asked for: few of thousands are needed in one call."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.catalogue.file_text import text_of
from harness.catalogue.plain_entry import plain_entry

Entry = Mapping[str, object]

_BEGINNING = re.compile(r"^[^\s#].*", re.MULTILINE)
_KEY = re.compile(r"([\w][^:\"'&*]*):(?=\s|$)")
_SHARING = re.compile(r"(?:^|[\s\[{,])[&*][A-Za-z]")


class MessageFile(Mapping[str, Entry]):
    """The entries of one file, by key; what is not laid out entry by entry, or shares parts, is read as a whole."""

    def __init__(self, path: Path) -> None:
        """Find where the entries begin.

        Raises:
            ConfigurationError: the file cannot be read.
        """
        self._path = path
        self._written = _divided(text_of(path))
        self._read: dict[str, Entry] = {}

    def __getitem__(self, key: str) -> Entry:
        """Return one entry.

        Raises:
            ConfigurationError: the file is not the YAML that is read here.
        """
        if self._written is None or key not in self._written:
            return self._whole[key]
        if key not in self._read:
            self._read[key] = self._entry(key, self._written[key])
        return self._read[key]

    def _entry(self, key: str, written: str) -> Entry:
        found: Mapping[str, Any] | None = plain_entry(written)
        if found is None:
            from harness.catalogue.yaml_reader import parsed  # brings the YAML parser along, which few calls need

            found = parsed(written, self._path).value
        entry: Entry = found[key]
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole if self._written is None else self._written)

    def __len__(self) -> int:
        return len(self._whole if self._written is None else self._written)

    @cached_property
    def _whole(self) -> Mapping[str, Entry]:
        if self._written is not None:
            return {}
        from harness.catalogue.yaml_reader import read

        content: Mapping[str, Entry] = read(self._path).value
        return content


def _divided(text: str) -> Mapping[str, str] | None:
    """Return each entry as it is written, by key; None if entries cannot be recognised by their beginnings alone."""
    if _SHARING.search(text):
        return None
    begun = list(_BEGINNING.finditer(text))
    keys = [_KEY.match(one[0]) for one in begun]
    ends = [*(one.start() for one in begun), len(text)][1:]
    written = {
        key[1]: text[one.start() : end] for key, one, end in zip(keys, begun, ends, strict=True) if key is not None
    }
    return written if len(written) == len(begun) else None
