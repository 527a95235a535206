"""An attachment is decoded as far as it must be, with the same answer whichever way."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from harness.catalogue.profiles import load_profile
from harness.edxml.attachments import Base64Broken, read_base64
from harness.edxml.names import NAMESPACE
from harness.rules import attachment_view as module
from harness.rules.attachment_view import AttachmentView, Content, Opened, TooLarge
from harness.rules.structure import vocabulary
from harness.rules.tree import read_tree

LIMITS = load_profile("qcvn102-2022").parameters.limits


def carried_of(text: str, name: str = "a.bin", content_type: str = "application/octet-stream") -> AttachmentView:
    attachment = etree.Element(f"{{{NAMESPACE}}}Attachment")
    for local, value in (("ContentType", content_type), ("ContentTransferEncoded", text)):
        etree.SubElement(attachment, f"{{{NAMESPACE}}}{local}").text = value
    return AttachmentView(read_tree(attachment, vocabulary()).root, name, None, LIMITS)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=3000), st.sampled_from(["", "=", "\n", " ", "!", "-", "A", "==", "\u0301"]), st.integers(0, 4000)
)
def test_looking_and_decoding_agree(content: bytes, mistake: str, place: int) -> None:
    text = base64.b64encode(content).decode()
    text = text[:place] + mistake + text[place:]
    try:
        decoded = read_base64(text)
    except Base64Broken:
        assert module._checked(text) is None
        return
    looked = module._checked(text)
    assert looked is None or looked == Content(len(decoded.content), False, decoded.content[: module.HEAD])
    assert looked is not None or decoded.line_breaks


@pytest.mark.parametrize("length", [10, 2_000_000])
def test_short_and_long_contents(length: int) -> None:
    content = bytes(range(256)) * (length // 256 + 1)
    carried = carried_of(base64.b64encode(content).decode())
    assert carried.content == Content(len(content), False, content[: module.HEAD])
    assert carried.opened == Opened(content, None)


def test_a_long_content_that_is_broken_is_reported_with_its_place() -> None:
    text = base64.b64encode(bytes(2_000_000)).decode()
    broken = carried_of(text[:1_500_000] + "!" + text[1_500_000:]).content
    assert isinstance(broken, Base64Broken)
    assert broken.position == 1_500_000


def test_a_content_in_lines_is_read_and_remarked() -> None:
    content = carried_of(base64.encodebytes(bytes(1_500_000)).decode()).content
    assert isinstance(content, Content)
    assert content.line_breaks
    assert content.size == 1_500_000


def test_a_comment_inside_does_not_cut_the_content() -> None:
    carried = carried_of("AAAA")
    element = carried.encoded.element
    comment = etree.Comment("x")
    comment.tail = "BBBB"
    element.append(comment)
    assert carried.text == "AAAABBBB"


def test_too_large_is_not_decoded() -> None:
    small = type(LIMITS)(
        **{**{name: getattr(LIMITS, name) for name in LIMITS.__struct_fields__}, "attachment_bytes": 10}
    )
    text = "QUJD" * 50_000
    attachment = carried_of(text).node
    content = AttachmentView(attachment, "a", None, small).content
    assert isinstance(content, TooLarge)
    assert content.size == 150_000
    just = AttachmentView(carried_of("QUJDQUJDQUJDQUJD").node, "a", None, small).content
    assert isinstance(just, TooLarge)
