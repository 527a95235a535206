"""Reads the tables of an export: which files hold records, and the records in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Parameters
from harness.records.holding import BROKEN, ExportFiles, HeldFile
from harness.records.kept import KeptRecord
from harness.records.layouts.csv_table import csv_items
from harness.records.layouts.flattening import flattened
from harness.records.layouts.item import TableItem, TableUnread, TableUnreadable
from harness.records.layouts.json_table import json_items
from harness.records.layouts.naming import Naming, kind_of
from harness.records.layouts.xml_table import xml_items

_READERS = {".json": json_items, ".xml": xml_items, ".csv": csv_items, ".tsv": csv_items}
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:([<])|([\[{]))")


@dataclass(frozen=True, slots=True)
class Tables:
    """What was read of an export.

    Attributes:
        records: in their order.
        names: of the files that held records.
        unreadable: files that are not well-formed: name, line, why.
        unread: files that may be valid but could not be read: name, why.
    """

    records: tuple[KeptRecord, ...]
    names: frozenset[str]
    unreadable: tuple[tuple[str, int | None, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


def read_tables(holding: ExportFiles, parameters: Parameters) -> Tables:
    """Read every table of an export: the one file, or those at its top."""
    naming = Naming(parameters.keeping)
    records: list[KeptRecord] = []
    names: set[str] = set()
    unreadable: list[tuple[str, int | None, str]] = []
    unread: list[tuple[str, str]] = []
    for file in _candidates(holding):
        try:
            found = _records(_items(file, parameters, alone=holding.alone), file.name, naming)
            room = parameters.keeping.rows - len(records)
            for number, record in enumerate(found):
                if number >= room:
                    raise TableUnread(f"> {parameters.keeping.rows}")
                records.append(record)
                names.add(file.name)
            if holding.alone and not records:
                unread.append((file.name, ""))
        except TableUnreadable as error:
            names.add(file.name)
            unreadable.append((file.name, error.line, error.detail))
        except TableUnread as error:
            names.add(file.name)
            unread.append((file.name, error.detail))
        except BROKEN as error:
            names.add(file.name)
            unreadable.append((file.name, None, clipped(str(error) or type(error).__name__)))
    return Tables(tuple(records), frozenset(names), tuple(unreadable), tuple(unread))


def _candidates(holding: ExportFiles) -> Iterator[HeldFile]:
    for name, file in holding.files.items():
        if holding.alone or ("/" not in name and name.lower().endswith(tuple(_READERS))):
            yield file


def _items(file: HeldFile, parameters: Parameters, *, alone: bool) -> Iterable[TableItem]:
    data = file.content(parameters.keeping.table_bytes)
    if len(data) > parameters.keeping.table_bytes:
        raise TableUnread(f"> {parameters.keeping.table_bytes} B")
    ending = file.name[file.name.rfind(".") :].lower()
    reader = _READERS.get(ending)
    if reader is None or alone:
        found = _MARKUP.match(data)
        said = None if found is None else ".xml" if found[1] else ".json"
        reader = _READERS[said] if said else csv_items
    return reader(data, file.name, parameters)


def _records(items: Iterable[TableItem], file: str, naming: Naming) -> Iterator[KeptRecord]:
    counts: dict[str, int] = {}
    for item in items:
        values: Mapping[str, tuple[str, ...]] = flattened(item.values, naming)
        kind = kind_of(naming, values, item.around) if values else None
        if kind is None:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        place = f"{clipped(file, 100)}: {kind}[{counts[kind]}]"
        yield KeptRecord(kind, place, item.line, values)
