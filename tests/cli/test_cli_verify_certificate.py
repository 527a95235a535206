"""`lienthong verify` of a certificate: what is said and with which status, with and without the register."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness.certificates.certificate_file import certificate_file
from harness.certificates.certificate_record import CertificateRecord, certificate_record
from harness.certificates.eligibility import examine
from harness.certificates.issue import GrantedDecision, issue_entry, made_certificate, next_entry
from harness.certificates.life import LifeAct
from harness.certificates.public_register import register_jws, snapshot_of
from harness.certificates.signed_documents import signed
from tests.certificates.certified_runs import PRODUCT, Authority, make_authority, passed_run
from tests.cli.called import called


def test_a_certificate_is_checked_offline_and_against_the_register(tmp_path: Path) -> None:
    by = make_authority(tmp_path / "authority")
    authority, at = by.authority, datetime.now(UTC) - timedelta(days=1)
    found = examine(passed_run(tmp_path / "a" / "run", by), PRODUCT, authority.keys[0], authority.profiles)
    certificate = made_certificate("LT-2026-0001", found, GrantedDecision("Alpha", "lan", "minh", at, "Đạt"), authority)
    content = signed(certificate, authority.key)
    acts = [signed(issue_entry(certificate, content), authority.key)]
    file, register, key = tmp_path / "c.json", tmp_path / "register.jws", by.folder / "lab.crt"
    for act, reason in ((LifeAct.CONSENT, "thư"), (LifeAct.PUBLISH, "")):
        acts.append(_next(by, content, acts, act, at, reason))
    file.write_bytes(certificate_file(content, acts))
    _snapshot(by, content, acts, register)

    good = called("verify", file, "--key", key, "--register", register)
    assert good.returncode == 0, good.stdout.decode()
    assert "còn hiệu lực" in good.stdout.decode()
    unknown = called("verify", file, "--lang", "en")
    assert unknown.returncode == 4
    assert "NOT KNOWN WHOSE KEY" in unknown.stdout.decode()

    acts.append(_next(by, content, acts, LifeAct.WITHDRAW, at, "Gian dối"))
    _snapshot(by, content, acts, register)
    told = called("verify", file, "--key", key, "--register", register, "--format", "json")
    assert told.returncode == 1
    shape = json.loads(told.stdout)
    assert (shape["state"], shape["registered"], shape["problems"]) == ("withdrawn", True, [])
    file.write_bytes(file.read_bytes().replace(b"Alpha", b"Omega"))
    forged = called("verify", file, "--key", key)
    assert forged.returncode == 1
    assert "content-differs" in forged.stdout.decode()
    assert called("verify", file, "--key", key, "--register", tmp_path / "none").returncode == 2


def _record(by: Authority, content: bytes, acts: list[bytes]) -> CertificateRecord:
    record = certificate_record(content, acts, by.authority.keys)
    assert record is not None
    return record


def _next(by: Authority, content: bytes, acts: list[bytes], act: LifeAct, at: datetime, reason: str) -> bytes:
    life = _record(by, content, acts).life
    assert life is not None
    return signed(next_entry(life, acts[-1], act, at=at, by="minh", reason=reason), by.authority.key)


def _snapshot(by: Authority, content: bytes, acts: list[bytes], path: Path) -> None:
    register = snapshot_of([_record(by, content, acts)], by.authority, datetime.now(UTC))
    path.write_bytes(register_jws(register, by.authority))
