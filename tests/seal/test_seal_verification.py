"""The seal: every way to tamper is named rightly, by the verb's verifier and by the stand-alone one alike."""

import base64
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from harness.catalogue.errors import ConfigurationError
from harness.journal import read_record
from harness.report.html import qr_text
from harness.report.renderers import Renderer
from harness.resources import folder
from harness.seal import jws
from harness.seal.manifest import manifest_of
from harness.seal.run_files import read_report, source_of
from harness.seal.verification import verify
from tests.report.report_runs import RunPlan, build_run, failed_plan, seal_made_up
from tests.report.seal_tampering import KEY, OTHER_KEY, WAYS, change_manifest, codes, edit, link_in, sealed_run


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run that the tests copy."""
    return sealed_run(tmp_path_factory.mktemp("pristine") / "run")


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """A copy of a sealed run, to be tampered with."""
    return Path(shutil.copytree(pristine, tmp_path / "run"))


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


def test_run_sealed_with_another_key_is_distinguished_from_the_laboratorys(tmp_path: Path) -> None:
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
