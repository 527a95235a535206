"""The main rules of PDF/A-3b (ISO 19005-3), read with pyHanko: not a whole validator, but what makers get wrong."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

_PDFAID = "http://www.aiim.org/pdfa/ns/id/"
_PRINTED, _UNSEEN = 0b100, 0b100011
_FORBIDDEN = frozenset({"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide"})


def broken_rules(content: bytes) -> list[str]:
    """Return what of a PDF is not as PDF/A-3b wants it, by clause of ISO 19005-3."""
    reader = PdfFileReader(BytesIO(content))
    return sorted({*_file(content, reader), *_description(reader), *_embedded(reader), *_objects(reader)})


def _file(content: bytes, reader: PdfFileReader) -> Iterator[str]:
    if not (content.startswith(b"%PDF-1.") and content.splitlines()[1][1:5].translate(None, bytes(range(128)))):
        yield "6.1.2 header"
    if "/ID" not in reader.trailer:
        yield "6.1.3 no identifier"
    if reader.encrypted:
        yield "6.1.3 encrypted"


def _description(reader: PdfFileReader) -> Iterator[str]:
    intents = [one for one in _at(reader.root, "/OutputIntents", ()) if one["/S"] == "/GTS_PDFA1"]
    if len(intents) != 1 or intents[0]["/DestOutputProfile"].data[36:40] != b"acsp":
        yield "6.2.3 output intent"
    metadata = _at(reader.root, "/Metadata")
    if metadata is None:
        yield "6.6.2 no metadata"
        return
    tree = etree.fromstring(metadata.data.strip())
    stated: dict[str, str | None] = {}
    for one in tree.iter(etree.Element):
        stated |= {str(key): str(value) for key, value in one.attrib.items()}
        if one.tag.startswith(f"{{{_PDFAID}}}"):
            stated[one.tag] = one.text
    if stated.get(f"{{{_PDFAID}}}part") != "3" or stated.get(f"{{{_PDFAID}}}conformance") not in {"A", "B", "U"}:
        yield "6.6.4 part and conformance"


def _embedded(reader: PdfFileReader) -> Iterator[str]:
    names = _at(_at(_at(reader.root, "/Names", {}), "/EmbeddedFiles", {}), "/Names", ())
    associated = [one.reference for one in map(_raw, _items(_at(reader.root, "/AF", ())))]
    for place in range(1, len(names), 2):
        file = names[place]
        if not {"/F", "/UF", "/AFRelationship", "/EF"} <= set(file):
            yield "6.8 file specification"
        if names.raw_get(place).reference not in associated:
            yield "6.8 not associated"
        if "/" not in str(_at(file["/EF"]["/F"], "/Subtype", ""))[1:]:
            yield "6.8 no MIME type"
        if "/ModDate" not in _at(file["/EF"]["/F"], "/Params", {}):
            yield "6.8 no date"


def _at(found: Any, key: str, otherwise: Any = None) -> Any:
    """Return what a dictionary has under a key, wherever in the file it stands."""
    try:
        return found[key]
    except KeyError:
        return otherwise


def _items(array: Any) -> Iterator[Any]:
    for place in range(len(array)):
        yield array.raw_get(place)


def _raw(one: Any) -> IndirectObject:
    assert isinstance(one, IndirectObject)
    return one


def _objects(reader: PdfFileReader) -> Iterator[str]:
    for number in range(1, int(reader.trailer["/Size"])):
        try:
            found = reader.get_object(IndirectObject(number, 0, reader).reference)
        except Exception:  # free numbers
            continue
        if isinstance(found, DictionaryObject):
            yield from _dictionary(found)


def _dictionary(found: DictionaryObject) -> Iterator[str]:
    kind, subtype = _at(found, "/Type"), _at(found, "/Subtype")
    if kind == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(found):
        yield "6.2.11.4 font not embedded"
    if subtype == "/CIDFontType2" and "/CIDToGIDMap" not in found:
        yield "6.2.11.3 no glyph map"
    if kind == "/Font" and subtype == "/Type0" and "/ToUnicode" not in found:
        yield "6.2.11.7 no Unicode map"
    if isinstance(found, StreamObject) and "/LZWDecode" in str(_at(found, "/Filter")):
        yield "6.1.7 LZW"
    if isinstance(found, StreamObject) and "/F" in found:
        yield "6.1.7 external stream"
    if kind == "/Annot" and (not _at(found, "/F", 0) & _PRINTED or _at(found, "/F", 0) & _UNSEEN):
        yield "6.3.2 annotation that is not printed"
    if _at(found, "/S") in _FORBIDDEN:
        yield f"6.5.1 action {found['/S']}"
