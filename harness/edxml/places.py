"""Where an element is: its path in the words of the standard, and its line."""

from io import BytesIO
from typing import cast
from xml.parsers import expat

from lxml import etree

_LINES_KNOWN = 65535  # the tree keeps a line in 16 bits and guesses beyond


def path_of(element: etree._Element) -> str:
    """Return the path of an element, as `/edXML/AttachmentEncoded/Attachment[2]/ContentId`.

    Names are local names; a position, from 1, is added where several elements have one name.
    """
    steps = [_step(element), *(_step(above) for above in element.iterancestors())]
    return "/" + "/".join(reversed(steps))


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    if before == 0 and next(element.itersiblings(element.tag), None) is None:
        return name
    return f"{name}[{before + 1}]"


class SourceLines:
    """The lines of the elements of one package, right in packages of any length.

    Args:
        data: the package, which `parse_untrusted` has let through.
        tree: the same, parsed.
    """

    def __init__(self, data: bytes, tree: etree._ElementTree) -> None:
        self._data = data
        self._tree = tree
        self._exact: dict[etree._Element, int] = {}

    def of(self, element: etree._Element) -> int:
        """Return the line, from 1, of the start tag of `element`."""
        line = int(cast("int | None", element.sourceline) or 1)
        if line < _LINES_KNOWN:
            return line
        if not self._exact:
            elements = self._tree.getroot().iter(etree.Element)
            self._exact = dict(zip(elements, _lines(self._data), strict=True))
        return self._exact[element]


def _lines(data: bytes) -> list[int]:
    """Return the line of every element in document order, counted by a second parser."""
    lines: list[int] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda _name, _attributes: lines.append(parser.CurrentLineNumber)
    parser.ParseFile(BytesIO(data))
    return lines
