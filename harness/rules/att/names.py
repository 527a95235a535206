"""ATT-04: names of attachments are plain file names."""

import re
import unicodedata
from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.rules.nodes import Node, found
from harness.rules.package_view import PackageView
from harness.rules.registry import rule

_LONGEST = 255
_SHORT = 64  # characters that cannot be more than 255 bytes
# Most names: letters, digits and a few signs, then one extension of letters and digits.
_ordinary = re.compile(r"\w[\w \-()]{3,}[\w)]\.[A-Za-z0-9]+").fullmatch
_separators = re.compile(r"[/\\:]")
_direction = re.compile("[\u202a-\u202e\u2066-\u2069]")
_plain_edge = re.compile(r"[^\s\u00a0\u200b\ufeff](.*[^\s\u00a0\u200b\ufeff.])?", re.DOTALL)
_device = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE
)


def _has_names(package: PackageView) -> bool:
    return any(entry.name for entry in (*package.attachments, *package.references))


@rule(
    "ATT-04",
    codes=("path", "control", "direction", "edge", "dots", "device", "leading-dot", "too-long"),
    speaks_of=_has_names,
)
def names_are_plain(package: PackageView) -> Iterator[Finding]:
    """AttachmentName is a plain file name; a name that is in Reference and Attachment is judged once."""
    judged: set[tuple[str, str]] = set()
    for entry in (*package.attachments, *package.references):
        if not entry.name or (entry.id, entry.name) in judged:
            continue
        judged.add((entry.id, entry.name))
        reason = unsafe_name(entry.name) or unusual_name(entry.name, _longest_name(package, entry.node))
        if reason is not None:
            yield _refused(reason, entry.node.child("AttachmentName") or entry.node)


def unsafe_name(name: str) -> str | None:
    """Return in a word why a name is no plain file name, None for one that is."""
    if _ordinary(name) and len(name) < _SHORT:
        return None
    if not name.strip("."):
        return "dots"
    if _separators.search(name):
        return "path"
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        return "control"
    if _direction.search(name):
        return "direction"
    if not _plain_edge.fullmatch(name):
        return "edge"
    if _device.fullmatch(name.partition(".")[0].rstrip()):
        return "device"
    return None


def unusual_name(name: str, longest: int | None) -> str | None:
    """Return in a word what some systems do not take in a plain file name, None for a name that all take.

    Args:
        name: a plain file name.
        longest: characters that the profile allows; a longer name is reported as too long. None: no limit.
    """
    if name.startswith("."):
        return "leading-dot"
    if len(name) < _SHORT or (longest is not None and len(name) > longest):
        return None
    return "too-long" if len(name.encode("utf-8", "surrogatepass")) > _LONGEST else None


def _longest_name(package: PackageView, entry: Node) -> int | None:
    length = package.parameters.lengths.get(f"{entry.local}/AttachmentName")
    return length.fail if length is not None else None


def _refused(reason: str, node: Node) -> Finding:
    expected = f"≤ {_LONGEST}" if reason == "too-long" else ""
    return found(f"ATT-04.{reason}", node, expected=expected, received=node.text)
