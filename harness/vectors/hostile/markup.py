"""XML that asks its reader to fetch something (SEC-01), or to expand, nest or hold too much (SEC-02)."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from harness.vectors.hostile.vector import CanaryTargets, HostileVector

EXPANDED = 10**9
"""Characters that the expanding pieces ask for: a gigabyte chokes who expands, and harms no machine for good."""

_LEVELS, _TIMES = 8, 10
_ENTITY_CHARS = 50_000
_DEPTH = 10_000
_ATTRIBUTE_BYTES = 10 * 1024 * 1024
_ROOT = b"<edXML "
_SUBJECT_START, _SUBJECT_END = b"<edXML:Subject>", b"</edXML:Subject>"
_XINCLUDE = "http://www.w3.org/2001/XInclude"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

Twist = Callable[[bytes, CanaryTargets], bytes]


class NotTwistable(Exception):
    """The good package lacks the place where the hostile part belongs."""


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    if old not in data:
        raise NotTwistable(old.decode())
    return data.replace(old, new, 1)


def _declared(data: bytes, doctype: str, reference: str = "") -> bytes:
    """Put a document type declaration before the root, and a reference at the end of the subject."""
    with_doctype = _replaced(data, _ROOT, f"{doctype}\r\n".encode() + _ROOT)
    return _replaced(with_doctype, _SUBJECT_END, reference.encode() + _SUBJECT_END)


def _fetching(label: str, doctype: str, reference: str = "") -> Twist:
    return lambda data, targets: _declared(data, doctype.format(url=targets.url(label)), reference)


def _included(data: bytes, targets: CanaryTargets) -> bytes:
    address = escape(targets.url("xinclude"), {'"': "&quot;"})
    include = f'<xi:include xmlns:xi="{_XINCLUDE}" href="{address}" parse="text"/>'
    return _replaced(data, _SUBJECT_END, _SUBJECT_END + include.encode())


def _located(data: bytes, targets: CanaryTargets) -> bytes:
    address = targets.url("schema-location")
    namespace = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
    hint = f'<edXML xmlns:xsi="{_INSTANCE}" xsi:schemaLocation="{namespace} {address}" '
    return _replaced(data, _ROOT, hint.encode())


def _styled(data: bytes, targets: CanaryTargets) -> bytes:
    address = targets.url("stylesheet")
    return _replaced(data, _ROOT, f'<?xml-stylesheet type="text/xsl" href="{address}"?>\r\n'.encode() + _ROOT)


def _laughing(data: bytes, targets: CanaryTargets) -> bytes:
    """Entities of entities: ten times ten times ten …"""
    leaf = "ha" * (EXPANDED // _TIMES**_LEVELS // 2)
    entities = [f'<!ENTITY l0 "{leaf}">']
    entities += [f'<!ENTITY l{level} "{f"&l{level - 1};" * _TIMES}">' for level in range(1, _LEVELS + 1)]
    return _declared(data, f"<!DOCTYPE edXML [{''.join(entities)}]>", f"&l{_LEVELS};")


def _quadratic(data: bytes, targets: CanaryTargets) -> bytes:
    """One large entity, many times: a limit on nesting depth does not catch it."""
    entity = f'<!DOCTYPE edXML [<!ENTITY q "{"q" * _ENTITY_CHARS}">]>'
    return _declared(data, entity, "&q;" * (EXPANDED // _ENTITY_CHARS))


def _deep(data: bytes, targets: CanaryTargets) -> bytes:
    return _replaced(data, _SUBJECT_END, b"<d>" * _DEPTH + b"</d>" * _DEPTH + _SUBJECT_END)


def _long_attribute(data: bytes, targets: CanaryTargets) -> bytes:
    return _replaced(data, _SUBJECT_START, b'<edXML:Subject note="%b">' % (b"A" * _ATTRIBUTE_BYTES))


FETCHING = (
    HostileVector(
        "SEC-01",
        "external-entity",
        _fetching("entity", '<!DOCTYPE edXML [<!ENTITY x SYSTEM "{url}">]>', reference="&x;"),
    ),
    HostileVector("SEC-01", "external-dtd", _fetching("dtd", '<!DOCTYPE edXML SYSTEM "{url}">')),
    HostileVector(
        "SEC-01",
        "public-dtd",
        _fetching("public-dtd", '<!DOCTYPE edXML PUBLIC "-//QLVB//DTD edXML 1.0//VI" "{url}">'),
    ),
    HostileVector(
        "SEC-01",
        "parameter-entity",
        _fetching("parameter", '<!DOCTYPE edXML [<!ENTITY % p SYSTEM "{url}"> %p;]>'),
    ),
    HostileVector("SEC-01", "xinclude", _included, passed_over=True),
    HostileVector("SEC-01", "schema-location", _located, passed_over=True),
    HostileVector("SEC-01", "stylesheet", _styled, passed_over=True),
)

EXHAUSTING = (
    HostileVector("SEC-02", "billion-laughs", _laughing),
    HostileVector("SEC-02", "quadratic-blow-up", _quadratic),
    HostileVector("SEC-02", "deep-nesting", _deep),
    HostileVector("SEC-02", "huge-attribute", _long_attribute),
)
