"""Defects in the structure of the packages sent."""

from harness.agency.defects.package_changes import SpoiltDocuments, UnreadableFirst
from harness.agency.gallery import defect
from harness.edxml.draft import PackageDraft

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


@defect("stray-bytes-first", breaks="PKG-01")
class StrayBytesFirst(UnreadableFirst):
    """Writes four stray bytes before the XML declaration."""

    def spoil(self, package: bytes) -> bytes:
        return b"1212" + package


@defect("bare-ampersand", breaks="PKG-01")
class BareAmpersand(UnreadableFirst):
    """Puts an ampersand into the subject without escaping it."""

    def spoil(self, package: bytes) -> bytes:
        return package.replace(b"</edXML:Subject>", b" & phu luc</edXML:Subject>")


@defect("utf-16", breaks="PKG-02")
class Utf16(UnreadableFirst):
    """Writes the package in UTF-16, as some platforms call Unicode."""

    def spoil(self, package: bytes) -> bytes:
        return package.decode().replace("UTF-8", "UTF-16", 1).encode("utf-16")


@defect("document-type-declaration", breaks="PKG-03")
class DocumentTypeDeclaration(UnreadableFirst):
    """Declares a document type of its own before the root."""

    def spoil(self, package: bytes) -> bytes:
        return package.replace(_DECLARATION, _DECLARATION + b"<!DOCTYPE edXML>", 1)


@defect("root-in-other-case", breaks="PKG-04")
class RootInOtherCase(UnreadableFirst):
    """Calls the root EdXML."""

    def spoil(self, package: bytes) -> bytes:
        return package.replace(b"<edXML ", b"<EdXML ", 1).replace(b"</edXML>", b"</EdXML>")


@defect("body-in-other-case", breaks="PKG-05")
class BodyInOtherCase(SpoiltDocuments):
    """Calls the body edXMLbody."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.renamed("edXMLBody", "edXMLbody")


@defect("attachments-in-the-envelope", breaks="PKG-06")
class AttachmentsInTheEnvelope(SpoiltDocuments):
    """Puts AttachmentEncoded into the envelope."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.moved("AttachmentEncoded", "edXMLEnvelope")


@defect("subject-twice", breaks="PKG-09")
class SubjectTwice(SpoiltDocuments):
    """Writes the subject twice."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.repeated("Subject")


@defect("attribute-of-70-kb", breaks="PKG-10")
class AttributeOf70Kb(UnreadableFirst):
    """Keeps its own notes in an attribute of 70,000 letters."""

    def spoil(self, package: bytes) -> bytes:
        return package.replace(b"<edXML:Subject>", b'<edXML:Subject note="%s">' % (b"x" * 70_000), 1)
