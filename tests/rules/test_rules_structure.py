"""The schema is the truth: what the rules say of structure is what a 1.1 processor says of the same schema."""

import re
import threading
from datetime import datetime
from functools import cache
from typing import Any

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from harness.catalogue.profiles import load_profile
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.edxml.names import q
from harness.journal.recorder import VIETNAM
from harness.resources import folder
from harness.rules.check import check_package
from harness.rules.structure import gate, structure
from harness.vectors.packages.base import DocumentIdentity, document, recall, replacement, status, update
from harness.vectors.registry import all_vectors

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
PROFILE = load_profile("qcvn102-2022")
STRUCTURAL = re.compile(r"PKG-0[45689]\.(?!instruction).*")  # which elements there are; instructions are none
CONTENT = re.compile(rb"(?<=ContentTransferEncoded>)[^<]{40,}")


@cache
def schema() -> Any:
    return xmlschema.XMLSchema11(str(folder("profiles") / "schema" / "edxml.xsd"))


def structural(data: bytes) -> set[str]:
    """Return the codes about structure that the rules give."""
    report = check_package(data, PROFILE, AT, groups={"PKG"})
    return {finding.code for finding in report.findings if STRUCTURAL.fullmatch(finding.code)}


def valid(data: bytes) -> bool:
    """Say what a 1.1 processor says; of the attachments' content a token is enough."""
    return bool(schema().is_valid(etree.fromstring(CONTENT.sub(b"AAAA", data))))


# Additions in a namespace, or at a place, of the writer's own: the readings accept them, no schema can say so.
# Nor is a content in pieces what a token can stand for; ATT-05 tells of it.
BEYOND_THE_SCHEMA = {
    *("PKG-08/additions-without-namespace", "HDR-01/sender-in-sender"),
    *("ATT-05/comment-inside", "ATT-05/element-inside", "ATT-05/base64-in-an-element"),
}
# What the rules tell as missing, and a body that only a document package must have.
TOLD_OTHERWISE = {"HDR-10/subject-in-lower-case", "STP-01/in-a-container-of-its-own", "PKG-05/no-body"}
READABLE = [
    vector
    for vector in all_vectors().values()
    if vector.requirement not in {"PKG-01", "PKG-02", "PKG-03", "PKG-10", "ATT-06"}
    and vector.key not in BEYOND_THE_SCHEMA
]


@pytest.mark.parametrize("vector", READABLE, ids=lambda vector: vector.key)
def test_rules_and_schema_agree_on_every_vector(vector: Any) -> None:
    data = vector.written(DocumentIdentity())
    assert valid(data) == (not structural(data)) or vector.key in TOLD_OTHERWISE


NAMES = [*sorted(structure().names - structure().additions), "Zalo", "business", "SubJect"]
PATHS = [
    *("From", "To", "To/OrganId", "Code", "Code/CodeNumber", "PromulgationInfo/Place", "DocumentType", "Subject"),
    *("SignerInfo", "DueDate", "ToPlaces", "OtherInfo", "OtherInfo/Appendixes", "SteeringType", "TraceHeaderList"),
    *("TraceHeader", "Bussiness", "StaffInfo/Staff", "edXMLManifest", "Reference", "Attachment", "AttachmentEncoded"),
]


@st.composite
def _changed(draw: st.DrawFn) -> PackageDraft:
    made = draw(st.sampled_from([document, recall, update, replacement]))(DocumentIdentity())
    for _ in range(draw(st.integers(1, 3))):
        path, name = draw(st.sampled_from(PATHS)), draw(st.sampled_from(NAMES))
        change = draw(st.sampled_from(["repeated", "renamed", "holding", "without"]))
        try:
            if change == "repeated":
                made = made.repeated(path)
            elif change == "renamed":
                made = made.renamed(path, name)
            elif change == "without":
                made = made.without(path)
            else:
                made = made.holding(path, Element(name, text="1"))
        except LookupError:
            continue
    return made


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_changed())
def test_rules_find_no_structure_error_where_the_schema_finds_none(made: PackageDraft) -> None:
    data = made.written()
    if valid(data):
        assert structural(data) <= {"PKG-05.missing"}  # a body, which a status has not


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_changed())
def test_what_the_schema_refuses_the_rules_tell(made: PackageDraft) -> None:
    data = made.written()
    if not valid(data):
        assert check_package(data, PROFILE, AT, groups={"PKG", "HDR", "TRC", "ATT", "STP"}).findings


def test_gate_accepts_what_the_schema_accepts() -> None:
    for make in (document, recall, update, replacement, status):
        data = make(DocumentIdentity()).written()
        assert valid(data)
        assert gate().validate(etree.fromstring(data).getroottree())


def test_gate_is_compiled_once_for_all_threads() -> None:
    found: list[etree.XMLSchema] = []
    threads = [threading.Thread(target=lambda: found.append(gate())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(each) for each in found}) == 1


def test_table_knows_what_may_repeat() -> None:
    table = structure()
    assert not table.types["message"]["To"].once
    assert table.types["message"]["From"].once
    assert "ReplyFors" in table.additions
    assert q("Subject").endswith("}Subject")
    assert {"Subject", "edXML", "Attachment"} <= table.names
