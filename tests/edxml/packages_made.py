"""Makes packages for tests: by hand, and by hypothesis."""

from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from harness.catalogue.parameters import Limits
from harness.catalogue.profiles import load_profile
from harness.edxml import model
from harness.edxml.packages import BUSSINESS_FIRST, CLAUSE_ORDER, OPERATOR, Addition, Layout

LIMITS: Limits = load_profile("qcvn102-2022").parameters.limits

LAYOUTS = {
    "operator": OPERATOR,
    "clause order": Layout(order=CLAUSE_ORDER),
    "operation first": Layout(order=BUSSINESS_FIRST),
    "no prefix": Layout(prefix=""),
    "one prefix": Layout(prefix="ns2", root_prefix="ns2"),
    "prefix only at the root": Layout(prefix="", root_prefix="r"),
    "line feeds and tabs": Layout(indent="\t", line_end="\n"),
    "one line": Layout(indent="", line_end=""),
    "unknown elements": Layout(
        additions=(
            Addition("MessageHeader", "ReplyFors", "a & b"),
            Addition("Attachment", "MimeType", "x/y"),
            Addition("StaffInfo", "StaffId", "7"),
        )
    ),
}

_T = TypeVar("_T")
_SPACE = " \t\r\n"
_LETTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r\x7f\x85"
)
_USUAL = st.sampled_from(
    [
        "Công văn đến",
        "Co\u0302ng va\u0306n",
        "\u1ec7\u0323",
        "]]>",
        "a\r\nb",
        "\r",
        "<&>",
        "&amp;",
        " x ",
        "𠀋 \U0010ffff",
    ]
)

texts = st.one_of(st.text(_LETTERS, max_size=20), _USUAL)
full_texts = texts.filter(bool)
codes = texts.map(lambda text: text.strip(_SPACE))
full_codes = codes.filter(bool)


def _some(kind: type[_T], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[_T]:
    """Build values that say something: an empty group is the same as none."""
    return st.builds(kind, **fields).filter(lambda value: value != kind())


def _few(values: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, ...]]:
    return st.lists(values, max_size=2).map(tuple)


_organization_fields = {
    "organ_id": codes,
    "organ_name": texts,
    "organization_in_charge": texts,
    "organ_add": texts,
    "email": texts,
    "telephone": texts,
    "fax": texts,
    "website": texts,
}
organizations = _some(model.Organization, **_organization_fields)
responses = _some(model.ResponseFor, organ_id=codes, code=codes, promulgation_date=codes, document_id=codes)
staff = _some(model.StaffInfo, department=texts, staff=texts, email=texts, mobile=texts)
hops = _some(model.TraceHeader, organ_id=codes, timestamp=codes)
_document_infos = _some(
    model.BussinessDocumentInfo,
    document_info=codes,
    document_receiver=codes,
    receivers=_few(_some(model.Receiver, organ_id=codes, receiver_type=codes)),
)
_operations = _some(
    model.Bussiness,
    doc_type=codes,
    reason=texts,
    paper=codes,
    document_id=codes,
    document_info=st.none() | _document_infos,
    replacements=_few(_some(model.ReplacementInfo, document_id=codes, organ_ids=_few(full_codes))),
    staff=st.none() | staff,
)
_other_infos = _some(
    model.OtherInfo,
    priority=codes,
    sphere_of_promulgation=texts,
    typer_notation=texts,
    promulgation_amount=codes,
    page_amount=codes,
    direction=codes,
    appendixes=_few(full_texts),
)


@st.composite
def _attachments(draw: st.DrawFn, key: str) -> model.Attachment:
    attachment = model.Attachment(
        content_id=draw(st.sampled_from([f"cid:{key}", key])),
        name=draw(texts),
        content_type=draw(codes),
        content=draw(st.binary(max_size=40)),
        description=draw(texts),
        listed=draw(st.booleans()),
    )
    other = model.Reference(f"cid:{key}", draw(codes), draw(texts), draw(texts))
    if attachment.listed and other != attachment.own_reference and draw(st.booleans()):
        return replace(attachment, reference=other)
    return attachment


_attached = st.integers(0, 2).flatmap(lambda count: st.tuples(*(_attachments(str(key)) for key in range(count))))
_loose = st.builds(model.Reference, st.sampled_from(["cid:x", "cid:y"]), codes, texts, texts)

documents = st.builds(
    model.DocumentPackage,
    from_=st.builds(model.Organization, **_organization_fields),
    to=st.lists(organizations, min_size=1, max_size=2).map(tuple),
    code=st.builds(model.Code, codes, codes),
    promulgation_info=st.builds(model.PromulgationInfo, texts, codes),
    document_type=st.builds(model.DocumentType, codes, texts, codes),
    subject=texts,
    content=texts,
    signer_info=st.builds(model.SignerInfo, texts, texts, texts),
    due_date=codes,
    to_places=_few(full_texts),
    other_info=st.none() | _other_infos,
    response_for=_few(responses),
    steering_type=codes,
    document_id=codes,
    trace_headers=_few(hops),
    bussiness=st.none() | _operations,
    attachments=_attached,
    loose_references=_few(_loose),
)
statuses = st.builds(
    model.StatusPackage,
    from_=st.builds(model.Organization, **_organization_fields),
    response_for=st.just(model.ResponseFor()) | responses,
    staff_info=st.none() | staff,
    status_code=full_codes,
    description=texts,
    timestamp=codes,
)
packages = documents | statuses
layouts = st.sampled_from(list(LAYOUTS.values()))


def usual_document() -> model.DocumentPackage:
    """Return a document package as an agency would send it."""
    return model.DocumentPackage(
        from_=model.Organization("000.00.00.H41", "UBND tỉnh Nghệ An", email="vanthu@example.vn"),
        to=(model.Organization("000.00.00.G22", "Văn phòng Chính phủ"), model.Organization("H37.DN.001", "Sở")),
        code=model.Code("7816", "UBND-TTĐT"),
        promulgation_info=model.PromulgationInfo("Nghệ An", "2026/09/30"),
        document_type=model.DocumentType("18", "Công văn", "0"),
        subject="V/v kết nối, liên thông phần mềm quản lý văn bản",
        content="Trích yếu",
        signer_info=model.SignerInfo("Nguyễn Văn Mẫu", "TL. CHỦ TỊCH", "Chánh Văn phòng"),
        due_date="2026/10/30",
        to_places=("Như trên", "Lưu: VT"),
        other_info=model.OtherInfo("0", "Liên thông", "TVC", "2", "22", "false", ("Phụ lục I",)),
        steering_type="1",
        document_id="000.00.00.H41,2026/09/30,7816/UBND-TTĐT",
        trace_headers=(model.TraceHeader("000.00.00.H41", "2026/09/30 08:00:00"),),
        bussiness=model.Bussiness("0", "Văn bản điện tử mới", "0", staff=model.StaffInfo("Văn thư", "Lê Thị Cán Bộ")),
        attachments=(model.Attachment("cid:209", "a.pdf", "application/pdf", b"%PDF-1.4", "Tệp"),),
    )
