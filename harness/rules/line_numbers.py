"""Lines of findings in very long packages, where the XML tree no longer knows them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from harness.catalogue.findings import Finding
from harness.rules.nodes import Node
from harness.rules.package_view import PackageView

if TYPE_CHECKING:
    from harness.edxml.places import SourceLines

_TREE_KNOWS = 65535
_STEP = re.compile(r"(.+?)(?:\[([0-9]+)\])?")


def with_exact_lines(found: Iterable[Finding], package: PackageView) -> list[Finding]:
    """Put the right line into findings whose line the tree has only guessed."""
    findings = list(found)
    if all((finding.where.line or 0) < _TREE_KNOWS for finding in findings):
        return findings
    from harness.edxml.places import SourceLines  # brings a second parser along, which few packages need

    lines = SourceLines(package.data, package.tree)
    return [_exact(finding, package.nodes.root, lines) for finding in findings]


def _exact(finding: Finding, root: Node, lines: "SourceLines") -> Finding:
    if (finding.where.line or 0) < _TREE_KNOWS or finding.where.xpath is None:
        return finding
    node = _find(root, finding.where.xpath)
    line = lines.of(node.element) if node is not None else None
    return replace(finding, where=msgspec.structs.replace(finding.where, line=line))


def _find(root: Node, path: str) -> Node | None:
    node = root
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        name, position = (match[1], int(match[2] or 1)) if match is not None else ("", 1)
        group = node.every(name)
        if len(group) < position:
            return None
        node = group[position - 1]
    return node
