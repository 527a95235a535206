"""ATT-05 to ATT-07: contents: base64, the operator's packing, and what the bytes are."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.crypto.pdf.prechecks import PDF_MARK, may_have_header
from harness.edxml.attachments import AttachmentBroken, Base64Broken
from harness.rules.attachment_view import AttachmentView, Content, Opened
from harness.rules.filetypes import extension, fits_content_type, fits_name, type_of, type_of_start, type_of_zip
from harness.rules.nodes import found
from harness.rules.package_view import PackageView
from harness.rules.registry import attachment_rule

_NO_EXTENSION = "unk"
_BASE64 = "base64 (RFC 4648)"
_SHOWN = 24
_ALLOWANCE = "allowance"
_BROKEN = {
    _ALLOWANCE: "ATT-06.expansion",
    "entries": "ATT-06.entries",
    "encrypted": "ATT-06.encrypted",
    "entry-path": "ATT-06.entry-path",
    "unicode-path": "ATT-06.unicode-path",
    "special-entry": "ATT-06.special-entry",
    "hidden-entry": "ATT-06.hidden-entry",
    "unsupported": "ATT-06.unsupported",
    "too-large": "ATT-06.too-large",
    "expansion": "ATT-06.too-large",
    "empty-entry": "ATT-06.empty-entry",
    "not-a-zip": "ATT-06.not-a-zip",
}


@attachment_rule(
    "ATT-05", codes=("alphabet", "blank", "padding", "truncated", "unused-bits", "empty", "line-breaks", "element")
)
def content_is_base64(package: PackageView, attachment: AttachmentView) -> Iterator[Finding]:
    """The content is strict base64 and not empty."""
    node, content = attachment.encoded, attachment.content
    if isinstance(content, Base64Broken):
        begin = max(content.position - _SHOWN // 2, 0)
        yield found(
            f"ATT-05.{content.reason}", node, expected=_BASE64,
            received=attachment.text[begin : begin + _SHOWN], position=str(content.position), name=attachment.name,
        )  # fmt: skip
    elif isinstance(content, Content) and not content.size:
        yield found("ATT-05.empty", node, expected=_BASE64, name=attachment.name)
    elif isinstance(content, Content) and content.line_breaks:
        yield found("ATT-05.line-breaks", node, name=attachment.name)


def _is_packed(package: PackageView, attachment: AttachmentView) -> bool:
    return attachment.packed


@attachment_rule(
    "ATT-06",
    codes=(
        "not-a-zip",
        "entries",
        "encrypted",
        "entry-path",
        "unsupported",
        "damaged",
        "too-large",
        "expansion",
        "empty-entry",
        "extension",
        "unicode-path",
        "special-entry",
        "hidden-entry",
        "bytes-before",
    ),
    speaks_of=_is_packed,
)
def zip_is_the_packing(package: PackageView, attachment: AttachmentView) -> Iterator[Finding]:
    """What is sent as a zip under another name is a zip of exactly that one file."""
    opened = attachment.opened if attachment.packed else None
    if isinstance(opened, AttachmentBroken):
        if opened.code == _ALLOWANCE and package.notes.setdefault(_ALLOWANCE, attachment) is not attachment:
            return  # reported for the first one only
        code = _BROKEN.get(opened.code, "ATT-06.damaged")
        yield found(code, attachment.node, expected="zip (1)", received=opened.detail, name=attachment.name)
    elif opened is not None and _other_extension(attachment, opened):
        wanted, given = extension(attachment.name) or _NO_EXTENSION, opened.packed_as or ""
        yield found("ATT-06.extension", attachment.node, expected=f"*.{wanted}", received=given, name=attachment.name)
    elif opened is not None and opened.before:
        yield found("ATT-06.bytes-before", attachment.node, received=str(opened.before), name=attachment.name)


def _has_content(package: PackageView, attachment: AttachmentView) -> bool:
    return isinstance(attachment.content, Content) and bool(attachment.content.size)


@attachment_rule("ATT-07", codes=("name", "content-type", "bytes-before"), speaks_of=_has_content)
def bytes_are_what_is_said(package: PackageView, attachment: AttachmentView) -> Iterator[Finding]:
    """The bytes are what name and ContentType say."""
    yield from _packed(attachment) if attachment.packed else _raw(attachment)


def _raw(attachment: AttachmentView) -> Iterator[Finding]:
    content = attachment.content
    if not isinstance(content, Content) or not content.size:
        return
    kind = type_of_start(content.head)
    late = kind is None and may_have_header(content.head)
    if late and isinstance(attachment.opened, Opened):
        kind = type_of(attachment.opened.content)
    if kind == "zip" and isinstance(attachment.opened, Opened):
        kind = type_of_zip(attachment.opened.content)
    shown, ending = kind or content.head[:8].hex(" "), extension(attachment.name)
    if attachment.name and not fits_name(kind, ending):
        yield found("ATT-07.name", attachment.node, expected=ending, received=shown, name=attachment.name)
    elif not fits_content_type(kind, attachment.content_type):
        said = attachment.content_type
        yield found("ATT-07.content-type", attachment.node, expected=said, received=shown, name=attachment.name)
    elif late and kind == "pdf":
        yield from _behind_others(attachment, content.head)


def _packed(attachment: AttachmentView) -> Iterator[Finding]:
    """Judge a zipped file; one that is packed under another extension than its name's is held to that of the entry."""
    opened = attachment.opened
    if not isinstance(opened, Opened):
        return
    kind = type_of(opened.content)
    if kind == "zip":
        kind = type_of_zip(opened.content)
    name = opened.packed_as or "" if _other_extension(attachment, opened) else attachment.name
    if name and not fits_name(kind, extension(name)):
        shown = kind or opened.content[:8].hex(" ")
        yield found("ATT-07.name", attachment.node, expected=extension(name), received=shown, name=attachment.name)
    elif kind == "pdf":
        yield from _behind_others(attachment, opened.content)


def _behind_others(attachment: AttachmentView, content: bytes) -> Iterator[Finding]:
    """Say how many bytes are before the header of a PDF file, if there are any."""
    before = content.find(PDF_MARK)
    if before:
        yield found("ATT-07.bytes-before", attachment.node, received=str(before), name=attachment.name)


def _other_extension(attachment: AttachmentView, opened: Opened) -> bool:
    """Say whether the zip entry has another extension than the attachment's name; a file without one is packed as
    `unk`."""
    if opened.packed_as is None or not attachment.name:
        return False
    own = extension(attachment.name)
    return extension(opened.packed_as) not in {own, own or _NO_EXTENSION}
