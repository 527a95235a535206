"""What the values of a profile change in what is found in records exports and archival packages."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.catalogue.profiles import Profile
from harness.records.check import check_export
from harness.records.exchanged import Exchanged
from harness.records.holding import open_holding
from harness.records.layouts.tables import read_tables
from harness.vectors.kept.base import base
from harness.vectors.kept.documents import IN, OUT, made
from harness.vectors.kept.exchange import recalling
from harness.vectors.kept.packages import digitised
from harness.vectors.kept.registry import MadeExport
from harness.vectors.kept.scans import scan
from harness.vectors.kept.sip import sip
from tests.catalogue.probes_of_packages import NOW
from tests.catalogue.profile_leaves import GONE, Leaf, Probe, to

_CODES = {
    "retention_codes": "maintenance",
    "confidence_codes": "confidenceLevel",
    "language_codes": "language",
    "mode_codes": "mode",
    "format_codes": "format",
}


def found(profile: Profile, vector: MadeExport) -> object:
    exchanged = Exchanged()
    for name, content in vector.packages.items():
        exchanged.add(content, name, profile.parameters.limits)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in vector.export.items():
            path = Path(folder) / "export" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        report = check_export(Path(folder) / "export", profile, NOW, exchanged if vector.packages else None)
    return [(one.code, one.where, one.expected, one.received) for one in report.findings]


def read(profile: Profile, name: str, content: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(content, encoding="utf-8")
        with open_holding(path, profile.parameters.limits) as holding:
            tables = read_tables(holding, profile.parameters)
    return [(one.kind, one.values) for one in tables.records], tables.unread


def of_columns(profile: Profile, leaf: Leaf) -> object:
    name = str(leaf.path[-1])
    row = {name: {"FullName": "A"}} if leaf.value == "SignerInfo" else {"FileCode": {name: "H41"}}
    return read(profile, "r.json", json.dumps({"Outgoing": [{"Subject": "X", **row}]}))


def of_kinds(profile: Profile, leaf: Leaf) -> object:
    """Look at a record that names its kind, and holds what identifies another kind."""
    telling = "ArrivalNumber" if leaf.path[-2] == "outgoing" else "Subject"
    return read(profile, "r.csv", f"Kind,{telling}\n{leaf.value},1\n")


def of_table(profile: Profile, _: Leaf) -> object:
    return read(profile, "r.csv", "Kind,Subject,To.OrganName\noutgoing,X,A|B\noutgoing,Y,C\n")


def of_lengths(profile: Profile, leaf: Leaf) -> object:
    table = json.dumps({"Outgoing": [{"Subject": "X", str(leaf.path[-2]): "22"}]})
    return found(profile, MadeExport({"r.json": table.encode()}))


def of_type_marks(profile: Profile, leaf: Leaf) -> object:
    return found(profile, MadeExport({"r.csv": f"Kind,CodeNotation\noutgoing,{leaf.value}-UBND\n".encode()}))


def of_letter(profile: Profile, _: Leaf) -> object:
    return found(profile, made(base(NOW).row(OUT, TypeName="")))


def of_permanent(profile: Profile, leaf: Leaf) -> object:
    return found(profile, MadeExport({"r.csv": f"Kind,Maintenance\ndossier,{leaf.value}\n".encode()}))


def of_codes(profile: Profile, leaf: Leaf) -> object:
    return found(profile, sip(NOW).stating(**{_CODES[str(leaf.path[-2])]: str(leaf.value)}).made())


def of_states(profile: Profile, leaf: Leaf) -> object:
    kind = IN if leaf.path[-2] == "cancelled" else OUT
    return found(profile, made(recalling(base(NOW), kind).row(kind, State=str(leaf.value))))


def of_history(profile: Profile, leaf: Leaf) -> object:
    """Look at an export of a document about which one status was sent, with one word in its history."""
    case = base(NOW).row(IN, TraceHeaderList=str(leaf.value))
    status = case.packages["status-03"].replace(b">03<", f">{leaf.path[-2]}<".encode())
    return found(profile, made(case.exchanging(**{"status-03": status, "status-06": None})))


def of_scans(profile: Profile, _: Leaf) -> object:
    return found(profile, digitised(sip(NOW), scan(190)).made())


PROBES: Mapping[str, Probe] = {
    r"parameters\.keeping\.columns\..*": Probe(to(GONE), of_columns),
    r"parameters\.keeping\.kinds\..*": Probe(to(GONE), of_kinds),
    r"parameters\.keeping\.separator": Probe(to("/"), of_table),
    r"parameters\.keeping\.table_bytes": Probe(to(10), of_table),
    r"parameters\.keeping\.rows": Probe(to(1), of_table),
    r"parameters\.keeping\.lengths\..*": Probe(to(1), of_lengths),
    r"parameters\.keeping\.type_marks\..*": Probe(to(GONE), of_type_marks),
    r"parameters\.keeping\.letter": Probe(to("Thư"), of_letter),
    r"parameters\.keeping\.permanent\..*": Probe(to(GONE), of_permanent),
    r"parameters\.keeping\.\w+_codes\..*": Probe(to(GONE), of_codes),
    r"parameters\.keeping\.(cancelled|frozen)\..*": Probe(to(GONE), of_states),
    r"parameters\.keeping\.history_words\..*": Probe(to(GONE), of_history),
    r"parameters\.keeping\.resolution": Probe(to(400), of_scans),
    r"parameters\.keeping\.margin_percent": Probe(to(1), of_scans),
}
