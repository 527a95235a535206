"""Codes with a life: agencies and document types are judged by the day of the document that bears them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.vectors.packages.base import DocumentIdentity, answering, document, replacement, status, update

AT = datetime(2026, 11, 30, 12, tzinfo=VIETNAM)
PROFILE = load_profile("qcvn102-2025")
LAST, CLOSED = date(2025, 6, 30), date(2025, 7, 1)
OWN = """\
schema: lienthong.profile/1
extends: qcvn102-2025
id: ours
version: '1'
title: {vi: Của bộ, en: Ours}
parameters:
  code_lists:
"""


def found(draft: PackageDraft, profile: str = "qcvn102-2025") -> list[Finding]:
    report = check_package(draft.written(), load_profile(profile), AT, groups={"HDR", "STP", "TRC"})
    return list(report.findings)


def of(day: date, receiver: str = "000.00.00.H41") -> DocumentIdentity:
    return DocumentIdentity(receiver=(receiver, "Cơ quan nhận"), day=day)


@pytest.mark.parametrize("code", ["H02", "H02.12", "H02.DN.001", "000.00.00.H02", "002.00.20.H02"])
@pytest.mark.parametrize(("day", "codes"), [(LAST, []), (CLOSED, ["HDR-22.closed"])])
def test_a_closed_code_and_all_below_it_are_judged_by_the_documents_own_day(
    code: str, day: date, codes: list[str]
) -> None:
    assert [one.code for one in found(document(of(day, code)))] == codes


def test_what_is_said_of_a_closed_code() -> None:
    (one,) = found(document(of(CLOSED, "000.00.12.H02")))
    assert (one.received, one.expected) == ("000.00.12.H02", "H05")
    assert dict(one.parameters) == {
        "listed": "H02",
        "agency": "UBND tỉnh Bắc Giang",
        "basis": "assumed",
        "bound": "2025-06-30",
        "day": "2025-07-01",
    }
    assert one.where.xpath is not None
    assert one.where.xpath.endswith("MessageHeader/To/OrganId")
    assert PROFILE.severity(one) is Severity.REMARK


@pytest.mark.parametrize("code", ["G99", "K57", "H41", "A01.1", "0100109106", "H37.DN.001"])
def test_what_is_open_or_not_in_the_list_is_not_judged(code: str) -> None:
    assert found(document(of(CLOSED, code))) == []


def test_a_code_is_reported_once() -> None:
    draft = document(of(CLOSED, "H02"))
    hop = Element("TraceHeader", (Element("OrganId", text="H02"), Element("Timestamp", text="2025/07/01 09:00:00")))
    assert [one.code for one in found(draft.followed("TraceHeader", hop))] == ["HDR-22.closed"]


@pytest.mark.parametrize(("day", "codes"), [("2025/06/30", []), ("2025/07/01", ["HDR-22.closed"])])
def test_a_document_answered_has_a_day_of_its_own(day: str, codes: list[str]) -> None:
    draft = answering(replace(of(AT.date()), earlier=f"000.00.00.H02,{day},1/QĐ"))
    assert [one.code for one in found(draft)] == codes


@pytest.mark.parametrize(("kind", "codes"), [("0", []), ("1", ["HDR-22.closed"])])
def test_an_update_takes_closed_receivers_away_and_adds_none(kind: str, codes: list[str]) -> None:
    identity = replace(of(AT.date()), earlier="000.00.00.G22,2025/05/01,1/A")
    draft = update(identity).with_text("ReceiverList/Receiver/OrganId", "H02")
    assert [one.code for one in found(draft.with_text("Receiver/ReceiverType", kind))] == codes


@pytest.mark.parametrize(("day", "codes"), [("2025/05/01", []), ("2025/07/01", ["HDR-22.closed"])])
def test_a_replaced_document_keeps_the_receivers_of_its_day(day: str, codes: list[str]) -> None:
    draft = replacement(replace(of(AT.date()), earlier=f"000.00.00.G22,{day},1/A"))
    assert [one.code for one in found(draft.with_text("OrganIdList/OrganId", "H02"))] == codes


@pytest.mark.parametrize("text", ["", "30/06/2025", "2025/02/30"])
def test_without_a_day_nothing_is_said_of_codes(text: str) -> None:
    draft = document(of(CLOSED, "H02")).with_text("PromulgationDate", text)
    assert not [one for one in found(draft) if one.code.startswith("HDR-22")]


def test_a_status_is_not_judged_by_codes() -> None:
    assert found(status(replace(of(AT.date()), earlier="H02,2025/07/01,1/QĐ"))) == []


def test_before_2025_no_code_is_closed() -> None:
    assert found(document(of(CLOSED, "H02")), "qcvn102-2022") == []


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], str]:
    def write(content: str) -> str:
        path = tmp_path / "ours.yaml"
        path.write_text(OWN + content, encoding="utf-8")
        return str(path)

    return write


def test_the_nearest_listed_code_decides(own: Callable[[str], str]) -> None:
    profile = own(
        "    agencies: {H02.12: {name: Sở, basis: law}, H41.12: {name: Sở, basis: law, valid_to: 2025-01-01}}\n"
    )
    assert found(document(of(CLOSED, "000.00.12.H02")), profile) == []
    assert [one.code for one in found(document(of(CLOSED, "H41.12.3")), profile)] == ["HDR-22.closed"]
    assert found(document(of(CLOSED, "H41.13")), profile) == []


@pytest.mark.parametrize(("day", "codes"), [(LAST, ["HDR-22.not-yet"]), (CLOSED, [])])
def test_a_code_does_not_hold_before_its_first_day(own: Callable[[str], str], day: date, codes: list[str]) -> None:
    profile = own("    agencies: {H41: {valid_from: 2025-07-01}}\n")
    assert [one.code for one in found(document(of(day)), profile)] == codes


@pytest.mark.parametrize(
    ("life", "day", "codes"),
    [
        ("valid_to: 2025-06-30, replaced_by: '19'", LAST, []),
        ("valid_to: 2025-06-30, replaced_by: '19'", CLOSED, ["HDR-09.not-in-force"]),
        ("valid_from: 2025-07-01", LAST, ["HDR-09.not-in-force"]),
        ("valid_from: 2025-07-01", CLOSED, []),
    ],
)
def test_a_document_type_holds_on_its_days(own: Callable[[str], str], life: str, day: date, codes: list[str]) -> None:
    profile = own(f"    document_type_lives: {{'18': {{{life}}}}}\n")
    findings = found(document(of(day)), profile)
    assert [one.code for one in findings] == codes
    assert all(load_profile(profile).severity(one) is Severity.REMARK for one in findings)
