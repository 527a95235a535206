"""Records in JSON: lists under the names of their kinds, or one list of records that name their kind."""

from collections.abc import Iterator

import msgspec

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Parameters
from harness.records.layouts.item import VALUES_OF_A_RECORD, TableItem, TableUnread, TableUnreadable

_BOM = b"\xef\xbb\xbf"
_OTHER = (b"\xff\xfe", b"\xfe\xff")


def json_items(data: bytes, name: str, parameters: Parameters) -> Iterator[TableItem]:
    """Yield the records of a JSON text.

    Raises:
        TableUnreadable: it is no JSON.
        TableUnread: it is not UTF-8.
    """
    if data.startswith(_OTHER) or b"\0" in data[:4]:
        raise TableUnread("UTF-16")
    most = parameters.keeping.rows * VALUES_OF_A_RECORD
    if len(data) > most and sum(map(data.count, (b",", b"[", b"{"))) > most:
        raise TableUnread(f"> {most} values")
    try:
        whole = msgspec.json.decode(data.removeprefix(_BOM))
    except UnicodeDecodeError as error:
        raise TableUnread(clipped(str(error))) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise TableUnreadable(clipped(str(error))) from None
    if isinstance(whole, list):
        yield from _listed(whole, "")
    elif isinstance(whole, dict):
        for key, value in whole.items():
            yield from _listed(value if isinstance(value, list) else [value], key)


def _listed(values: list[object], around: str) -> Iterator[TableItem]:
    for value in values:
        if isinstance(value, dict):
            yield TableItem(value, around)
