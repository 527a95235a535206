"""Sealed runs, and every way to tamper with one, each with the code that both verifiers must give."""

import base64
import importlib.util
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from harness.journal import read_record
from harness.journal.chain import FIRST, canonical, link
from harness.report import write_reports
from harness.report.seal_run import detached_signature, list_unsigned
from harness.resources import folder
from harness.seal import jws
from harness.seal.jws import sign
from harness.seal.laboratory import Laboratory, LaboratoryIdentity, LaboratoryKey
from harness.seal.manifest import manifest_of
from harness.seal.record_seal import load_record_seal
from harness.seal.run_files import read_report
from harness.seal.verification import verify
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


def codes(path: Path, trusted: LaboratoryKey | None = None) -> list[str]:
    """Return the problems that both verifiers find, which must be the same."""
    key = trusted.private.public_key() if trusted else None
    ours = [
        (str(one.code), f"{one.path}, line {one.line}" if one.line else one.path) for one in verify(path, key).problems
    ]
    _, found, _ = ALONE.verify(path, key)
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
