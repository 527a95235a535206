"""PDF/A-3: an amended report keeps its main rules, and a plain PDF is known not to."""

import pytest

from harness.certificates.report_amendment import AmendedReport, AmendedStatement, amended_report_pdf
from harness.report.pdf import PdfUnavailable, loaded
from tests.certificates.archival_rules import broken_rules

DOCUMENT = AmendedReport(
    number="4f0c21d9a87b-A1", run="4f0c21d9a87b", report="ab" * 32, manifest="cd" * 32, verdict="fail",
    product="QLVB <Alpha>", version="3.2", previous="",
    statement=AmendedStatement(part="Tên cơ quan", reads="Nghệ An → sai", should_read="Hà Tĩnh"), why="Ghi sai",
    body="Cục Thử nghiệm và Chứng nhận", by="Lê Văn Minh", at="2026-12-01T08:00:00+07:00",
)  # fmt: skip


def test_an_amended_report_keeps_the_rules_of_pdf_a_3() -> None:
    try:
        content = amended_report_pdf(DOCUMENT, "", "vi")
    except PdfUnavailable as error:
        pytest.skip(str(error))
    assert broken_rules(content) == []
    assert amended_report_pdf(DOCUMENT, "", "en") != content


def test_a_plain_pdf_breaks_them() -> None:
    try:
        weasyprint = loaded()
    except PdfUnavailable as error:
        pytest.skip(str(error))
    content = weasyprint.HTML(string="<a href='https://x.vn'>x</a>").write_pdf(
        attachments=[weasyprint.Attachment(string=b"x", name="x")]
    )
    assert broken_rules(content) == [
        "6.1.3 no identifier", "6.2.3 output intent", "6.3.2 annotation that is not printed", "6.6.2 no metadata",
        "6.8 file specification", "6.8 not associated",
    ]  # fmt: skip
