"""The seal: every way to tamper is named rightly, by the verb's verifier and by the stand-alone one alike."""

import base64
import hashlib
import importlib.util
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from harness.catalogue.errors import ConfigurationError
from harness.journal import read_record
from harness.journal.chain import FIRST, canonical, link
from harness.report import jws, write_reports
from harness.report.html import qr_text
from harness.report.jws import sign
from harness.report.laboratory import Laboratory, LaboratoryIdentity, LaboratoryKey
from harness.report.manifest import manifest_of
from harness.report.recordseal import load_record_seal
from harness.report.sealing import detached_signature, list_unsigned
from harness.report.source import read_report, source_of
from harness.report.verifying import verify
from harness.report.writing import Renderer
from harness.resources import folder
from tests.report.report_runs import RunPlan, build_run, failed_plan, seal_made_up

KEY = LaboratoryKey(ec.generate_private_key(ec.SECP256R1()))
OTHER_KEY = LaboratoryKey(ec.generate_private_key(ec.SECP256R1()))
Tamper = Callable[[Path], object]


def _alone() -> ModuleType:
    specification = importlib.util.spec_from_file_location("alone", folder("reports") / "verify.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


ALONE = _alone()


def sealed_run(directory: Path, plan: RunPlan | None = None, key: LaboratoryKey | None = KEY) -> Path:
    """Build a run with reports and seal it."""
    report = build_run(directory, plan or failed_plan(), key)
    laboratory = Laboratory(LaboratoryIdentity(), key)
    write_reports(directory, report, lang="vi", formats=["html", "junit"], laboratory=laboratory)
    if key is None:
        list_unsigned(directory)
    else:
        seal_made_up(directory, key)
    return directory


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run that the tests copy."""
    return sealed_run(tmp_path_factory.mktemp("pristine") / "run")


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """A copy of a sealed run, to be tampered with."""
    return Path(shutil.copytree(pristine, tmp_path / "run"))


def codes(path: Path, trusted: LaboratoryKey | None = None) -> list[str]:
    """Return the problems that both verifiers find, which must be the same."""
    key = trusted.private.public_key() if trusted else None
    ours = [
        (str(one.code), f"{one.path}, line {one.line}" if one.line else one.path) for one in verify(path, key).problems
    ]
    _, found = ALONE.verify(path, key)
    assert [(code, place) for code, place, _ in found] == ours
    return [f"{code} {place}" for code, place in ours]


# -- ways to tamper


def edit(name: str, old: str, new: str) -> Tamper:
    """Return a way to replace a text in a file."""

    def tamper(run: Path) -> None:
        content = (run / name).read_text(encoding="utf-8")
        assert old in content
        (run / name).write_text(content.replace(old, new, 1), encoding="utf-8")

    return tamper


def events(run: Path) -> list[dict[str, Any]]:
    """Return the events of a journal."""
    return [json.loads(line) for line in (run / "journal.jsonl").read_bytes().splitlines()]


def rewrite(run: Path, listed: list[dict[str, Any]], *, rechain: bool = False) -> None:
    """Write a journal anew; `rechain` gives every event its right number, predecessor and hash."""
    last = FIRST
    for number, event in enumerate(listed if rechain else []):
        event |= {"seq": number, "prev": last}
        last = event["hash"] = link(event)
    (run / "journal.jsonl").write_bytes(b"".join(canonical(event) + b"\n" for event in listed))


def on_events(change: Callable[[list[dict[str, Any]]], object], *, rechain: bool = False) -> Tamper:
    """Return a way to change the list of events."""

    def tamper(run: Path) -> None:
        listed = events(run)
        change(listed)
        rewrite(run, listed, rechain=rechain)

    return tamper


def relabel(listed: list[dict[str, Any]]) -> None:
    """Change what an event says, leaving its hash."""
    listed[4]["data"]["error_code"] = "10"


def relabel_and_rehash(listed: list[dict[str, Any]]) -> None:
    """Change what an event says and give it a hash of its own, which its successor does not know."""
    listed[4]["data"]["error_code"] = "10"
    listed[4]["hash"] = link(listed[4])


def swap(listed: list[dict[str, Any]]) -> None:
    """Exchange two events."""
    listed[3], listed[4] = listed[4], listed[3]


def other_run(run: Path) -> Path:
    """Seal another run beside this one, with the same key."""
    return sealed_run(run.parent / "other", RunPlan(run_id="20261124-090000-ffffff"))


def take_from_other(*names: str) -> Tamper:
    """Return a way to put files of another run into this one."""

    def tamper(run: Path) -> None:
        other = other_run(run)
        for name in names:
            shutil.copy(other / name, run / name)

    return tamper


def change_manifest(change: Callable[[dict[str, Any]], object], key: LaboratoryKey | None = None) -> Tamper:
    """Return a way to edit the manifest, and with a key to sign it anew under the same name."""

    def tamper(run: Path) -> None:
        manifest = json.loads((run / "manifest.json").read_bytes())
        change(manifest)
        content = json.dumps(manifest).encode()
        (run / "manifest.json").write_bytes(content)
        if key is not None:
            (run / "manifest.sig").write_bytes(detached_signature(content, key, manifest["run_id"]))

    return tamper


def edit_and_recompute(run: Path) -> None:
    """Edit a file and reseal without the key, keeping the old signature."""
    signature = (run / "manifest.sig").read_bytes()
    manifest = json.loads((run / "manifest.json").read_bytes())
    edit("run.json", "Alpha", "Gamma")(run)
    list_unsigned(run)
    fresh = json.loads((run / "manifest.json").read_bytes())
    content = json.dumps({**fresh, "signed": True, "key": manifest["key"]}).encode()
    (run / "manifest.json").write_bytes(content)
    (run / "manifest.sig").write_bytes(signature)


def link_in(run: Path) -> None:
    """Put a symbolic link where a file was."""
    (run / "run.json").rename(run.parent / "elsewhere.json")
    (run / "run.json").symlink_to(run.parent / "elsewhere.json")


def blob(run: Path) -> Path:
    """Return a kept body."""
    return next((run / "blobs").iterdir())


def higher_value(run: Path) -> None:
    """Give the signature its other value, which verifies as well."""
    head, _, tail = (run / "manifest.sig").read_bytes().split(b".")
    raw = base64.urlsafe_b64decode(tail + b"==")
    other = jws.ORDER - int.from_bytes(raw[32:])
    (run / "manifest.sig").write_bytes(
        head + b".." + base64.urlsafe_b64encode(raw[:32] + other.to_bytes(32)).rstrip(b"=")
    )


def other_spelling(run: Path) -> None:
    """Set bits of the last base64 sign that stand for nothing."""
    signature = (run / "manifest.sig").read_bytes()
    signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    (run / "manifest.sig").write_bytes(signature[:-1] + signs[signs.index(signature[-1:]) + 1 :][:1])


def seal_record_with(key: LaboratoryKey) -> Tamper:
    """Return a way to seal the record with another key, and the run with the right one."""

    def tamper(run: Path) -> None:
        sealed = load_record_seal(run)
        assert sealed is not None
        (run / "record.jws").write_bytes(sign(sealed.jws.content, key, sealed.run_id))
        manifest = manifest_of(run, read_report(run), read_record(run), key=KEY.public, at=datetime.now(UTC))
        (run / "manifest.json").write_bytes(manifest)
        (run / "manifest.sig").write_bytes(detached_signature(manifest, KEY, sealed.run_id))

    return tamper


def strip_signatures(run: Path) -> None:
    """Make a signed run look like one that nobody signed, keeping the seal of its record."""
    list_unsigned(run)


WAYS: dict[str, tuple[Tamper, str]] = {
    "file edited": (edit("run.json", "Alpha", "Gamma"), "file-edited run.json"),
    "report edited": (edit("report.html", "Không đạt", "Đạt"), "file-edited report.html"),
    "blob edited": (lambda run: blob(run).write_bytes(b"x"), "file-edited blobs/"),
    "blob grown": (lambda run: blob(run).write_bytes(blob(run).read_bytes() + b"x" * 9_000_000), "file-edited blobs/"),
    "file removed": (lambda run: (run / "run.json").unlink(), "file-removed run.json"),
    "blob removed": (lambda run: blob(run).unlink(), "file-removed blobs/"),
    "journal removed": (lambda run: (run / "journal.jsonl").unlink(), "file-removed journal.jsonl"),
    "file added": (lambda run: (run / "notes.txt").write_text("x"), "file-added notes.txt"),
    "blob added": (lambda run: (run / "blobs" / ("0" * 64)).write_text("x"), "file-added blobs/"),
    "file linked": (link_in, "file-added run.json"),
    "event edited": (on_events(relabel), "event-edited journal.jsonl, line 5"),
    "event edited and rehashed": (on_events(relabel_and_rehash), "event-edited journal.jsonl, line 5"),
    "event edited, chain made anew": (on_events(relabel, rechain=True), "event-edited journal.jsonl"),
    "event removed": (on_events(lambda listed: listed.pop(4)), "event-removed journal.jsonl, line 5"),
    "last event removed": (on_events(lambda listed: listed.pop()), "event-removed journal.jsonl, line 20"),
    "event removed, chain made anew": (
        on_events(lambda listed: listed.pop(4), rechain=True),
        "event-removed journal.jsonl, line 20",
    ),
    "event added": (on_events(lambda listed: listed.insert(4, listed[4])), "event-added journal.jsonl, line 6"),
    "event added at the end": (
        on_events(lambda listed: listed.append(dict(listed[-1])), rechain=True),
        "event-added journal.jsonl, line 21",
    ),
    "events moved": (on_events(swap), "event-moved journal.jsonl, line 4"),
    "journal is no journal": (lambda run: (run / "journal.jsonl").write_bytes(b"\xff\x00\n"), "event-edited journal"),
    "journal of another run": (take_from_other("journal.jsonl"), "mixed journal.jsonl"),
    "report of another run": (take_from_other("report.json"), "mixed report.json"),
    "page of another run": (take_from_other("report.html"), "mixed report.html"),
    "manifest and signature of another run": (take_from_other("manifest.json", "manifest.sig"), "mixed "),
    "signature of another run": (take_from_other("manifest.sig"), "mixed manifest.sig"),
    "manifest removed": (lambda run: (run / "manifest.json").unlink(), "manifest-missing manifest.json"),
    "manifest broken": (lambda run: (run / "manifest.json").write_text("{"), "manifest-unreadable manifest.json"),
    "manifest without files": (
        change_manifest(lambda manifest: manifest.pop("evidence")),
        "manifest-unreadable manifest.json",
    ),
    "manifest edited": (
        change_manifest(lambda manifest: manifest.update(sealed="x")),
        "signature-invalid manifest.sig",
    ),
    "edited and computed again": (edit_and_recompute, "signature-invalid manifest.sig"),
    "signature removed": (lambda run: (run / "manifest.sig").unlink(), "signature-missing manifest.sig"),
    "signature broken": (lambda run: (run / "manifest.sig").write_text("a.b.c"), "signature-invalid manifest.sig"),
    "signature empty": (lambda run: (run / "manifest.sig").write_text(""), "signature-invalid manifest.sig"),
    "another key under the old name": (
        lambda run: (run / "manifest.sig").write_bytes(
            detached_signature((run / "manifest.json").read_bytes(), OTHER_KEY, "20261123-101530-a1b2c3")
        ),
        "wrong-key manifest.sig",
    ),
    "signature's other value": (higher_value, "signature-respelled manifest.sig"),
    "signature's other spelling": (other_spelling, "signature-respelled manifest.sig"),
    "blank after the signature": (
        lambda run: (run / "manifest.sig").write_bytes((run / "manifest.sig").read_bytes() + b"\n"),
        "signature-respelled manifest.sig",
    ),
    "record sealed with another key": (seal_record_with(OTHER_KEY), "record-seal-invalid record.jws"),
    "made unsigned": (strip_signatures, "signature-missing manifest.sig"),
    "empty folder": (lambda run: (run / "deep" / "empty").mkdir(parents=True), "folder-empty deep"),
    "verdict in the manifest": (
        change_manifest(lambda manifest: manifest.update(verdict="pass"), KEY),
        "verdict-wrong manifest.json",
    ),
    "digest in the manifest": (
        change_manifest(lambda manifest: manifest["evidence"].update(sha256="0" * 64), KEY),
        "signature-invalid manifest.json",
    ),
}


def test_untouched_seal_holds(run: Path) -> None:
    assert codes(run) == []
    assert codes(run, KEY) == []
    verification = verify(run)
    assert (verification.run_id, verification.verdict) == ("20261123-101530-a1b2c3", "fail")
    assert verification.key == KEY.public.sha256


def test_page_and_qr_code_carry_the_digest_that_the_manifest_seals(run: Path) -> None:
    evidence = json.loads((run / "manifest.json").read_bytes())["evidence"]
    listed = "".join(f"{one['sha256']}  {one['path']}\n" for one in evidence["files"])
    assert hashlib.sha256(listed.encode()).hexdigest() == evidence["sha256"]
    assert f'name="lienthong-evidence" content="{evidence["sha256"]}"' in (run / "report.html").read_text("utf-8")
    renderer = Renderer(source_of(run, read_report(run)), "vi")
    expected = f"lienthong run=20261123-101530-a1b2c3 verdict=fail evidence={evidence['sha256']}"
    assert qr_text(renderer.report("vi")) == expected


@pytest.mark.parametrize("way", WAYS)
def test_tampering_is_named(run: Path, way: str) -> None:
    tamper, expected = WAYS[way]
    tamper(run)
    found = codes(run, KEY)
    assert found[0].startswith(expected), found


def test_every_kind_of_tampering_has_a_code_of_its_own() -> None:
    kinds = {expected.partition(" ")[0] for _, expected in WAYS.values()}
    assert {"file-edited", "file-removed", "file-added", "event-moved", "mixed", "wrong-key"} <= kinds


def test_run_sealed_with_another_key_is_told_from_the_laboratorys(tmp_path: Path) -> None:
    run = sealed_run(tmp_path / "run", key=OTHER_KEY)
    assert codes(run) == []
    assert codes(run, KEY) == ["wrong-key manifest.sig"]


def test_unsigned_run_is_never_taken_for_a_sealed_one(tmp_path: Path) -> None:
    run = sealed_run(tmp_path / "run", key=None)
    assert not (run / "manifest.sig").exists()
    assert json.loads((run / "manifest.json").read_bytes())["signed"] is False
    assert codes(run) == ["unsigned manifest.sig"]
    edit("run.json", "Alpha", "Gamma")(run)
    assert codes(run) == ["file-edited run.json", "unsigned manifest.sig"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda report: report["required"].remove("SND-01"), "incomplete report.json"),
        (lambda report: report["required"].clear(), "incomplete report.json"),
        (lambda report: report.update(requirements=report["requirements"][:5]), "incomplete report.json"),
        (lambda report: report.update(verdict="pass"), "verdict-wrong report.json"),
        (lambda report: report.update(verdict="inconclusive"), "verdict-wrong report.json"),
    ],
    ids=["one left out", "none", "entries cut", "failed as pass", "failed as inconclusive"],
)
def test_verdict_must_follow_from_a_complete_set(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    report = build_run(tmp_path, failed_plan(), KEY)
    report = msgspec.json.decode(msgspec.json.encode(report))
    change(report)
    (tmp_path / "report.json").write_bytes(msgspec.json.encode(report))
    seal_made_up(tmp_path, KEY)
    assert expected in codes(tmp_path)


def test_required_set_is_that_of_the_profile_for_declared_capabilities(tmp_path: Path) -> None:
    """A C requirement left out is only noticed by who has the profile; the stand-alone verifier has levels only."""
    report = build_run(tmp_path, key=KEY)
    report = msgspec.json.decode(msgspec.json.encode(report))
    report["required"].remove("OPS-01")
    (tmp_path / "report.json").write_bytes(msgspec.json.encode(report))
    seal_made_up(tmp_path, KEY)
    assert [(str(one.code), one.detail) for one in verify(tmp_path).problems] == [("incomplete", "OPS-01")]


def test_narrowed_run_is_complete_in_its_own_set(tmp_path: Path) -> None:
    assert codes(sealed_run(tmp_path / "run", RunPlan(only=("SND-01", "HDR-21")))) == []


# -- bundles


def zipped(run: Path, target: Path) -> Path:
    """Pack a run as zip, in a folder of its own."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.rglob("*")):
            archive.write(path, Path(run.name) / path.relative_to(run))
    return target


def tarred(run: Path, target: Path) -> Path:
    """Pack a run as tar.gz, without a folder."""
    with tarfile.open(target, "w:gz") as archive:
        archive.add(run, ".")
    return target


@pytest.mark.parametrize(("pack", "name"), [(zipped, "run.zip"), (tarred, "run.tar.gz")])
def test_bundle_is_checked_like_a_folder(run: Path, pack: Callable[[Path, Path], Path], name: str) -> None:
    assert codes(pack(run, run.parent / name), KEY) == []
    swap_events, expected = WAYS["events moved"]
    swap_events(run)
    assert codes(pack(run, run.parent / f"b-{name}"), KEY) == [expected]


def test_archive_with_doubled_and_climbing_names_is_refused_without_unpacking(run: Path) -> None:
    bundle = zipped(run, run.parent / "run.zip")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("run/../../evil.txt", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("run/run.json", "{}")
    assert codes(bundle) == ["entry-doubled run.json", "file-added ../../evil.txt"]
    assert not (run.parent.parent / "evil.txt").exists()


def test_entries_that_hide_something_are_named_one_by_one(run: Path) -> None:
    bundle = zipped(run, run.parent / "run.zip")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("run/hidden/", b"content of a folder")
        archive.writestr("run/void/", b"")
        archive.writestr("run/locked.txt", "x")
    content = bytearray(bundle.read_bytes())
    place = content.rindex(b"run/locked.txt") - 46  # its entry in the central directory
    content[place + 8] |= 1
    bundle.write_bytes(content)
    assert codes(bundle) == ["folder-with-content hidden", "entry-encrypted locked.txt", "folder-empty hidden",
                             "folder-empty void"]  # fmt: skip


@pytest.mark.parametrize("change", [b"\xff" * 40, b""])
def test_damaged_archive_is_one_sentence(run: Path, change: bytes) -> None:
    bundle = tarred(run, run.parent / "run.tar.gz")
    content = bundle.read_bytes()
    half = len(content) // 2
    bundle.write_bytes(content[:half] + change)
    with pytest.raises(ConfigurationError) as caught:
        verify(bundle)
    assert caught.value.code in {"verify.bad-archive", "verify.no-archive"}


def test_manifest_that_claims_more_than_any_run_is_not_followed(run: Path) -> None:
    change_manifest(lambda manifest: manifest["evidence"]["files"][0].update(size=10**15))(run)
    assert codes(run) == ["manifest-unreadable manifest.json"]


def test_seal_of_an_older_version_is_still_read(tmp_path: Path) -> None:
    """It has no seal of the record, and a signature of either value that says nothing of it."""
    run = tmp_path / "run"
    build_run(run, failed_plan())
    manifest = manifest_of(run, read_report(run), read_record(run), key=KEY.public, at=datetime.now(UTC))
    (run / "manifest.json").write_bytes(manifest)
    header = {"alg": "ES256", "kid": KEY.public.sha256, "lienthong_run": "20261123-101530-a1b2c3"}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    signed = head + b"." + base64.urlsafe_b64encode(manifest).rstrip(b"=")
    r, s = decode_dss_signature(KEY.private.sign(signed, ec.ECDSA(hashes.SHA256())))
    for value in (s, jws.ORDER - s):
        raw = r.to_bytes(32) + value.to_bytes(32)
        (run / "manifest.sig").write_bytes(head + b".." + base64.urlsafe_b64encode(raw).rstrip(b"="))
        assert codes(run, KEY) == []
    assert not verify(run).born


def test_tar_with_a_link_is_refused(run: Path) -> None:
    link_in(run)
    assert codes(tarred(run, run.parent / "run.tar.gz"))[0] == "file-added run.json"


def test_what_is_no_run_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    for path in (tmp_path / "x", tmp_path / "nothing"):
        with pytest.raises(ConfigurationError):
            verify(path)


def test_link_cannot_be_sealed(run: Path) -> None:
    link_in(run)
    with pytest.raises(ConfigurationError) as caught:
        seal_made_up(run, KEY)
    assert caught.value.code == "seal.not-a-file"


def test_standalone_verifier_stays_small_and_needs_only_cryptography() -> None:
    source = (folder("reports") / "verify.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    imports = [line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert {name.partition(".")[0] for name in imports} - sys.stdlib_module_names == {"cryptography"}
