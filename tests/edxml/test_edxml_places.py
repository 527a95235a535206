"""Paths and lines of elements."""

from harness.edxml.places import SourceLines, path_of
from harness.edxml.reader import parse_untrusted
from tests.edxml.packages_made import LIMITS


def test_a_path_counts_only_among_several_elements() -> None:
    root = parse_untrusted(b'<a xmlns="u"><b/><c/><b><!-- --><d/></b></a>', LIMITS).getroot()
    assert [path_of(element) for element in root.iter("{u}*")] == ["/a", "/a/b[1]", "/a/c", "/a/b[2]", "/a/b[2]/d"]


def test_lines_are_right_far_down() -> None:
    breaks = b"\n" * 70_000
    data = b"<a>\n<b/>" + breaks + b"<c>" + breaks + b"</c><d><!-- \n --><e/></d></a>"
    tree = parse_untrusted(data, LIMITS)
    lines = SourceLines(data, tree)
    found = {str(element.tag): lines.of(element) for element in tree.getroot().iter("{*}*")}
    assert found == {"a": 1, "b": 2, "c": 70_002, "d": 140_002, "e": 140_003}
