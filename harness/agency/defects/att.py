"""Defects in manifest and attachments of the documents sent."""

import re

from harness.agency.defects.package_changes import SpoiltDocuments, UnreadableFirst
from harness.agency.gallery import defect
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element

_CONTENT = re.compile(rb"(<edXML:ContentTransferEncoded[^>]*>)([^<]+)")
_FOR_URLS = bytes.maketrans(b"+/", b"-_")


@defect("manifest-version-two", breaks="ATT-01")
class ManifestVersionTwo(SpoiltDocuments):
    """Says version 2.0 of the manifest."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_attribute("edXMLManifest", "version", "2.0")


@defect("cid-doubled", breaks="ATT-02")
class CidDoubled(SpoiltDocuments):
    """Puts `cid:` before an id that has it."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        doubled = "cid:" + draft.element("Reference/ContentId").text
        return draft.with_text("Reference/ContentId", doubled)


@defect("two-names-for-a-file", breaks="ATT-03")
class TwoNamesForAFile(SpoiltDocuments):
    """Gives a file another name in the manifest."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("Reference/AttachmentName", "tep-1.pdf")


@defect("name-with-a-folder", breaks="ATT-04")
class NameWithAFolder(SpoiltDocuments):
    """Gives the path on the clerk's machine as the name of the file."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        name = "D:\\vanban\\" + draft.element("Attachment/AttachmentName").text
        return draft.with_text("Reference/AttachmentName", name).with_text("Attachment/AttachmentName", name)


@defect("base64-for-urls", breaks="ATT-05")
class Base64ForUrls(UnreadableFirst):
    """Writes the contents in the base64 alphabet of URLs."""

    def spoil(self, package: bytes) -> bytes:
        return _CONTENT.sub(lambda found: found[1] + b"-_" + found[2][2:].translate(_FOR_URLS), package)


class ExtraFile(SpoiltDocuments):
    """Adds a file of its own to ordinary documents."""

    def added(self, draft: PackageDraft, name: str, content_type: str, content: bytes) -> PackageDraft:
        """Return the package with one more file, whose content is as given and its type as said."""
        simple = (
            Element("ContentId", text="cid:extra"),
            Element("AttachmentName", text=name),
            Element("ContentType", text=content_type),
        )
        file = Element("Attachment", (*simple, Element("ContentTransferEncoded", content=content)))
        return draft.followed("Attachment", file).followed("Reference", Element("Reference", simple))


@defect("raw-bytes-called-zip", breaks="ATT-06")
class RawBytesCalledZip(ExtraFile):
    """Adds a text file whose bytes are not zipped, though it says so."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return self.added(draft, "ghi-chu.txt", "application/zip", b"Ghi ch\xc3\xba")


@defect("picture-called-pdf", breaks="ATT-07")
class PictureCalledPdf(ExtraFile):
    """Adds a scanned picture under the name of a PDF."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return self.added(draft, "ban-chup.pdf", "application/pdf", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")


@defect("nothing-attached", breaks="ATT-08")
class NothingAttached(SpoiltDocuments):
    """Drops the file of an ordinary document, in the manifest too."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("Reference").without("AttachmentEncoded")
