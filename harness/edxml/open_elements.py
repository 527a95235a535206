"""What is in XML bytes before the place where a parser stopped, found from the bytes alone.

Parsers differ in how deep they go, and in which number they give to what they could not read. Why a package is
refused must not depend on that: after a refusal this module is asked first whether the project's own limit was exceeded
before, or bytes that are not UTF-8 occurred.
"""

import codecs
import re

_STEP = 1024 * 1024
_PASSED_OVER = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))
_TAG = re.compile(rb"""<(/?)([^\s"'<>/=]++)((?:[^"'<>]|"[^"<]*+"|'[^'<]*+')*+)>""")


def too_deep_line(data: bytes, deepest: int, last: int) -> int | None:
    """Return the line, from 1, of the first element nested deeper than `deepest`, else None.

    Args:
        data: the package.
        deepest: how many levels are allowed.
        last: line where the parser stopped; what begins behind it is not looked at.
    """
    names: list[bytes] = []
    end = _end_of_line(data, last)
    position = data.find(b"<", 0, end)
    while position >= 0:
        tag = _TAG.match(data, position)
        if tag is None:
            behind = _behind(data, position)
        elif tag[1]:
            behind = tag.end() if names and names.pop() == tag[2] else None
        else:
            behind = tag.end()
            if len(names) == deepest:
                return data.count(b"\n", 0, position) + 1
            if not tag[3].endswith(b"/"):
                names.append(tag[2])
        if behind is None:
            return None  # not well-formed: no parser reads on
        position = data.find(b"<", behind, end)
    return None


def no_utf8_line(data: bytes, last: int) -> int | None:
    """Return the line, from 1, of the first byte that is no UTF-8, if it is not behind the line `last`, else None."""
    end = _end_of_line(data, last)
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, end, _STEP):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : min(start + _STEP, end)], final=start + _STEP >= end)
        except UnicodeDecodeError as error:
            return data.count(b"\n", 0, start - kept + error.start) + 1
    return None


def _behind(data: bytes, position: int) -> int | None:
    """Return the place behind the comment, section or instruction that begins here; None where none ends."""
    for opening, closing in _PASSED_OVER:
        if data.startswith(opening, position):
            end = data.find(closing, position + len(opening))
            return end + len(closing) if end >= 0 else None
    return None


def _end_of_line(data: bytes, line: int) -> int:
    end = -1
    for _ in range(line):
        end = data.find(b"\n", end + 1)
        if end < 0:
            return len(data)
    return end + 1
