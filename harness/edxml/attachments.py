"""Attachments: how the operator's library packs them, and unpacking what comes from outside."""

import io
import re
import uuid

from harness.catalogue.parameters import Limits
from harness.edxml.base64text import Base64Broken, Decoded, decode_base64, read_base64
from harness.edxml.carried import Attachment, content_key
from harness.edxml.names import CONTENT_ID_SCHEME
from harness.edxml.zip_entry import Allowance, ZipBroken, ZipEntry, read_only_entry

__all__ = [
    "Allowance",
    "AttachmentBroken",
    "Base64Broken",
    "Decoded",
    "decode_base64",
    "extension",
    "is_packed",
    "pack",
    "read_base64",
    "unpack",
    "unpack_entry",
]

ZIP_TYPE = "application/zip"
NO_EXTENSION = "unk"
# `xsl` and `xslx` are the operator's typing slip: sheets (`xls`, `xlsx`) are zipped.
CARRIED_RAW = frozenset({"pdf", "doc", "docx", "zip", "xsl", "xslx"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_EXTENSION = re.compile(r"[^./\\:\x00-\x1f]+")


class AttachmentBroken(Exception):
    """What an attachment carries cannot be taken out of it.

    Codes: those of `ZipBroken`; `too-large` also for an attachment that is carried raw.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def extension(name: str) -> str:
    """Return what follows the last dot of a file name, in its own letters; "" where that is no plain word."""
    _, dot, last = name.rpartition(".")
    return last if dot and _PLAIN_EXTENSION.fullmatch(last) else ""


def is_packed(attachment: Attachment) -> bool:
    """Return whether a reader unpacks it: said to be a zip, under a name that is not a zip's."""
    return attachment.content_type.lower() == ZIP_TYPE and extension(attachment.name).lower() != "zip"


def pack(
    name: str, content: bytes, content_id: str, *, description: str = "", entry_id: str | None = None
) -> Attachment:
    """Make an attachment by the packing rule of the operator's library.

    Args:
        name: the file's name, with its extension.
        content: the file.
        content_id: its id in the package, with or without `cid:`.
        description: words of the clerk.
        entry_id: name of the zip entry, without extension; a new UUID when left out.
    """
    content_id = f"{CONTENT_ID_SCHEME}{content_key(content_id)}"
    ending = extension(name)
    if ending.lower() in CARRIED_RAW:
        return Attachment(content_id, name, f"application/{ending.lower()}", content, description)
    entry = f"{entry_id or uuid.uuid4()}.{ending or NO_EXTENSION}"
    return Attachment(content_id, name, ZIP_TYPE, _zipped(entry, content), description)


def unpack(attachment: Attachment, limits: Limits, allowance: Allowance | None = None) -> bytes:
    """Return the file that an attachment carries, unzipped where the packing rule says so.

    Args:
        attachment: as it came.
        limits: the profile's.
        allowance: what the attachments of one package share; None: this one is alone.

    Raises:
        AttachmentBroken: it is too large, or not the zip that it should be.
    """
    entry = unpack_entry(attachment, limits, allowance)
    return attachment.content if entry is None else entry.content


def unpack_entry(attachment: Attachment, limits: Limits, allowance: Allowance | None = None) -> ZipEntry | None:
    """Return the zip entry that carries the file; None for an attachment that is carried raw.

    Args:
        attachment: as it came.
        limits: the profile's.
        allowance: what the attachments of one package share; None: this one is alone.

    Raises:
        AttachmentBroken: it is too large, or not the zip that it should be.
    """
    size = len(attachment.content)
    if size > limits.attachment_bytes:
        raise AttachmentBroken("too-large", f"{size} > {limits.attachment_bytes}")
    if not is_packed(attachment):
        return None
    try:
        return read_only_entry(
            attachment.content, largest=limits.attachment_bytes, ratio=limits.zip_ratio, allowance=allowance
        )
    except ZipBroken as broken:
        raise AttachmentBroken(broken.code, broken.detail) from None


def _zipped(entry: str, content: bytes) -> bytes:
    """Zip one file; the same bytes give the same zip, as the entry has no time of its own."""
    import zipfile  # only for what is sent

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(entry, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
