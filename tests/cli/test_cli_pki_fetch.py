"""`lienthong pki fetch`: from a responder over real sockets into a folder that a profile names, and nothing else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

from harness.catalogue.profiles import load_profile
from harness.cli.pki import command
from harness.crypto.chains.chain import examine_chain
from harness.crypto.chains.revocation import Standing, examine_revocation
from harness.crypto.chains.trust import profile_trust
from harness.crypto.pdf.signed_files import signed_pdf
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder

NOW = datetime.now(UTC)
HEAD = "schema: lienthong.profile/1\nextends: qcvn102-2025\nid: ours\nversion: '1'\ntitle: {vi: Của bộ, en: Ours}\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Pki]:
    with Responder(clock=lambda: NOW) as responder:
        pki = Pki(NOW, responder.url)
        responder.serve(pki)
        yield pki


@pytest.fixture
def ours(tmp_path: Path, served: Pki) -> Path:
    folder = tmp_path / "bo"
    folder.mkdir()
    for name, kind in (("root.pem", "root"), ("issuing.pem", "issuing")):
        (folder / name).write_bytes(served.identity(kind).certificate.public_bytes(Encoding.PEM))
    (folder / "profile.yaml").write_text(
        HEAD + "parameters: {signatures: {trust_anchors: [root.pem], intermediates: [issuing.pem]}}\n", "utf-8"
    )
    return folder


def fetch(folder: Path, *files: Path, options: tuple[str, ...] = ("--allow-private",)) -> Result:
    words = ["fetch", *map(str, files), "--out", str(folder / "revocation"), "--profile", str(folder), *options]
    result = CliRunner().invoke(command, words, standalone_mode=False, env={"LIENTHONG_LANG": "en"})
    assert result.exception is None, result.output
    return result


def test_what_was_gathered_is_what_the_profile_judges_by(ours: Path, served: Pki, tmp_path: Path) -> None:
    signer = tmp_path / "signers.pem"
    kinds = ("agency", "revoked")
    signer.write_bytes(b"".join(served.identity(kind).certificate.public_bytes(Encoding.PEM) for kind in kinds))
    done = fetch(ours, signer)
    assert done.return_value == 0
    names = sorted(path.suffix for path in (ours / "revocation").iterdir())
    assert names == [".crl", ".ocsp", ".ocsp"]
    before = load_profile(str(ours)).sha256
    text = (ours / "profile.yaml").read_text("utf-8")
    more = "parameters: {signatures: {crls: [revocation], ocsp_answers: [revocation], "
    (ours / "profile.yaml").write_text(text.replace("parameters: {signatures: {", more), "utf-8")
    profile = load_profile(str(ours))
    assert profile.sha256 != before
    trust = profile_trust(profile)
    for kind, standing in (("agency", Standing.GOOD), ("revoked", Standing.REVOKED)):
        der = served.identity(kind).certificate.public_bytes(Encoding.DER)
        assert examine_revocation(examine_chain(der, (), trust, NOW), (), trust, NOW).standing is standing


def test_gathering_again_takes_the_place_of_what_was_there(ours: Path, served: Pki, tmp_path: Path) -> None:
    pdf = tmp_path / "letter.pdf"
    pdf.write_bytes(signed_pdf(served.identity("agency"), at=NOW))
    fetch(ours, pdf)
    first = sorted((ours / "revocation").iterdir())
    assert fetch(ours, pdf).return_value == 0
    assert sorted((ours / "revocation").iterdir()) == first


def test_addresses_inside_are_passed_over_unless_they_are_wanted(ours: Path, served: Pki, tmp_path: Path) -> None:
    signer = tmp_path / "agency.der"
    signer.write_bytes(served.identity("agency").certificate.public_bytes(Encoding.DER))
    done = fetch(ours, signer, options=())
    assert done.return_value == 4
    assert "private network" in done.output
    assert not (ours / "revocation").exists()


def test_no_request_is_made_for_a_foreign_certificate(ours: Path, served: Pki, tmp_path: Path) -> None:
    signer = tmp_path / "unlisted.pem"
    signer.write_bytes(served.identity("issuer-missing").certificate.public_bytes(Encoding.PEM))
    done = fetch(ours, signer)
    assert done.return_value == 4
    assert "is not in the profile" in done.output


def test_files_without_signers_are_reported(tmp_path: Path) -> None:
    plain = tmp_path / "a.edxml"
    plain.write_bytes(b"<a/>")
    words = ["fetch", str(plain), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(command, words, standalone_mode=False)
    assert result.return_value == 5


def test_an_empty_folder_is_no_revocation_data(ours: Path) -> None:
    (ours / "revocation").mkdir()
    (ours / "profile.yaml").write_text(HEAD + "parameters: {signatures: {crls: [revocation]}}\n", "utf-8")
    with pytest.raises(Exception, match="no-such-file"):
        load_profile(str(ours))


def test_lint_tells_what_the_certificates_are(ours: Path) -> None:
    from harness.cli.profile import command as profile

    done = CliRunner().invoke(profile, ["lint", str(ours), "--format", "json"], standalone_mode=False)
    rows = json.loads(done.output)["certificates"]
    assert [(row["file"], row["likeness"]) for row in rows] == [("root.pem", "other"), ("issuing.pem", "other")]
    assert done.return_value == 0
