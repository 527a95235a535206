"""The operator's layout, to the byte."""

from dataclasses import replace

import pytest

from harness.edxml import model
from harness.edxml.elements import Element
from harness.edxml.packages import CLAUSE_ORDER, Layout, write_package
from harness.edxml.reader import parse_untrusted
from harness.edxml.writer import written
from tests.edxml.packages_made import LIMITS, usual_document

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

STATUS = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    f'<edXML xmlns="{NS}">\r\n'
    f'  <edXML:edXMLEnvelope xmlns:edXML="{NS}">\r\n'
    "    <edXML:edXMLHeader>\r\n"
    "      <edXML:MessageHeader>\r\n"
    "        <edXML:From>\r\n"
    "          <edXML:OrganId>000.00.00.H41</edXML:OrganId>\r\n"
    "          <edXML:OrganName>UBND tỉnh &amp; &lt;b&gt;</edXML:OrganName>\r\n"
    "        </edXML:From>\r\n"
    "        <edXML:ResponseFor>\r\n"
    "          <edXML:OrganId>000.00.00.G22</edXML:OrganId>\r\n"
    "          <edXML:DocumentId>000.00.00.G22,2015/09/30,1/A</edXML:DocumentId>\r\n"
    "        </edXML:ResponseFor>\r\n"
    "        <edXML:StatusCode>01</edXML:StatusCode>\r\n"
    "        <edXML:Timestamp>2026/09/20 11:08:36</edXML:Timestamp>\r\n"
    "      </edXML:MessageHeader>\r\n"
    "    </edXML:edXMLHeader>\r\n"
    "  </edXML:edXMLEnvelope>\r\n"
    "</edXML>\r\n"
)

ATTACHED = (
    "    <edXML:edXMLBody>\r\n"
    '      <edXML:edXMLManifest version="1.0">\r\n'
    "        <edXML:Reference>\r\n"
    "          <edXML:ContentId>cid:209</edXML:ContentId>\r\n"
    "          <edXML:ContentType>application/pdf</edXML:ContentType>\r\n"
    "          <edXML:Description>Tệp</edXML:Description>\r\n"
    "          <edXML:AttachmentName>a.pdf</edXML:AttachmentName>\r\n"
    "        </edXML:Reference>\r\n"
    "      </edXML:edXMLManifest>\r\n"
    "    </edXML:edXMLBody>\r\n"
    "  </edXML:edXMLEnvelope>\r\n"
    "  <AttachmentEncoded>\r\n"
    "    <Attachment>\r\n"
    "      <ContentId>cid:209</ContentId>\r\n"
    "      <AttachmentName>a.pdf</AttachmentName>\r\n"
    "      <Description>Tệp</Description>\r\n"
    "      <ContentType>application/pdf</ContentType>\r\n"
    f'      <edXML:ContentTransferEncoded xmlns:edXML="{NS}">JVBERi0xLjQ=</edXML:ContentTransferEncoded>\r\n'
    "    </Attachment>\r\n"
    "  </AttachmentEncoded>\r\n"
    "</edXML>\r\n"
)


def status() -> model.StatusPackage:
    return model.StatusPackage(
        from_=model.Organization("000.00.00.H41", "UBND tỉnh & <b>"),
        response_for=model.ResponseFor("000.00.00.G22", document_id="000.00.00.G22,2015/09/30,1/A"),
        status_code="01",
        timestamp="2026/09/20 11:08:36",
    )


def header_children(package: model.Package, layout: Layout, prefix: str) -> list[str]:
    lines = write_package(package, layout).decode().splitlines()
    return [line[9:].partition(">")[0] for line in lines if line.startswith(f"        <{prefix}")]


def test_a_status_is_written_as_the_operator_writes_it() -> None:
    assert write_package(status()).decode() == STATUS


def test_attachments_are_written_as_the_operator_writes_them() -> None:
    assert write_package(usual_document()).decode().endswith(ATTACHED)


def test_the_operator_puts_the_document_id_after_the_receivers_and_the_places_last() -> None:
    names = [name.removeprefix("edXML:") for name in header_children(usual_document(), Layout(), "edXML:")]
    assert names[:4] == ["From", "To", "To", "DocumentId"]
    assert names.index("ToPlaces") == names.index("SteeringType") + 1


def test_the_clauses_put_the_document_id_last() -> None:
    layout = Layout(prefix="", order=CLAUSE_ORDER)
    names = header_children(usual_document(), layout, "")
    header = names[: names.index("TraceHeader")]
    assert header[-1] == "DocumentId"
    assert header.index("ToPlaces") == header.index("DueDate") + 1


def test_a_document_without_attachments_keeps_its_manifest() -> None:
    data = write_package(replace(usual_document(), attachments=())).decode()
    assert '<edXML:edXMLManifest version="1.0" />' in data
    assert "AttachmentEncoded" not in data


@pytest.mark.parametrize(
    ("layout", "inside"),
    [
        (Layout(prefix=""), f'<edXML xmlns="{NS}"><edXMLEnvelope><edXMLHeader>'),
        (
            Layout(prefix="ns2", root_prefix="ns2"),
            f'<ns2:edXML xmlns:ns2="{NS}"><ns2:edXMLEnvelope><ns2:edXMLHeader>',
        ),
    ],
)
def test_a_prefix_in_scope_is_not_declared_again(layout: Layout, inside: str) -> None:
    data = write_package(usual_document(), replace(layout, indent="", line_end="")).decode()
    assert inside in data
    assert data.count("xmlns") == 1


def test_attributes_are_written_so_that_they_come_back() -> None:
    value = "a\"b'<c>&d\te\nf\rg"
    root = parse_untrusted(written(Element("edXML", attributes=(("x", value),)), Layout()), LIMITS).getroot()
    assert root.get("x") == value
