"""Records in a table of text: the first row names the fields, a cell may hold several values.

A cell is text and nothing else: what a spreadsheet would take for a formula is never run, here or where it is shown.
"""

import csv
import io
from collections.abc import Iterator

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Parameters
from harness.records.layouts.item import TableItem, TableUnread, TableUnreadable
from harness.records.layouts.naming import Naming

_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def csv_items(data: bytes, name: str, parameters: Parameters) -> Iterator[TableItem]:
    """Yield the records of a table.

    Raises:
        TableUnreadable: it holds a NUL, or a cell beyond the limit of a text.
        TableUnread: its encoding is unknown.
    """
    text = _decoded(data)
    nul = text.find("\0")
    if nul >= 0:
        raise TableUnreadable("NUL", text.count("\n", 0, nul) + 1)
    csv.field_size_limit(parameters.limits.text_chars)
    head = text[: text.find("\n") if "\n" in text else len(text)]
    rows = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=head.count))
    naming = Naming(parameters.keeping)
    around = name.rpartition("/")[2].partition(".")[0]
    try:
        names = next(rows, [])
        for row in rows:
            cells = {one: naming.split(one, cell) for one, cell in zip(names, row, strict=False) if one}
            if any(map(str.strip, row)):
                yield TableItem(_grouped(cells, naming), around, rows.line_num)
    except csv.Error as error:
        raise TableUnreadable(clipped(str(error)), rows.line_num) from None


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableUnread(clipped(str(error))) from None


def _grouped(cells: dict[str, list[str]], naming: Naming) -> dict[str, object]:
    """Return the cells by the regulation's names, so that two columns of one field do not hide one another."""
    found: dict[str, object] = {}
    for name, values in cells.items():
        known = naming.field(name)
        if known is not None and known not in found:
            found[known] = values
    return found
