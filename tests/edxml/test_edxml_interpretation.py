"""Reading what real writers write, and what cannot be read."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.parameters import Limits
from harness.edxml import model
from harness.edxml.packages import (
    PackageUnreadable,
    XmlRefused,
    read_header,
    read_package,
    rebuilt,
    write_package,
)
from tests.edxml.packages_made import LIMITS, usual_document

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\r\n'
HOP = model.TraceHeader("00.53.W00", "2026/09/30 08:00:01")

# As an agency's own writer left it: tabs, blanks behind elements, no line break at the end.
TABBED_STATUS = (
    f'{HEAD}<edXML xmlns="{NS}">\r\n  <edXML:edXMLEnvelope xmlns:edXML="{NS}">\r\n    <edXML:edXMLHeader>\r\n'
    "      <edXML:MessageHeader>\r\n        <edXML:From>\r\n"
    "\t\t\t<edXML:OrganId>000.00.00.H41</edXML:OrganId>\r\n"
    "\t\t\t<edXML:OrganName>UBND Tỉnh Nghệ An</edXML:OrganName>\r\n        </edXML:From>\r\n"
    "        <edXML:ResponseFor>\r\n\t\t\t<edXML:OrganId>000.00.00.G22</edXML:OrganId>\r\n"
    "\t\t\t<edXML:Code>7816/VPCP-TTĐT</edXML:Code>\r\n        </edXML:ResponseFor>\r\n"
    "\t\t<edXML:StaffInfo>    \r\n\t\t\t<edXML:Department>Phòng hành chính</edXML:Department>         \r\n"
    "\t\t\t<edXML:Mobile>84900000000</edXML:Mobile>\r\n\t\t</edXML:StaffInfo>\r\n"
    "        <edXML:StatusCode>01</edXML:StatusCode>\r\n      </edXML:MessageHeader>\r\n"
    "    </edXML:edXMLHeader>\r\n  </edXML:edXMLEnvelope>\r\n</edXML>"
)

SIGNATURE = (
    '      <Signature>\r\n        <SignedInfo>\r\n          <Reference URI="" />\r\n        </SignedInfo>\r\n'
    "        <SignatureValue>AA==</SignatureValue>\r\n      </Signature>\r\n"
)


def with_signature(data: bytes) -> bytes:
    """Put a placeholder signature, outside its namespace, where the samples of the operator have one."""
    end = b"    </edXML:edXMLHeader>\r\n"
    return data.replace(end, SIGNATURE.encode() + end)


def wrapped(header: str) -> bytes:
    envelope = f"<edXMLEnvelope><edXMLHeader>{header}</edXMLHeader></edXMLEnvelope>"
    return f'<edXML xmlns="{NS}">{envelope}</edXML>'.encode()


def read_document(data: bytes) -> model.DocumentPackage:
    package = read_package(data, LIMITS)
    assert isinstance(package, model.DocumentPackage)
    return package


def test_tabs_and_trailing_blanks_between_elements_say_nothing() -> None:
    assert read_package(TABBED_STATUS.encode(), LIMITS) == model.StatusPackage(
        from_=model.Organization("000.00.00.H41", "UBND Tỉnh Nghệ An"),
        response_for=model.ResponseFor("000.00.00.G22", "7816/VPCP-TTĐT"),
        staff_info=model.StaffInfo(department="Phòng hành chính", mobile="84900000000"),
        status_code="01",
    )


def test_a_placeholder_signature_outside_its_namespace_does_not_disturb() -> None:
    data = with_signature(write_package(usual_document()))
    assert b"<SignatureValue>" in data
    assert read_package(data, LIMITS) == usual_document()


def test_stray_bytes_before_the_declaration_are_refused_on_line_one() -> None:
    with pytest.raises(XmlRefused) as refused:
        read_package(b"1212" + write_package(usual_document()), LIMITS)
    assert (refused.value.code, refused.value.line) == ("not-well-formed", 1)


def test_the_first_of_two_counts() -> None:
    header = "<MessageHeader><To><OrganId>A</OrganId></To><Subject>x</Subject><Subject>y</Subject></MessageHeader>"
    assert read_document(wrapped(header)).subject == "x"


def test_empty_groups_are_missing() -> None:
    header = (
        "<MessageHeader><To> </To><To><OrganId> </OrganId></To><To><OrganId>A</OrganId></To>"
        "<ResponseFor><OrganId/><Code></Code></ResponseFor><OtherInfo><Priority/></OtherInfo></MessageHeader>"
        "<TraceHeaderList><TraceHeader/><Bussiness><StaffInfo/></Bussiness></TraceHeaderList>"
    )
    assert read_document(wrapped(header)) == model.DocumentPackage(to=(model.Organization("A"),))


def test_comments_in_a_text_do_not_cut_it() -> None:
    header = "<MessageHeader><To/><Subject>one<!-- -->two<b>not</b>three</Subject></MessageHeader>"
    assert read_document(wrapped(header)).subject == "onetwothree"


def test_elements_in_another_namespace_are_not_read() -> None:
    header = '<MessageHeader><To/><Subject xmlns="urn:x">x</Subject><Title>y</Title></MessageHeader>'
    assert read_document(wrapped(header)).subject == ""


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("<StatusCode>01</StatusCode><To><OrganId>A</OrganId></To>", model.StatusPackage),
        ("<ResponseFor><OrganId>A</OrganId></ResponseFor>", model.StatusPackage),
        ("<ResponseFor><OrganId>A</OrganId></ResponseFor><To/>", model.DocumentPackage),
        ("<StatusCode> </StatusCode>", model.DocumentPackage),
    ],
)
def test_what_makes_a_status(header: str, kind: type) -> None:
    assert isinstance(read_package(wrapped(f"<MessageHeader>{header}</MessageHeader>"), LIMITS), kind)


UNREADABLE = {
    "other root": (b"<html>\n</html>", "root", 1, "/html"),
    "wrong case": (f'<EdXML xmlns="{NS}"/>'.encode(), "root", 1, "/EdXML"),
    "other namespace": (b'<edXML xmlns="http://www.e-doc.vn/Schema/"/>', "root", 1, "/edXML"),
    "no envelope": (f'<edXML xmlns="{NS}">\n</edXML>'.encode(), "no-envelope", 1, "/edXML"),
    "no header": (f'<edXML xmlns="{NS}">\n<edXMLEnvelope/></edXML>'.encode(), "no-header", 2, "/edXML/edXMLEnvelope"),
    "no message header": (wrapped("\n"), "no-message-header", 1, "/edXML/edXMLEnvelope/edXMLHeader"),
}


@pytest.mark.parametrize(("data", "code", "line", "xpath"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable(data: bytes, code: str, line: int, xpath: str) -> None:
    with pytest.raises(PackageUnreadable) as unreadable:
        read_package(data, LIMITS)
    found = unreadable.value
    assert (found.code, found.line, found.xpath) == (code, line, xpath)


def test_broken_base64_is_reported_with_its_place_and_spares_the_header() -> None:
    package = replace(usual_document(), attachments=usual_document().attachments * 2)
    head, middle, tail = write_package(package).rsplit(b"JVBERi0xLjQ=", 2)[0:3]
    data = head + b"JVBERi0xLjQ=" + middle + b"JVBE!i0xLjQ=" + tail
    with pytest.raises(PackageUnreadable) as unreadable:
        read_package(data, LIMITS)
    assert unreadable.value.code == "base64"
    assert unreadable.value.xpath == "/edXML/AttachmentEncoded/Attachment[2]/ContentTransferEncoded"
    assert unreadable.value.detail == "alphabet at 4"
    assert unreadable.value.line == head.count(b"\n") + middle.count(b"\n") + 1
    assert read_header(data, LIMITS) == replace(package, attachments=())


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (msgspec.structs.replace(LIMITS, attachments=1), "too-many-attachments"),
        (msgspec.structs.replace(LIMITS, attachment_bytes=7), "attachment-too-large"),
    ],
)
def test_limits_of_attachments(limits: Limits, code: str) -> None:
    package = replace(usual_document(), attachments=usual_document().attachments * 2)
    with pytest.raises(PackageUnreadable) as unreadable:
        read_package(write_package(package), limits)
    assert unreadable.value.code == code


def manifest(references: str, attachments: str) -> bytes:
    return (
        f'<edXML xmlns="{NS}"><edXMLEnvelope><edXMLHeader><MessageHeader><To/></MessageHeader></edXMLHeader>'
        f'<edXMLBody><edXMLManifest version="1.0">{references}</edXMLManifest></edXMLBody></edXMLEnvelope>'
        f"<AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>"
    ).encode()


def entry(name: str, content_id: str, content_type: str = "a/b") -> str:
    return (
        f"<{name}><ContentId>{content_id}</ContentId><ContentType>{content_type}</ContentType>"
        f"<AttachmentName>n</AttachmentName></{name}>"
    )


def test_attachments_are_matched_by_id_without_its_scheme() -> None:
    package = read_document(manifest(entry("Reference", "cid:1"), entry("Attachment", "1")))
    assert package.attachments == (model.Attachment("1", "n", "a/b", b""),)
    assert package.loose_references == ()


def test_an_entry_that_says_something_else_is_kept() -> None:
    package = read_document(manifest(entry("Reference", "cid:1", "c/d"), entry("Attachment", "cid:1")))
    assert package.attachments[0].reference == model.Reference("cid:1", "c/d", "n")


def test_what_does_not_match_is_loose_or_unlisted() -> None:
    references = entry("Reference", "cid:cid:1") + entry("Reference", "cid:2") * 2
    package = read_document(manifest(references, entry("Attachment", "cid:1") + entry("Attachment", "cid:2")))
    assert [each.listed for each in package.attachments] == [False, True]
    assert [each.content_id for each in package.loose_references] == ["cid:cid:1", "cid:2"]


def test_rebuilding_keeps_unknown_elements() -> None:
    data = with_signature(write_package(usual_document())).replace(
        b"        <edXML:Subject>",
        b'<!-- k --><x:New xmlns:x="urn:x" x:a="1 &#10;2">  <x:In>\ttext\n </x:In> </x:New><edXML:Subject>',
    )
    again = rebuilt(data.replace(b"\r\n", b"\n"), HOP, LIMITS)
    kept = (
        "        <!-- k -->\r\n"
        '        <x:New xmlns:x="urn:x" x:a="1 &#10;2">\r\n'
        "          <x:In>\ttext\r\n </x:In>\r\n"
        "        </x:New>\r\n"
        "        <edXML:Subject>V/v kết nối, "
    )
    assert kept in again.decode()
    assert SIGNATURE.replace(" />", "/>") in again.decode()
    assert b"\n" not in again.replace(b"\r\n", b"")


def test_the_hop_of_the_hub_follows_that_of_the_sender_in_the_same_hand() -> None:
    data = write_package(usual_document())
    sender = b"<edXML:Timestamp>2026/09/30 08:00:00</edXML:Timestamp>\r\n        </edXML:TraceHeader>\r\n"
    hop = (
        b"        <edXML:TraceHeader>\r\n          <edXML:OrganId>00.53.W00</edXML:OrganId>\r\n"
        b"          <edXML:Timestamp>2026/09/30 08:00:01</edXML:Timestamp>\r\n        </edXML:TraceHeader>\r\n"
    )
    again = rebuilt(data, HOP, LIMITS)
    expected = data.replace(sender, sender + hop).replace(b" />", b"/>")
    assert again == expected


def test_a_status_is_rebuilt_without_a_hop() -> None:
    again = rebuilt(TABBED_STATUS.encode(), HOP, LIMITS)
    assert b"\t" not in again
    assert b"TraceHeader" not in again
    assert read_package(again, LIMITS) == read_package(TABBED_STATUS.encode(), LIMITS)


_TOKENS = st.sampled_from(
    [
        *(b"", b"<", b">", b"&", b"&x;", b"\0", b"\xff", b"]]>", b"<!DOCTYPE x>", b"<?x?>", b"<!--", b"-->", b"<a>"),
        *(b"</edXML>", b"edXML:", b"<To/>", b"<StatusCode>01</StatusCode>", b"=", b"AA", b"\xef\xbb\xbf", b'"'),
    ]
)
DOCUMENT = with_signature(write_package(usual_document()))


@given(st.lists(st.tuples(st.integers(0, len(DOCUMENT)), st.integers(0, 60), _TOKENS), min_size=1, max_size=3))
def test_any_change_of_a_package_ends_in_a_package_or_a_typed_refusal(changes: list[tuple[int, int, bytes]]) -> None:
    data = DOCUMENT
    for place, gone, new in changes:
        data = data[:place] + new + data[place + gone :]
    try:
        package = read_package(data, LIMITS)
    except PackageUnreadable:
        return
    assert read_package(write_package(package), LIMITS) == package
    assert isinstance(read_package(rebuilt(data, HOP, LIMITS), LIMITS), type(package))


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_typed_refusal(data: bytes) -> None:
    with pytest.raises(PackageUnreadable):
        read_package(data, LIMITS)


@given(st.binary(max_size=200))
def test_any_bytes_are_rebuilt_or_refused(data: bytes) -> None:
    try:
        again = rebuilt(data, HOP, LIMITS)
    except XmlRefused:
        return
    assert rebuilt(again, HOP, LIMITS) == again
