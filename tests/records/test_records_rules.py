"""What no single vector shows: weighing against packages, the order of things, what is asked and what is not."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from harness.catalogue.parameters import DaysOff, WorkCalendar
from harness.catalogue.profiles import load_profile
from harness.journal.recorder import VIETNAM
from harness.records.check import check_export
from harness.records.dates import read_any_day
from harness.records.exchanged import Exchanged
from harness.records.working_days import due, is_working_day, next_working_day, same_working_day
from harness.vectors.kept.base import TABLE, base, recalled, received
from harness.vectors.kept.documents import DOSSIER, IN, OUT, made
from harness.vectors.kept.registry import MadeExport
from harness.vectors.kept.sip import sip
from harness.vectors.packages.base import DocumentIdentity, document, recall
from tests.records.records_rig import AT, PROFILE, codes, exchanged_of, laid_out, report_of

CALENDAR = PROFILE.parameters.calendar


def test_packages_of_another_agency_leave_the_comparison_open(tmp_path: Path) -> None:
    strange = document(DocumentIdentity(number="1", notation="X")).written()
    export = replace(base(AT), packages={"strange": strange})
    assert codes(report_of(made(export), tmp_path / "a")) == ["ARC-03.not-compared"]
    package = replace(sip(AT), packages={"strange": strange})
    assert codes(report_of(package.made(), tmp_path / "b")) == ["ARC-30.not-compared"]


def test_without_packages_nothing_is_compared_and_that_is_said(tmp_path: Path) -> None:
    report = report_of(MadeExport(base(AT).written()), tmp_path)
    assert (codes(report), report.records, report.compared) == ([], 3, 0)
    assert {"ARC-03", "ARC-15", "ARC-16", "ARC-17"} <= set(report.not_asked)
    assert not set(report.asked) & set(report.not_asked)


def test_a_table_alone_says_nothing_of_files_but_its_digests_are_compared(tmp_path: Path) -> None:
    case = base(AT)
    path = laid_out({TABLE: case.written()[TABLE]}, tmp_path) / TABLE
    report = check_export(path, PROFILE, AT, exchanged_of(case.packages))
    assert codes(report) == []
    assert "ARC-19" in report.asked
    altered = case.written()[TABLE].replace(b'"Sha256": "', b'"Sha256": "00')
    path.write_bytes(altered)
    assert codes(check_export(path, PROFILE, AT, exchanged_of(case.packages))) == ["ARC-19.no-original"]


def test_a_record_without_document_id_is_matched_by_its_code(tmp_path: Path) -> None:
    case = base(AT).row(IN, DocumentId=None, Subject="khác").row(OUT, DocumentId="12345", Subject="khác")
    assert codes(report_of(made(case), tmp_path)) == ["ARC-03.differs"]


def test_a_document_of_two_dossiers_may_have_one_ordinal(tmp_path: Path) -> None:
    case = base(AT)
    second = {**case.rows[DOSSIER][0], "FileCode.FileNotation": "02.VP", "DocTotal": "1", "PageTotal": "1"}
    case = case.more(DOSSIER, second)
    written = case.written()[TABLE].decode()
    old = '"FileCode": {\n    "OrganId": "H41",\n    "FileNotation": "01.VP",\n    "FileCatalog": "2026"\n   }'
    assert old in written
    both = f'"FileCode": [{old.partition(": ")[2]}, {old.partition(": ")[2].replace("01.VP", "02.VP")}]'
    files = {**case.written(), TABLE: written.replace(old, both, 1).encode()}
    assert codes(report_of(MadeExport(files, {}), tmp_path)) == []


def test_a_recall_of_a_document_that_was_never_exchanged_is_no_duty(tmp_path: Path) -> None:
    case = base(AT)
    other = replace(received(case.day), number="1")
    report = report_of(made(case.exchanging(recall=recalled(case.day, other))), tmp_path)
    assert "ARC-16" in report.not_asked


@pytest.mark.parametrize(
    ("day", "following"),
    [((2026, 11, 27), (2026, 11, 30)), ((2026, 11, 28), (2026, 11, 30)), ((2026, 11, 30), (2026, 12, 1))],
)
def test_the_next_working_day(day: tuple[int, int, int], following: tuple[int, int, int]) -> None:
    assert next_working_day(date(*day), CALENDAR) == date(*following)


def test_days_off_and_days_that_make_up_for_them_count_by_the_profile() -> None:
    assert next_working_day(date(2025, 1, 24), CALENDAR) == date(2025, 2, 3)  # Tết
    assert next_working_day(date(2026, 4, 24), CALENDAR) == date(2026, 4, 28)  # Hùng Vương on a Sunday
    assert next_working_day(date(2025, 4, 25), CALENDAR) == date(2025, 4, 26)  # a Saturday that makes up for 2 May
    assert next_working_day(date(2025, 4, 29), CALENDAR) == date(2025, 5, 5)
    assert same_working_day(date(2025, 9, 1), CALENDAR) == date(2025, 9, 3)
    assert same_working_day(date(2025, 9, 3), CALENDAR) == date(2025, 9, 3)
    assert is_working_day(date(2026, 1, 10), CALENDAR)
    assert due(date(2025, 1, 24), date(2025, 2, 3), CALENDAR) == "≤ 03/02/2025; Tết Nguyên đán Ất Tỵ"


def test_a_calendar_without_any_working_day_ends() -> None:
    for_ever = WorkCalendar({"x": DaysOff("x", date(2000, 1, 1), date(2100, 1, 1))})
    assert next_working_day(date(2026, 1, 1), for_ever) == date(2026, 3, 2)


def test_a_ministry_edits_the_days_off_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    head = "schema: lienthong.profile/1\nextends: qcvn102-2025\nid: ours\nversion: '1'\ntitle: {vi: a, en: b}\n"
    days = "{2025-tet: null, 2027-tet: {name: Tết Đinh Mùi, first: 2027-02-05, last: 2027-02-11}}"
    path.write_text(f"{head}parameters: {{calendar: {{days_off: {days}}}}}\n", encoding="utf-8")
    ours = load_profile(str(path)).parameters.calendar
    assert next_working_day(date(2025, 1, 24), ours) == date(2025, 1, 27)
    assert next_working_day(date(2027, 2, 4), ours) == date(2027, 2, 12)


def test_what_came_just_before_midnight_may_be_reported_just_after_it(tmp_path: Path) -> None:
    case = base(AT)
    path = laid_out(case.written(), tmp_path / "x")
    for minutes, late in ((59, False), (61, True)):
        exchanged = Exchanged()
        came = datetime.combine(case.day, time(23, 59), VIETNAM)
        exchanged.add(case.packages["received"], "received", PROFILE.parameters.limits, "received", came)
        told_at = came + timedelta(minutes=minutes + 1)
        exchanged.add(case.packages["status-03"], "status", PROFILE.parameters.limits, "sent", told_at)
        assert ("ARC-32.late" in codes(check_export(path, PROFILE, AT, exchanged))) is late


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("15/04/2026", date(2026, 4, 15)),
        ("2026-04-15T08:00:00+07:00", date(2026, 4, 15)),
        ("2026/04/15", date(2026, 4, 15)),
        ("5.4.2026", date(2026, 4, 5)),
        ("31/06/2026", "impossible"),
        ("00/00/0000", "impossible"),
        ("hôm nay", "pattern"),
        ("", "pattern"),
        ("１５/04/2026", "pattern"),
    ],
)
def test_dates_in_every_usual_pattern(text: str, reported: object) -> None:
    assert read_any_day(text) == reported


def test_the_digest_of_a_package_may_be_another_than_sha256(tmp_path: Path) -> None:
    files = sip(AT).made().export
    ead = files["metadata/descriptive/EAD.xml"]
    for algorithm, name, code in (
        ("md5", "MD5", "other-digest"),
        ("sha512", "SHA-512", "other-digest"),
        ("md5", "SHA-1", "digest"),
    ):
        digest = hashlib.new(algorithm, ead).hexdigest()
        own = hashlib.sha256(ead).hexdigest()
        mets = files["METS.xml"].decode().replace(f'{own}" CHECKSUMTYPE="SHA-256"', f'{digest}" CHECKSUMTYPE="{name}"')
        report = report_of(MadeExport({**files, "METS.xml": mets.encode()}), tmp_path / f"{algorithm}{name}")
        assert codes(report) == [f"ARC-25.{code}"]


def test_a_package_in_a_folder_of_another_name_is_remarked_upon(tmp_path: Path) -> None:
    path = laid_out(sip(AT).made().export, tmp_path / "other")
    assert codes(check_export(path, PROFILE, AT)) == ["ARC-24.folder-name"]


def test_many_remarks_do_not_hide_the_failure_behind_them(tmp_path: Path) -> None:
    rows = [{"CodeNumber": str(number), "Description": "x" * 501} for number in range(300)]
    rows += [{"CodeNumber": "9" * 12}]
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"Outgoing": rows}))
    report = check_export(path, PROFILE, AT)
    reported = [one.code for one in report.findings if one.requirement == "ARC-04"]
    assert (reported.count("ARC-04.long-other"), reported.count("ARC-04.long")) == (100, 1)


def test_where_all_that_was_exchanged_is_known_a_document_without_a_record_is_found(tmp_path: Path) -> None:
    case = base(AT)
    path = laid_out(case.without("Outgoing").without("Incoming").without("Dossier").written(), tmp_path / "x")
    exchanged = Exchanged()
    for name in ("status-03", "sent", "received"):
        exchanged.add(
            case.packages[name], name, PROFILE.parameters.limits, "received" if name == "received" else "sent"
        )
    assert "ARC-01.left-out" not in codes(check_export(path, PROFILE, AT, exchanged))
    exchanged.whole = True
    found = codes(check_export(path, PROFILE, AT, exchanged))
    assert {"ARC-01.left-out", "ARC-02.left-out"} <= set(found)
    exchanged.statuses.clear()
    assert "ARC-02.left-out" not in codes(check_export(path, PROFILE, AT, exchanged))


def test_a_recall_by_another_agency_is_no_recall(tmp_path: Path) -> None:
    case = base(AT)
    exchanged = Exchanged()
    limits = PROFILE.parameters.limits
    identity = received(case.day)
    exchanged.add(case.packages["received"], "received", limits, "received")
    foreign = replace(identity, sender=("000.00.00.H37", "Khác"), number="99", earlier=identity.document_id)
    exchanged.add(recall(foreign).written(), "recall", limits, "received")
    path = laid_out(case.written(), tmp_path / "x")
    assert codes(check_export(path, PROFILE, AT, exchanged)) == []
    exchanged.add(recalled(case.day, identity), "recall", limits, "received")
    assert codes(check_export(path, PROFILE, AT, exchanged)) == ["ARC-16.not-cancelled"]


def test_files_of_broken_packages_are_known_without_being_compared() -> None:
    case = base(AT)
    exchanged = Exchanged()
    exchanged.see(case.packages["received"], PROFILE.parameters.limits)
    exchanged.see(b"no package", PROFILE.parameters.limits)
    assert exchanged.seen
    assert not exchanged.documents
