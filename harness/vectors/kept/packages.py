"""ARC-22 to 30, and ARC-19 of a package: vectors of archival packages."""

from collections.abc import Callable
from dataclasses import replace

from harness.edxml.attachments import pack
from harness.vectors.kept.base import received
from harness.vectors.kept.registry import declare
from harness.vectors.kept.scans import scan
from harness.vectors.kept.sip import REP, SipCase, SipDocument, sip
from harness.vectors.packages.base import with_attachments
from harness.vectors.packages.files import docx, pdf

Change = Callable[[SipCase], SipCase]
_EAD = "metadata/descriptive/EAD.xml"
_REP_METS = f"{REP}/METS.xml"


def good(requirement: str, name: str, change: Change = lambda case: case) -> None:
    """Declare a package that keeps a requirement."""
    declare(requirement, name, None, lambda at: change(sip(at)).made())


def bad(code: str, name: str, change: Change) -> None:
    """Declare a package that gives the finding `code`, and no finding of another requirement."""
    declare(code.partition(".")[0], name, code, lambda at: change(sip(at)).made())


def digitised(case: SipCase, content: bytes) -> SipCase:
    """Turn the second document into a digitised one, which was not exchanged."""
    described = case.saying(1, confidenceLevel="02", codeNumber="3", codeNotation="UBND-X")
    packages = {"received": case.packages["received"]}
    return replace(described.holding(1, so_hoa__pdf=content), packages=packages)


good("ARC-22", "pdfa-with-text", lambda case: digitised(case, scan()))
bad("ARC-22.not-archival", "no-pdfa", lambda case: digitised(case, scan(archival=False)))
bad("ARC-22.no-text", "picture-only", lambda case: digitised(case, scan(text=False)))
bad("ARC-22.coarse", "coarse", lambda case: digitised(case, scan(100)))

good("ARC-23", "whole")
bad("ARC-23.missing", "no-ead", lambda case: _without_ead(case))
bad("ARC-23.representation", "original", lambda case: _moved(case, "original"))
bad(
    "ARC-23.unreadable",
    "dtd",
    lambda case: replace(case, besides={f"{REP}/metadata/descriptive/EAD_doc_9.xml": b"<!DOCTYPE a><a/>"}),
)
bad("ARC-23.other-case", "small-letters", lambda case: replace(case, moved=("METS.xml", "mets.xml")))
bad("ARC-23.no-schemas", "no-schemas", lambda case: replace(case, dropped=frozenset({"schemas/mets.xsd"})))


def _without_ead(case: SipCase) -> SipCase:
    section = '<dmdSec ID="D0">'
    return replace(
        case.edited("METS.xml", section, f"<!--{section}-->")
        .edited("METS.xml", "<mdRef", "<!--")
        .edited("METS.xml", "</dmdSec>", "-->"),
        dropped=frozenset({_EAD}),
    )


def _moved(case: SipCase, name: str) -> SipCase:
    inner = f"representations/{name}/METS.xml"
    return replace(case.edited("METS.xml", _REP_METS, inner), moved=(f"{REP}/", f"representations/{name}/"))


_TYPE = 'csip:OAISPACKAGETYPE="SIP" '
good("ARC-24", "attribute")
bad("ARC-24.no-type", "child-element", lambda case: _typed_inside(case))
bad("ARC-24.other-type", "archival", lambda case: replace(case, header=case.header.replace('"SIP"', '"AIP"')))
bad("ARC-24.no-objid", "no-objid", lambda case: replace(case, root=""))
bad("ARC-24.zone", "utc", lambda case: replace(case, header=case.header.replace("+07:00", "Z")))


def _typed_inside(case: SipCase) -> SipCase:
    inside = "<csip:OAISPACKAGETYPE>SIP</csip:OAISPACKAGETYPE>"
    return replace(case, header=case.header.replace(_TYPE, ""), inside=inside)


good("ARC-25", "all-listed")
bad(
    "ARC-25.outside",
    "leads-out",
    lambda case: case.edited(
        "METS.xml", f'<mptr LOCTYPE="URL" xlink:href="{_REP_METS}"', '<mptr LOCTYPE="URL" xlink:href="../x/METS.xml"'
    ),
)
bad("ARC-25.unlisted", "strange-file", lambda case: replace(case, besides={f"{REP}/data/la.pdf": pdf()}))
bad(
    "ARC-25.missing",
    "file-not-there",
    lambda case: case.edited(
        "METS.xml",
        f'<mptr LOCTYPE="URL" xlink:href="{_REP_METS}"',
        '<mptr LOCTYPE="URL" xlink:href="representations/rep2/METS.xml"',
    ),
)
bad("ARC-25.digest", "metadata-changed-later", lambda case: _rewritten(case))
bad("ARC-25.size", "metadata-grown-later", lambda case: case.edited(_EAD, "</simpledc>", "</simpledc>\n"))
bad(
    "ARC-25.no-digest",
    "no-digest",
    lambda case: case.edited("METS.xml", 'CHECKSUMTYPE="SHA-256"', 'CHECKSUMTYPE="none"'),
)


def _rewritten(case: SipCase) -> SipCase:
    return case.edited(_EAD, "liên thông", "liên Thông")


good("ARC-26", "one-to-one")
bad("ARC-26.shared-file", "two-records-one-file", lambda case: _rep(case, 'FILEID="F2-1"', 'FILEID="F1-1"'))
bad("ARC-26.unresolved", "no-such-file", lambda case: _rep(case, 'FILEID="F1-2"', 'FILEID="F9-9"'))
bad("ARC-26.id-twice", "id-twice", lambda case: _rep(case, 'ID="F1-2"', 'ID="F1-1"'))
bad("ARC-26.no-file", "description-without-file", lambda case: _rep(case, ' DMDID="D2"', ""))
bad(
    "ARC-26.several-files",
    "two-files",
    lambda case: _rep(case, '<fptr FILEID="F1-1"/>', '<fptr FILEID="F1-1"/><fptr FILEID="F1-2"/>'),
)


def _rep(case: SipCase, old: str, new: str) -> SipCase:
    """Change the METS of the representation, and what the root's METS says of it."""
    return replace(case, inner=((old, new),))


good("ARC-27", "filled")
bad("ARC-27.missing", "no-title", lambda case: case.stating(title=""))
bad("ARC-27.missing", "no-pages", lambda case: case.stating(numberOfPage=None))
bad("ARC-27.date-form", "iso-date", lambda case: case.stating(startDate=f"{case.day:%Y-%m-%d}"))
bad("ARC-27.end-before-start", "ends-before-it-begins", lambda case: case.stating(endDate="01/01/2001"))
bad("ARC-27.recommended", "no-state", lambda case: case.stating(format=None))

good("ARC-28", "filled")
bad("ARC-28.missing", "no-issuer", lambda case: case.saying(organName=""))
bad("ARC-28.doc-code", "other-year", lambda case: case.saying(docCode="H41.1994.01.VP.0000001"))
bad("ARC-28.doc-code", "three-digits", lambda case: case.saying(docCode=f"{case.dossier['fileCode']}.001"))
bad("ARC-28.twice", "code-twice", lambda case: case.saying(1, docCode=case.documents[0].fields["docCode"]))
bad("ARC-28.total", "five-of-two", lambda case: case.stating(totalDoc="5"))

good("ARC-29", "codes")
bad("ARC-29.code", "code-with-words", lambda case: case.stating(maintenance="01: Vĩnh viễn"))
bad("ARC-29.code", "iso-language", lambda case: case.saying(language="vie"))
bad("ARC-29.code", "origin-in-words", lambda case: case.saying(confidenceLevel="Số hóa"))
bad("ARC-29.doubtful", "type-in-words", lambda case: case.saying(typeName="Công văn"))

good("ARC-30", "agrees")
bad("ARC-30.joined", "whole-code-as-number", lambda case: case.saying(codeNumber="7816/VPCP-TTĐT"))
bad("ARC-30.differs", "another-subject", lambda case: case.saying(subject="V/v khác"))
bad("ARC-30.differs", "arrival-for-issue", lambda case: case.saying(issuedDate="01/01/2020"))
bad("ARC-30.type", "number-copied", lambda case: case.saying(typeName="18"))
bad("ARC-30.digitised", "digital-called-digitised", lambda case: _word(case))


def _word(case: SipCase) -> SipCase:
    """Make the document received a Word file that is declared digitised."""
    identity = received(case.day)
    content = docx()
    package = with_attachments(identity, pack("cong-van.docx", content, "1")).written()
    first = SipDocument(
        {**case.documents[0].fields, "confidenceLevel": "02"}, {"0000001.pdf": scan(), "goc.docx": content}
    )
    return replace(case, documents=(first, *case.documents[1:]), packages={**case.packages, "received": package})


declare("ARC-19", "package-with-original", None, lambda at: sip(at).made())
bad(
    "ARC-19.no-original",
    "package-with-converted-only",
    lambda case: case.holding(0, a__pdf=scan()).holding(1, b__pdf=scan()),
)
