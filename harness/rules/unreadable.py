"""Why a package is unreadable: one finding, and nothing else is checked."""

from harness.catalogue.findings import Finding, Where, clipped
from harness.catalogue.verdicts import Cause
from harness.edxml.reader import XmlRefused
from harness.rules.nodes import found
from harness.rules.package_view import PackageView
from harness.rules.undecided import Undecided

READING = ("PKG-01", "PKG-02", "PKG-03", "PKG-10")
_CODES = {
    "empty": "PKG-01.empty",
    "nul": "PKG-01.nul",
    "unbound-prefix": "PKG-01.unbound-prefix",
    "not-well-formed": "PKG-01.not-well-formed",
    "encoding": "PKG-02.not-utf8",
    "dtd": "PKG-03.doctype",
    "entity": "PKG-01.unknown-entity",
    "too-large": "PKG-10.package",
    "too-deep": "PKG-10.depth",
    "attribute-too-long": "PKG-10.attribute",
    "text-too-long": "PKG-10.text",
    "too-many-elements": "PKG-10.elements",
    "too-many-attributes": "PKG-10.attributes",
}
UNEXAMINED = Undecided(Finding("PKG-10.not-examined"), Cause.HARNESS)
"""What is open about a package at which the harness itself failed."""
CODES = frozenset({*_CODES.values(), "PKG-01.before-declaration", "PKG-10.attachments", UNEXAMINED.detail})
"""Codes of the findings that reading alone may give."""
_DECLARATION = b"<?xml"
_SEARCHED = 65536
_BOM = b"\xef\xbb\xbf"


def refusal(data: bytes, error: XmlRefused) -> Finding:
    """Return the finding for a package that the reader refused."""
    code = _CODES.get(error.code, "PKG-01.not-well-formed")
    if code == "PKG-01.not-well-formed":
        return _not_well_formed(data, error)
    expected = "UTF-8" if error.code == "encoding" else ""
    return Finding(code, Where(line=error.line), expected=expected, received=clipped(error.detail))


def too_many(package: PackageView) -> Finding | None:
    """Return the finding for a package with more attachments than the profile allows."""
    most = package.parameters.limits.attachments
    for entries in (package.attachments, package.references):
        if len(entries) > most:
            return found("PKG-10.attachments", entries[most].node, expected=f"≤ {most}", received=str(len(entries)))
    return None


def _not_well_formed(data: bytes, error: XmlRefused) -> Finding:
    start = data.find(_DECLARATION, 0, _SEARCHED)
    before = data[:start].removeprefix(_BOM) if start > 0 else b""
    if before and (b"<" not in before or before.lstrip().startswith(b"<!--")):
        shown = clipped(before.decode("utf-8", "replace"))
        return Finding("PKG-01.before-declaration", Where(line=1), expected="<?xml …", received=shown)
    return Finding("PKG-01.not-well-formed", Where(line=error.line), received=clipped(error.detail))
