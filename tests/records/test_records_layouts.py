"""One export in every layout gives the same records; a vendor's own names are understood by the profile."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from lxml import etree

from harness.catalogue.profiles import Profile
from harness.records.check import check_export
from harness.records.holding import open_holding
from harness.records.kept import GROUPS, KeptRecord
from harness.records.layouts.tables import Tables, read_tables
from harness.resources import folder
from harness.vectors.kept.base import TABLE, base
from tests.records.records_rig import AT, PROFILE, codes, laid_out

WHOLE: dict[str, Any] = json.loads(base(AT).written()[TABLE])
KINDS = ("Outgoing", "Incoming", "Dossier")


def tables_of(content: bytes, name: str, tmp_path: Path, profile: Profile = PROFILE) -> Tables:
    path = tmp_path / name
    path.write_bytes(content)
    with open_holding(path, profile.parameters.limits) as holding:
        return read_tables(holding, profile.parameters)


def values(records: tuple[KeptRecord, ...]) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    plain = [(one.kind, {name: texts for name, texts in one.values.items() if any(texts)}) for one in records]
    return [(kind, {name: texts for name, texts in held.items() if name != "Kind"}) for kind, held in plain]


def as_xml(whole: Mapping[str, Any]) -> bytes:
    root = etree.Element("Records")
    for kind in KINDS:
        for row in whole[kind]:
            record = etree.SubElement(root, kind)
            for name, value in row.items():
                for each in value if isinstance(value, list) else [value]:
                    element = etree.SubElement(record, name)
                    if isinstance(each, dict):
                        for member, text in each.items():
                            etree.SubElement(element, member).text = text
                    else:
                        element.text = each
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def as_csv(whole: Mapping[str, Any], delimiter: str = ",") -> str:
    rows = []
    for kind in KINDS:
        for row in whole[kind]:
            cells = {"Kind": kind}
            for name, value in row.items():
                if name in GROUPS:
                    listed = value if isinstance(value, list) else [value]
                    members = dict.fromkeys(member for each in listed for member in each)
                    cells |= {f"{name}.{m}": "|".join(each.get(m, "") for each in listed) for m in members}
                else:
                    cells[name] = value
            rows.append(cells)
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


EXPECTED = json.dumps(WHOLE).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.xml", as_xml(WHOLE)),
        ("r.csv", as_csv(WHOLE).encode()),
        ("r.csv", as_csv(WHOLE, ";").encode("utf-8-sig")),
        ("r.tsv", as_csv(WHOLE, "\t").encode("utf-16")),
        ("noname", as_xml(WHOLE)),
        ("r.json", json.dumps([{**row, "Kind": kind} for kind in KINDS for row in WHOLE[kind]]).encode()),
    ],
)
def test_every_layout_gives_the_same_records(name: str, content: bytes, tmp_path: Path) -> None:
    expected = values(tables_of(EXPECTED, "e.json", tmp_path).records)
    assert len(expected) == 3
    assert sorted(values(tables_of(content, name, tmp_path).records), key=str) == sorted(expected, key=str)


def test_the_layout_is_the_schemas() -> None:
    schema = json.loads((folder("profiles") / "schema" / "records.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(WHOLE, schema)
    xsd = etree.XMLSchema(etree.parse(folder("profiles") / "schema" / "records.xsd"))
    xsd.assertValid(etree.fromstring(as_xml(WHOLE)))


def renamed(columns: Mapping[str, str]) -> Profile:
    keeping = msgspec.structs.replace(PROFILE.parameters.keeping, columns=dict(columns))
    parameters = msgspec.structs.replace(PROFILE.parameters, keeping=keeping)
    return msgspec.structs.replace(PROFILE, parameters=parameters)


def test_a_vendors_columns_are_led_to_the_regulations(tmp_path: Path) -> None:
    text = "loai;so;ky_hieu;nguoi_ky\nvăn bản đi;45;QĐ-UBND;Nguyễn Văn A\n"
    columns = {"loai": "Kind", "so": "CodeNumber", "ky_hieu": "CodeNotation", "nguoi_ky": "SignerInfo.FullName"}
    (record,) = tables_of(text.encode(), "r.csv", tmp_path, renamed(columns)).records
    assert (record.kind, record.line) == ("outgoing", 2)
    said = [record.text(name) for name in ("CodeNumber", "CodeNotation", "SignerInfo.FullName")]
    assert said == ["45", "QĐ-UBND", "Nguyễn Văn A"]
    assert tables_of(text.encode(), "r.csv", tmp_path).records == ()


def test_the_misprints_of_the_regulation_are_its_names_too(tmp_path: Path) -> None:
    row = {"CodeNumber": "1", "Signerlnfo": {"FullName": "A"}, "FileCode": {"Organld": "H41", "FileCatalog": 2026}}
    (record,) = tables_of(json.dumps({"Outgoing": [row]}).encode(), "r.json", tmp_path).records
    assert record.text("SignerInfo.FullName") == "A"
    assert record.text("FileCode.OrganId") == "H41"
    assert record.text("FileCode.FileCatalog") == "2026"


def test_a_file_code_may_be_written_in_one_piece(tmp_path: Path) -> None:
    content = json.dumps({"Dossier": [{"Title": "T", "FileCode": "H49.61.2026.01.TCCB"}]}).encode()
    (record,) = tables_of(content, "r.json", tmp_path).records
    assert record.group("FileCode") == ({"OrganId": "H49.61", "FileCatalog": "2026", "FileNotation": "01.TCCB"},)


def test_the_kind_may_come_from_the_file_or_by_what_a_record_holds(tmp_path: Path) -> None:
    assert tables_of(b"Subject\nX\n", "incoming.csv", tmp_path).records[0].kind == "incoming"
    assert tables_of(b"Subject,ArrivalNumber\nX,1\n", "r.csv", tmp_path).records[0].kind == "incoming"
    assert tables_of(b"Title,Maintenance\nX,1\n", "r.csv", tmp_path).records[0].kind == "dossier"


def test_several_tables_in_a_folder_are_one_export(tmp_path: Path) -> None:
    files = {"outgoing.csv": b"CodeNumber,Subject\n1,A\n", "incoming.csv": b"CodeNumber,Subject\n2,B\n"}
    report = check_export(laid_out(files, tmp_path / "x"), PROFILE, AT)
    assert report.records == 2
    assert "ARC-14.unlisted" not in codes(report)
