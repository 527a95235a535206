"""The laboratory's folder: key, certificate, identity."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from harness.catalogue.errors import ConfigurationError
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.report.identification import Identification
from harness.report.texts import ReportTexts
from harness.seal.laboratory import load_laboratory, read_public_key
from harness.seal.run_files import source_of
from tests.report.report_runs import build_run


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A laboratory's folder as `lienthong pki init` makes it."""
    write_identity(make_laboratory(datetime.now(UTC)), tmp_path)
    return tmp_path


def write_key(folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> None:
    """Replace the laboratory's key."""
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    (folder / "lab.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))


def refused(folder: Path) -> str:
    """Return the code with which a folder is refused."""
    with pytest.raises(ConfigurationError) as caught:
        load_laboratory(folder)
    return caught.value.code


def test_folder_of_the_pki_is_a_laboratory(lab: Path) -> None:
    laboratory = load_laboratory(lab)
    assert laboratory.key is not None
    assert len(laboratory.key.chain) == 1
    assert read_public_key(lab / "lab.crt") == laboratory.key.private.public_key()


def test_key_alone_and_identity_alone_are_enough(lab: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (lab / "lab.crt").unlink()
    bare = load_laboratory(lab).key
    assert bare is not None
    assert bare.chain == ()
    named = tmp_path_factory.mktemp("named")
    (named / "laboratory.yaml").write_text("schema: lienthong.laboratory/1\nname: X\nauthorised: {name: Y}\n")
    laboratory = load_laboratory(named)
    assert laboratory.key is None
    assert laboratory.identity.public()["authorised"] == {"name": "Y", "title": ""}


def test_what_cannot_seal_is_refused(lab: Path) -> None:
    write_key(lab, ec.generate_private_key(ec.SECP256R1()))
    assert refused(lab) == "laboratory.other-certificate"
    write_key(lab, ec.generate_private_key(ec.SECP256R1()), b"password")
    assert refused(lab) == "laboratory.passphrase-needed"
    write_key(lab, ec.generate_private_key(ec.SECP384R1()))
    assert refused(lab) == "laboratory.not-p256"
    write_key(lab, rsa.generate_private_key(65537, 2048))
    assert refused(lab) == "laboratory.not-p256"
    (lab / "lab.key").write_text("x")
    assert refused(lab) == "laboratory.bad-key"
    (lab / "laboratory.yaml").write_text("schema: lienthong.laboratory/1\nnames: X\n")
    assert refused(lab).startswith("yaml.")


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "laboratory.empty"


@pytest.mark.parametrize(
    ("selftest", "said"),
    [
        (None, "carries no result"),
        ({"version": "1.0", "caught": 209, "defects": 210, "current": True}, "209 of 210"),
        ({"version": "1.0", "caught": 209, "defects": 210, "current": False}, "changed since"),
    ],
)
def test_report_says_what_the_tool_itself_can_see(tmp_path: Path, selftest: object, said: str) -> None:
    report = build_run(tmp_path)
    reported = msgspec.structs.replace(report, harness={**report.harness, "selftest": selftest})
    items = Identification(source_of(tmp_path, reported), None, ReportTexts("en")).items((), narrowed=False)
    shown = next(item.value for item in items if item.term == "Self-test of the tool")
    assert said in shown
    assert ("changed since" in shown) == (said == "changed since")
