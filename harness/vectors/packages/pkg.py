"""PKG: packages whose structure is right or wrong."""

import re
import unicodedata
from collections.abc import Callable

from harness.edxml.draft import Edit, PackageDraft, replacing
from harness.edxml.elements import Element
from harness.edxml.layout import CLAUSE_ORDER, Layout
from harness.edxml.names import NAMESPACE
from harness.vectors.packages.base import DocumentIdentity, document, status
from harness.vectors.registry import bad, good

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_MANY = 1001


def _in_sphere(change: Callable[[str, str], str]) -> Callable[[DocumentIdentity], PackageDraft]:
    """Return a maker of documents whose sphere is written otherwise: made of its first and its further words."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        made = document(identity)
        words = made.element("OtherInfo/SphereOfPromulgation").text.split(" ")
        first, further = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
        return made.edited(replacing(f"{first} {further}</", f"{change(first, further)}</", 1))

    return make


def _edited(edit: Edit) -> Callable[[DocumentIdentity], PackageDraft]:
    return lambda identity: document(identity).edited(edit)


def _replaced(old: str, new: str, count: int = -1) -> Callable[[DocumentIdentity], PackageDraft]:
    return _edited(replacing(old, new, count))


def _encoded(encoding: str, declared: str) -> Edit:
    def edit(data: bytes) -> bytes:
        text = data.decode().replace(_DECLARATION, f'<?xml version="1.0" encoding="{declared}"?>')
        return text.encode(encoding, "replace")

    return edit


def _decomposed(data: bytes) -> bytes:
    return unicodedata.normalize("NFD", data.decode()).encode()


def _with_doctype(doctype: str) -> Callable[[DocumentIdentity], PackageDraft]:
    return _replaced("<edXML ", f"{doctype}\r\n<edXML ", 1)


def _nested(depth: int) -> Element:
    inner = Element("Direction", text="false")
    for _ in range(depth):
        inner = Element("Direction", (inner,))
    return inner


def _crowded(identity: DocumentIdentity) -> PackageDraft:
    made = document(identity)
    reference, attachment = made.element("Reference"), made.element("Attachment")
    body = made.with_text("edXMLManifest", "").holding("edXMLManifest", *[reference] * _MANY)
    return body.with_text("AttachmentEncoded", "").holding("AttachmentEncoded", *[attachment] * _MANY)


def _inline(identity: DocumentIdentity) -> PackageDraft:
    made = document(identity)
    return made.moved("Attachment/ContentTransferEncoded", "Reference").without("AttachmentEncoded")


good("PKG-01", "comments", _replaced("<edXML ", "<!-- QLVB -->\r\n<edXML ", 1))
good("PKG-01", "single-quotes", _replaced(_DECLARATION, "<?xml version='1.0' encoding='utf-8'?>"))
bad("PKG-01.before-declaration", "bytes-before-declaration", _edited(lambda data: b"1212" + data))
bad("PKG-01.before-declaration", "blank-line-before-declaration", _edited(lambda data: b"\r\n" + data))
bad("PKG-01.empty", "empty", _edited(lambda data: b""))
bad("PKG-01.not-well-formed", "cut-off", _edited(lambda data: data[: len(data) * 2 // 3]))
bad("PKG-01.not-well-formed", "bare-ampersand", _in_sphere(lambda first, further: f"{first} & {further}"))
bad("PKG-01.not-well-formed", "element-not-closed", _replaced("</edXML:Subject>", "", 1))
bad("PKG-01.unbound-prefix", "prefix-not-bound", _replaced(f' xmlns:edXML="{NAMESPACE}"', "", 1))
bad("PKG-01.unknown-entity", "html-entity", _in_sphere(lambda first, further: f"{first}&nbsp;{further}"))
bad("PKG-01.nul", "nul-at-the-end", _edited(lambda data: data + b"\0\0\0\0"))
bad("PKG-01.version", "version-1.1", _replaced('version="1.0" encoding', 'version="1.1" encoding', 1))

good("PKG-02", "no-declaration", _replaced(f"{_DECLARATION}\r\n", "", 1))
bad("PKG-02.byte-order-mark", "byte-order-mark", _edited(lambda data: b"\xef\xbb\xbf" + data))
bad("PKG-02.not-utf8", "utf-16", _edited(_encoded("utf-16", "UTF-16")))
bad("PKG-02.not-utf8", "windows-1258", _edited(_encoded("cp1258", "windows-1258")))
bad("PKG-02.not-utf8", "latin-1-as-utf-8", _edited(_encoded("latin-1", "UTF-8")))
bad("PKG-02.not-nfc", "decomposed", _edited(_decomposed))

good("PKG-03", "own-entities", _in_sphere(lambda first, further: f"{first} &amp; &#x{ord(further[0]):x};{further[1:]}"))
good("PKG-03", "cdata", _in_sphere(lambda first, further: f"<![CDATA[{first} <{further}>]]>"))
bad("PKG-03.doctype", "bare-doctype", _with_doctype("<!DOCTYPE edXML>"))
bad("PKG-03.doctype", "internal-entity", _with_doctype('<!DOCTYPE edXML [<!ENTITY co "Cơ quan">]>'))
bad("PKG-03.doctype", "external-dtd", _with_doctype('<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/edxml.dtd">'))

good(
    "PKG-04", "other-prefix-for-the-namespace", lambda identity: document(identity).laid_out(Layout(root_prefix="goi"))
)
bad("PKG-04.wrong-case", "root-in-other-case", lambda identity: document(identity).renamed("edXML", "EdXML"))
bad(
    "PKG-04.wrong-case",
    "envelope-in-other-case",
    lambda i: document(i).edited(replacing("edXMLEnvelope", "EdXMLEnvelope")),
)
bad("PKG-04.namespace", "other-namespace", _replaced("QCVN_102_2016", "QCVN_102_2022"))
bad(
    "PKG-04.namespace",
    "attachments-without-namespace",
    _replaced("<AttachmentEncoded", '<AttachmentEncoded xmlns=""', 1),
)
bad(
    "PKG-04.namespace",
    "subject-without-namespace",
    _edited(lambda data: re.sub(rb"<edXML:Subject>(.*?)</edXML:Subject>", rb'<Subject xmlns="">\1</Subject>', data)),
)
bad("PKG-04.foreign", "soap-envelope", lambda identity: document(identity).renamed("edXML", "Envelope"))
bad("PKG-04.missing", "no-envelope", lambda identity: document(identity).unwrapped("edXMLEnvelope"))

good("PKG-05", "clause-order", lambda identity: document(identity).laid_out(Layout(order=CLAUSE_ORDER)))
bad("PKG-05.missing", "no-header", lambda identity: document(identity).unwrapped("edXMLHeader"))
bad("PKG-05.missing", "no-body", lambda identity: document(identity).without("edXMLBody"))
bad("PKG-05.missing", "no-manifest", lambda identity: document(identity).unwrapped("edXMLManifest"))
bad("PKG-05.missing", "no-message-header", lambda identity: document(identity).without("MessageHeader"))
bad(
    "PKG-05.wrong-case", "message-header-in-other-case", lambda i: document(i).renamed("MessageHeader", "messageHeader")
)
bad("PKG-05.wrong-case", "body-in-other-case", lambda identity: document(identity).renamed("edXMLBody", "edXMLbody"))

good("PKG-06", "attachments-first", lambda identity: document(identity).moved("edXMLEnvelope", "edXML"))
bad(
    "PKG-06.misplaced",
    "in-the-envelope",
    lambda identity: document(identity).moved("AttachmentEncoded", "edXMLEnvelope"),
)
bad("PKG-06.misplaced", "in-the-body", lambda identity: document(identity).moved("AttachmentEncoded", "edXMLBody"))
bad("PKG-06.misplaced", "in-the-manifest", lambda i: document(i).moved("AttachmentEncoded", "edXMLManifest"))
bad("PKG-06.wrong-case", "in-other-case", lambda i: document(i).renamed("AttachmentEncoded", "attachmentEncoded"))
bad("PKG-06.inline", "in-the-reference", _inline)

good("PKG-07", "attachments-prefixed", lambda identity: document(identity).laid_out(Layout(root_prefix="edXML")))
bad("PKG-07.other-prefix", "no-prefix", lambda identity: document(identity).laid_out(Layout(prefix="")))
bad("PKG-07.other-prefix", "made-by-a-library", lambda i: document(i).laid_out(Layout(prefix="ns0", root_prefix="ns0")))
bad("PKG-07.other-prefix", "prefix-in-other-case", lambda identity: document(identity).laid_out(Layout(prefix="edxml")))

good(
    "PKG-08",
    "additions-of-the-operator",
    lambda i: document(i).holding("MessageHeader", Element("ApplicationType", text="1"), Element("ReplyFors")),
)
good(
    "PKG-08",
    "additions-without-namespace",
    _replaced("</edXML:MessageHeader>", '<TaskCode xmlns="">7</TaskCode></edXML:MessageHeader>', 1),
)
bad(
    "PKG-08.unknown", "element-of-ones-own", lambda i: document(i).holding("MessageHeader", Element("DoKhan", text="1"))
)
bad("PKG-08.misspelt", "business-with-one-s", lambda identity: document(identity).renamed("Bussiness", "Business"))
bad(
    "PKG-08.misplaced",
    "page-amount-in-the-header",
    lambda i: document(i).moved("OtherInfo/PageAmount", "MessageHeader"),
)
bad(
    "PKG-08.instruction",
    "stylesheet-instruction",
    _replaced("<edXML ", '<?xml-stylesheet type="text/xsl" href="edxml.xsl"?>\r\n<edXML ', 1),
)
bad("PKG-08.instruction", "instruction-inside", _replaced("<edXML:Subject>", "<?qlvb luu?><edXML:Subject>", 1))
bad("PKG-08.instruction", "instruction-at-the-end", _edited(lambda data: data + b"<?qlvb het?>"))
bad(
    "PKG-08.text-between",
    "text-between-elements",
    lambda i: document(i).edited(replacing("<edXML:Code>", f"<edXML:Code>{i.number}/VPCP", 1)),
)
bad(
    "PKG-08.unknown",
    "foreign-namespace",
    _replaced("</edXML:From>", '<x:Zalo xmlns:x="urn:x">0900000000</x:Zalo></edXML:From>', 1),
)

good("PKG-09", "several-places", lambda identity: document(identity).repeated("ToPlaces/Place"))
bad("PKG-09.repeated", "two-senders", lambda identity: document(identity).repeated("From"))
bad("PKG-09.repeated", "two-subjects", lambda identity: document(identity).repeated("Subject"))
bad("PKG-09.repeated", "two-envelopes", lambda identity: document(identity).repeated("edXMLEnvelope"))
bad("PKG-09.repeated", "two-status-codes", lambda identity: status(identity).repeated("StatusCode"))

good(
    "PKG-10",
    "deep-within-the-limit",
    lambda i: document(i).holding("MessageHeader", Element("ReplyFors", (_nested(40),))),
)
bad("PKG-10.depth", "too-deep", lambda i: document(i).holding("MessageHeader", Element("ReplyFors", (_nested(70),))))
bad("PKG-10.attribute", "attribute-too-long", lambda i: document(i).with_attribute("Subject", "ghiChu", "x" * 70_000))
bad("PKG-10.text", "text-too-long", lambda identity: document(identity).with_text("Subject", "văn bản " * 140_000))
bad("PKG-10.attachments", "too-many-attachments", _crowded)
