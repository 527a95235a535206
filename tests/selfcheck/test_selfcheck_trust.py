"""What lint knows of the certificates in a profile: the government CA's by their fingerprints, not by their names."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from harness.crypto.chains import published
from harness.crypto.testpki.issuance import CertificateOrder, issue
from harness.selfcheck.trust import TrustNote, not_as_published, trust_notes

HEAD = "schema: lienthong.profile/1\nextends: qcvn102-2025\nid: ours\nversion: '1'\ntitle: {vi: Của bộ, en: Ours}\n"
NAME = "RootCA chuyên dùng Chính phủ G2"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def _root(name: str) -> bytes:
    order = CertificateOrder("root", (("CN", name), ("C", "VN")), "root", NOW, NOW + timedelta(days=9))
    return issue(order, None).certificate.public_bytes(Encoding.DER)


def _notes(folder: Path, der: bytes) -> list[TrustNote]:
    (folder / "root.der").write_bytes(der)
    path = folder / "profile.yaml"
    path.write_text(HEAD + "parameters:\n  signatures:\n    trust_anchors: [root.der]\n", encoding="utf-8")
    return list(trust_notes(str(path)))


def test_a_stranger_under_the_name_of_the_root_is_reported_with_file_and_line(tmp_path: Path) -> None:
    der = _root(NAME)
    (note,) = notes = _notes(tmp_path, der)
    assert note.likeness == "name-only"
    (problem,) = not_as_published(notes)
    assert (problem.code, problem.path, problem.line) == ("not-as-published", tmp_path / "profile.yaml", 8)
    assert problem.parameters["sha256"] == hashlib.sha256(der).hexdigest().upper()
    assert problem.parameters["published"].startswith("F04BA4B4")


def test_another_root_is_only_described(tmp_path: Path) -> None:
    (note,) = notes = _notes(tmp_path, _root("RootCA của Bộ"))
    assert (note.likeness, note.subject) == ("other", "RootCA của Bộ")
    assert list(not_as_published(notes)) == []


@pytest.mark.parametrize(
    ("member", "digits", "likeness"), [("sha256", 64, "published"), ("sha256_begins", 8, "begins-so")]
)
def test_the_published_fingerprint_tells_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str, digits: int, likeness: str
) -> None:
    der = _root("Tên khác")
    known = dict(published.published_certificates())
    digest = hashlib.sha256(der).hexdigest().upper()
    known["root-g2"] = msgspec.structs.replace(known["root-g2"], **{"sha256": "", member: digest[:digits]})
    monkeypatch.setattr(published, "published_certificates", lambda: known)
    (note,) = notes = _notes(tmp_path, der)
    assert note.likeness == likeness
    assert note.crls == ("http://ca.gov.vn/pki/pub/crl/rootcag2.crl",)
    assert list(not_as_published(notes)) == []


def test_fingerprints_are_those_of_sha256_and_each_is_there_once() -> None:
    known = published.published_certificates().values()
    digests = [one.sha256 or one.sha256_begins for one in known]
    assert all(int(digest, 16) >= 0 and digest == digest.upper() for digest in digests)
    assert {len(one.sha256) for one in known if one.sha256} == {64}
    assert len(set(digests)) == len(digests)
    assert all(one.basis == "single" for one in known if not one.sha256)
