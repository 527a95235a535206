"""A key on a PKCS#11 token: SoftHSM stands for the card; runs and certificates are signed by it as by any other key."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.pdf.signed_files import plain_pdf
from harness.report.seal_run import signed_report_pdf
from harness.seal.laboratory import HardwareToken, known_laboratory, load_laboratory
from harness.seal.laboratory_folder import create_laboratory
from harness.seal.token_key import TokenKey
from harness.seal.verification import verify
from tests.report.judged_runs import judged_run

pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (extra `pkcs11`)")
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = b"4711-4711"
pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="no SoftHSM is installed (Debian: apt install softhsm2)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laboratory whose key is on a token."""
    place = tmp_path_factory.mktemp("softhsm")
    (place / "tokens").mkdir()
    (place / "softhsm2.conf").write_text(f"directories.tokendir = {place}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(place / "softhsm2.conf")  # the library reads it once, when it is loaded
    words = ["softhsm2-util", "--init-token", "--free", "--label", "thẻ", "--so-pin", "12345678", "--pin", PIN.decode()]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    create_laboratory(
        place / "lab", name="Cục Y", passphrase=PIN, token=HardwareToken(str(MODULE), "thẻ", "niêm phong")
    )
    return place / "lab"


def test_what_opens_no_key_is_said(folder: Path, tmp_path: Path) -> None:
    def refused(pin: bytes | None, before: str = "", after: str = "") -> str:
        other = tmp_path / "other"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(folder, other)
        text = (other / "laboratory.yaml").read_text("utf-8")
        (other / "laboratory.yaml").write_text(text.replace(before, after), "utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_laboratory(other, lambda: pin)
        return caught.value.code

    assert refused(b"9999-9999") == "laboratory.wrong-passphrase"
    assert refused(None) == "laboratory.passphrase-needed"
    assert refused(PIN, "key: niêm phong", "key: khác") == "laboratory.token"
    assert refused(PIN, "token: thẻ", "token: khác") == "laboratory.token"
    assert refused(PIN, str(MODULE), "/không/có.so") == "laboratory.token"
    with pytest.raises(ConfigurationError) as caught:
        create_laboratory(tmp_path / "again", name="Y", passphrase=PIN,
                          token=HardwareToken(str(MODULE), "thẻ", "niêm phong"))  # fmt: skip
    assert caught.value.code == "laboratory.token-key-known"


def test_a_key_on_a_token_seals_and_never_leaves_it(folder: Path, tmp_path: Path) -> None:
    assert not (folder / "lab.key").exists()
    laboratory = load_laboratory(folder, lambda: PIN)
    assert laboratory.key is not None
    assert isinstance(laboratory.key.private, TokenKey)
    judged_run(tmp_path / "run", laboratory)
    signer, _ = known_laboratory(folder)
    assert signer is not None
    assert signer.name == "Cục Y"
    assert verify(tmp_path / "run", signer.key).problems == ()
    assert "token" not in (tmp_path / "run" / "run.json").read_text()
    (signature,) = read_pdf(signed_report_pdf(plain_pdf(("x",)), laboratory.key, datetime.now(UTC))).signatures
    assert signature.problem is None
    with pytest.raises(TypeError, match="never leaves"):
        laboratory.key.private.private_numbers()
