"""Requirements on a weak basis never give more than a remark."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.records.check import check_export
from harness.vectors.kept.base import KeptCase, base
from harness.vectors.kept.documents import DOSSIER, IN, OUT, made
from harness.vectors.kept.sip import REP, SipCase, sip
from tests.records.records_rig import AT, PROFILE, codes, failing, report_of

PACKAGES: dict[str, Callable[[SipCase], SipCase]] = {
    "type number": lambda case: case.saying(typeName="99"),
    "type of another list": lambda case: case.saying(typeName="16"),
    "language 06": lambda case: case.saying(language="06").stating(language="10"),
    "mode of five levels": lambda case: case.stating(mode="05").saying(mode="04"),
    "risk recovery in words": lambda case: case.stating(riskRecovery="có", riskRecoveryStatus="chưa"),
    "number of paper": lambda case: case.stating(numberOfPaper="nhiều"),
    "no keyword, inforSign, description": lambda case: case.stating(keyword=None, inforSign=None, description=None),
    "keyword, inforSign, description": lambda case: case.stating(keyword="x", inforSign="yes", description="y" * 9000),
    "PREMIS": lambda case: replace(case, besides={"metadata/preservation/PREMIS.xml": b"not xml"}),
    "ordinal": lambda case: case.saying(docOrdinal="-3"),
    "other metadata": lambda case: replace(case, besides={f"{REP}/metadata/descriptive/EAD_pic_1.xml": b"<x"}),
    "profile": lambda case: replace(case, root=f'{case.root} PROFILE="urn:x" TYPE="y"'),
    "mdtype": lambda case: case.edited("METS.xml", 'MDTYPE="OTHER"', 'MDTYPE="EAD"'),
    "mimetype": lambda case: case.edited("METS.xml", '<file ID="F0"', '<file ID="F0" MIMETYPE="x/y"'),
    "case of names": lambda case: replace(case, moved=("metadata/", "Metadata/")),
    "long docId": lambda case: case.saying(docId="x" * 60),
    "another OBJID": lambda case: replace(case, root='OBJID="urn:uuid:1"'),
    "contract": lambda case: replace(case, inside="<altRecordID>x</altRecordID>"),
    "description beside": lambda case: replace(case, besides={"documentation/a.txt": b"x"}),
    "fields in another order": lambda case: replace(case, dossier=dict(reversed(list(case.dossier.items())))),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_not_failed_for_what_is_unsure(name: str, tmp_path: Path) -> None:
    assert failing(report_of(PACKAGES[name](sip(AT)).made(), tmp_path)) == []


def _everywhere(case: KeptCase, **changes: Any) -> KeptCase:
    return case.row(OUT, **changes).row(IN, **changes).row(DOSSIER, **changes)


EXPORTS: dict[str, Callable[[KeptCase], KeptCase]] = {
    "long OrganId": lambda case: _everywhere(case, FileCode__OrganId="H41.12.DN.0000000000001"),
    "date as text": lambda case: case.row(IN, ArrivalDate="ngày 20 tháng 11").row(OUT, DueDate="?"),
    "date with points": lambda case: case.row(IN, ArrivalDate=f"{case.day:%d.%m.%Y} 08:00"),
    "registered late": lambda case: case.row(IN, ArrivalDate=f"{case.day.replace(day=28):%d/%m/%Y}"),
    "urgency": lambda case: case.row(IN, Priority="khẩn"),
    "unknown fields": lambda case: case.row(IN, Whatever="x"),
    "gaps": lambda case: case.row(IN, ArrivalNumber="90000"),
    "notation of the dossier": lambda case: _everywhere(case, FileCode__FileNotation="Hồ sơ A"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_not_failed_for_what_is_unsure(name: str, tmp_path: Path) -> None:
    assert failing(report_of(made(EXPORTS[name](base(AT))), tmp_path)) == []


def test_an_unknown_layout_is_undecided_and_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<vanban><muc><so>1</so></muc></vanban>")
    report = check_export(path, PROFILE, AT)
    assert failing(report) == []
    assert codes(report) == ["ARC-14.not-read"]
