"""What a driver may give as an export: plain files of this machine, or content, within a size limit."""

import base64
import io
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.candidate import BuiltInDriverDeclaration, CommandDriverDeclaration, HttpDriverDeclaration
from harness.catalogue.profiles import load_profile
from harness.engine.handed_export import ExportBounds, ExportUnusable, HandedExport, taken_in
from harness.engine.kept_exports import is_local, wanted
from harness.records.holding import open_content

BOUNDS = ExportBounds(1000, 5)
LIMITS = load_profile().parameters.limits


def taken(result: dict[str, Any], *, local: bool = True) -> HandedExport:
    return taken_in(result, BOUNDS, local=local)


def reason(result: dict[str, Any], *, local: bool = True) -> str:
    with pytest.raises(ExportUnusable) as caught:
        taken(result, local=local)
    return caught.value.reason


def test_a_file_and_content_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "so van ban.csv"
    path.write_bytes(b"Subject\nA\n")
    assert taken({"path": str(path)}) == HandedExport("so van ban.csv", b"Subject\nA\n")
    encoded = base64.b64encode(b"abc").decode()
    assert taken({"content_base64": encoded, "name": "../../a/b.zip"}, local=False) == HandedExport("b.zip", b"abc")


def test_a_driver_elsewhere_has_no_say_in_which_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    assert reason({"path": str(path)}, local=False) == "elsewhere"


def test_links_devices_and_missing_files_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a.csv")
    os.mkfifo(tmp_path / "pipe")
    assert reason({"path": str(tmp_path / "link")}) == "link"
    assert reason({"path": str(tmp_path / "pipe")}) == "link"
    assert reason({"path": "/dev/zero"}) == "link"
    assert reason({"path": str(tmp_path / "none")}) == "missing"
    assert reason({"path": "/etc/\0passwd"}) == "missing"
    assert reason({"path": "a.csv"}) == "relative"


def test_files_that_are_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(1001))
    assert reason({"path": str(tmp_path / "large")}) == "large"
    assert reason({"content_base64": "A" * 1400}) == "large"
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in range(3):
        (folder / str(name)).write_bytes(bytes(400))
    assert reason({"path": str(folder)}) == "large"
    many = tmp_path / "many"
    many.mkdir()
    for name in range(6):
        (many / str(name)).touch()
    assert reason({"path": str(many)}) == "large"


def test_a_folder_becomes_one_and_the_same_zip_and_its_links_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "uuid-1"
    (folder / "metadata").mkdir(parents=True)
    (folder / "METS.xml").write_bytes(b"<mets/>")
    (folder / "metadata" / "EAD.xml").write_bytes(b"<ead/>")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    first, second = taken({"path": str(folder)}), taken({"path": str(folder)})
    assert first == second
    assert first.name == "uuid-1.zip"
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        entries = {info.filename: info for info in archive.infolist()}
        assert set(entries) == {f"uuid-1/{one}" for one in ("METS.xml", "etc", "metadata/EAD.xml", "passwd")}
        assert archive.read("uuid-1/passwd") == b""
    assert stat.S_ISLNK(entries["uuid-1/etc"].external_attr >> 16)
    with open_content(first.name, first.content, LIMITS) as holding:
        assert (holding.folder, sorted(holding.files)) == ("uuid-1", ["METS.xml", "metadata/EAD.xml"])
        assert {flaw.kind for flaw in holding.flaws} == {"link"}


def test_a_folder_that_holds_one_folder_only_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / "out" / "uuid-1").mkdir(parents=True)
    (tmp_path / "out" / "uuid-1" / "METS.xml").write_bytes(b"<mets/>")
    export = taken({"path": str(tmp_path / "out")})
    with open_content(export.name, export.content, LIMITS) as holding:
        assert (holding.folder, list(holding.files)) == ("uuid-1", ["METS.xml"])


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2)


@given(st.dictionaries(st.sampled_from(["path", "content_base64", "name"]), JSON))
def test_any_answer_is_taken_or_refused(result: dict[str, Any]) -> None:
    refused = ""
    try:
        content = taken(result, local=False).content
    except ExportUnusable as error:
        refused = error.reason
    else:
        assert len(content) <= BOUNDS.size
    assert refused in {"", "shape", "base64", "elsewhere"}


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:9000/driver", True),
        ("http://[::1]:9000/", True),
        ("http://localhost/", True),
        ("http://10.0.0.7/driver", False),
        ("http://localhost.example/", False),
    ],
)
def test_only_an_address_of_this_machine_is_local(url: str, local: bool) -> None:
    assert is_local(HttpDriverDeclaration(url)) is local
    assert is_local(CommandDriverDeclaration(("a",)))
    assert is_local(BuiltInDriverDeclaration())


def test_exports_not_declared_or_not_wanted_are_not_requested() -> None:
    both = {"records_export", "archive_sip", "recall"}
    assert wanted({"recall"}, None) == ()
    assert wanted(both, None) == ("records_export", "archive_sip")
    assert wanted(both, ("SND-01",)) == ()
    assert wanted(both, ("ARC-30",)) == ("archive_sip",)
    assert wanted(both, ("ARC-19",)) == ("records_export", "archive_sip")
