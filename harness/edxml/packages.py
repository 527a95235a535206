"""Packages as bytes and as values: reading, writing, and what a hub that rebuilds them does."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from lxml import etree

from harness.catalogue.parameters import Limits
from harness.edxml.elements import elements_of
from harness.edxml.interpretation import Uninterpretable, package_of
from harness.edxml.layout import BUSSINESS_FIRST, CLAUSE_ORDER, OPERATOR, OPERATOR_ORDER, Addition, Layout
from harness.edxml.model import DocumentPackage, Package, StatusPackage
from harness.edxml.places import SourceLines, path_of
from harness.edxml.reader import PackageUnreadable, XmlRefused, parse_untrusted
from harness.edxml.rebuild import rebuilt
from harness.edxml.routing import Routing, routing_of
from harness.edxml.writer import TextUnwritable, written

T = TypeVar("T")

__all__ = [
    "BUSSINESS_FIRST",
    "CLAUSE_ORDER",
    "OPERATOR",
    "OPERATOR_ORDER",
    "Addition",
    "DocumentPackage",
    "Layout",
    "Package",
    "PackageUnreadable",
    "StatusPackage",
    "TextUnwritable",
    "XmlRefused",
    "read_header",
    "read_package",
    "read_routing",
    "rebuilt",
    "write_package",
]


def read_package(data: bytes, limits: Limits) -> Package:
    """Return what a package says, attachments decoded (not unzipped).

    Args:
        data: the package.
        limits: the profile's limits.

    Raises:
        PackageUnreadable: with a code of `XmlRefused`, or `root`, `no-envelope`, `no-header`,
            `no-message-header`, `base64`, `too-many-attachments`, `attachment-too-large`.
    """
    return _read(data, limits, partial(package_of, limits=limits, with_attachments=True))


def read_header(data: bytes, limits: Limits) -> Package:
    """Return what the header of a package says, and no attachments: fast, and also where attachments are broken.

    Raises:
        PackageUnreadable: as `read_package`, without the codes of attachments.
    """
    return _read(data, limits, partial(package_of, limits=limits, with_attachments=False))


def read_routing(data: bytes, limits: Limits) -> Routing:
    """Return what a hub must know of a package in order to hand it on.

    Raises:
        PackageUnreadable: as `read_header`.
    """
    return _read(data, limits, routing_of)


def write_package(package: Package, layout: Layout = OPERATOR) -> bytes:
    """Return the bytes of a package. What is empty is left out; nothing is checked.

    Raises:
        TextUnwritable: a text holds a character that XML cannot carry.
    """
    return written(elements_of(package), layout)


def _read(data: bytes, limits: Limits, reading: Callable[[etree._ElementTree], T]) -> T:
    tree = parse_untrusted(data, limits)
    try:
        return reading(tree)
    except Uninterpretable as found:
        line = SourceLines(data, tree).of(found.element)
        raise PackageUnreadable(found.code, line, path_of(found.element), found.detail) from None
