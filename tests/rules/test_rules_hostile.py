"""Hostile packages end in a finding, and every input ends in a report."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.journal.recorder import VIETNAM
from harness.rules.check import PackageReport, check_package
from harness.vectors.packages.base import DocumentIdentity, document, recall, replacement, status, update
from harness.vectors.registry import all_vectors
from tests.rules.hostile_packages import HOSTILE

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
PROFILE = load_profile("qcvn102-2022")


@pytest.fixture(scope="module")
def profile() -> Profile:
    return PROFILE


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_package_ends_in_a_finding(make: Callable[[], bytes], code: str, profile: Profile) -> None:
    report = check_package(make(), profile, AT, groups=OWN_GROUPS)
    assert any(finding.code.startswith(code) for finding in report.findings), report.findings[:5]
    assert len(report.findings) < 1000


def reported(report: PackageReport) -> None:
    """Put a report into words, as whoever reads it does."""
    for finding in report.findings:
        said = {**finding.parameters, "expected": finding.expected, "received": finding.received}
        assert all(finding_text(finding.code, "message", language, **said) for language in LANGUAGES)
        assert PROFILE.severity(finding)


SEEDS = [make(DocumentIdentity()).written() for make in (document, recall, update, replacement, status)]
SEEDS += [
    vector.written(DocumentIdentity())
    for vector in all_vectors().values()
    if vector.requirement not in {"PKG-10", "ATT-06"}
]
TOKENS = [
    *(b"<", b">", b"/>", b"&", b"&#0;", b"&#x1F600;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>", b'"', b"\0"),
    *(b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae", "\u0301".encode(), b"edXML:", b"cid:cid:", b"xmlns=''"),
    *(b" xsi:nil='true'", b"2014/02/30", b"-1", b"9" * 30, b"%s" * 40, b"{0}{x}"),
    *(b"<edXML:To/>", b"<edXML:Signature/>", b"<a:b xmlns:a='u'/>"),
]


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["token", "cut", "copy", "flip"]))
        length = draw(st.integers(1, 300))
        if kind == "token":
            data[place:place] = draw(st.sampled_from(TOKENS))
        elif kind == "cut":
            del data[place : place + length]
        elif kind == "copy":
            data[place:place] = data[place : place + length]
        elif data:
            data[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_mutated())
def test_any_mutation_ends_in_a_report(data: bytes) -> None:
    reported(check_package(data, PROFILE, AT, groups=OWN_GROUPS))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_report(data: bytes) -> None:
    reported(check_package(data, PROFILE, AT))


_NAMES = st.sampled_from(
    [
        *("edXML", "edXMLEnvelope", "edXMLHeader", "MessageHeader", "From", "To", "OrganId", "OrganName", "Code"),
        *("CodeNumber", "ResponseFor", "Subject", "TraceHeaderList", "TraceHeader", "Timestamp", "Bussiness"),
        *("BussinessDocType", "edXMLBody", "edXMLManifest", "Reference", "ContentId", "AttachmentEncoded"),
        *("Attachment", "AttachmentName", "ContentTransferEncoded", "StatusCode", "Signature", "ReplyFors", "x"),
        "Status",
    ]
)
_TEXTS = st.text("0123/:.,-AHW ăđ\u0300<&\u202e\ufffe", max_size=8) | st.sampled_from(["", "01", "N/A", "JVBERi0="])
_TREES = st.recursive(
    st.tuples(_NAMES, _TEXTS), lambda below: st.tuples(_NAMES, st.lists(below, max_size=5)), max_leaves=25
)


def _written(tree: tuple[str, object]) -> str:
    name, inside = tree
    if isinstance(inside, str):
        text = inside.replace("&", "&amp;").replace("<", "&lt;").replace("\ufffe", "")
        return f"<{name}>{text}</{name}>"
    assert isinstance(inside, list)
    return f"<{name}>{''.join(map(_written, inside))}</{name}>"


@settings(max_examples=300, deadline=None)
@given(st.lists(_TREES, max_size=4))
def test_any_nesting_of_known_names_ends_in_a_report(trees: list[tuple[str, object]]) -> None:
    inside = "".join(map(_written, trees))
    data = f'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope>{inside}</edXMLEnvelope></edXML>'
    reported(check_package(data.encode(), PROFILE, AT, groups=OWN_GROUPS))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_the_same_bytes_give_the_same_report(data: bytes, seed: int) -> None:
    shuffled = sorted(OWN_GROUPS, key=lambda _: random.Random(seed).random())
    assert check_package(data, PROFILE, AT, groups=shuffled) == check_package(data, PROFILE, AT, groups=OWN_GROUPS)
