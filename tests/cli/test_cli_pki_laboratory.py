"""A laboratory in its own name, its key encrypted: made, used, and named by `verify`."""

import json
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.seal.laboratory import known_laboratory, load_laboratory
from tests.cli.called import called
from tests.report.judged_runs import judged_run

NAME = "Trung tâm Thử nghiệm và Chứng nhận phần mềm quản lý văn bản và hồ sơ công việc"
PASSPHRASE = "mật khẩu của khóa"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(PASSPHRASE + "\n", encoding="utf-8")
    words = ("pki", "laboratory", tmp_path / "lab", "--name", NAME, "--passphrase-file", tmp_path / "secret")
    assert called(*words).returncode == 0
    return tmp_path / "lab"


def test_an_encrypted_key_opens_by_its_passphrase_alone(folder: Path) -> None:
    assert b"ENCRYPTED" in (folder / "lab.key").read_bytes()
    assert (folder / "lab.key").stat().st_mode & 0o077 == 0
    for given, code in ((None, "passphrase-needed"), (b"khac mat khau", "wrong-passphrase")):
        with pytest.raises(ConfigurationError) as caught:
            load_laboratory(folder, lambda given=given: given)  # type: ignore[misc]
        assert caught.value.code == f"laboratory.{code}"
    opened = load_laboratory(folder, PASSPHRASE.encode)
    assert opened.key is not None
    signer, _ = known_laboratory(folder)  # nobody is asked
    assert signer is not None
    assert (signer.name, signer.key) == (NAME, opened.key.private.public_key())


def test_verify_says_who_signed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged_run(tmp_path / "run", load_laboratory(folder, PASSPHRASE.encode))
    known = called("verify", tmp_path / "run", "--no-judging", "--key", folder / "lab.crt")
    assert f"«{NAME}»" in known.stdout.decode()
    told = json.loads(called("verify", tmp_path / "run", "--no-judging", "--any-key", "--format", "json").stdout)
    assert told["signer"]["known"] is False
    monkeypatch.setenv("LIENTHONG_LABORATORY", str(folder))  # its key stays closed
    own = called("verify", tmp_path / "run", "--no-judging")
    assert f"«{NAME}»" in own.stdout.decode()
    refused = called("judge", tmp_path / "run")
    assert refused.returncode == 2
    assert "LIENTHONG_LABORATORY_PASSPHRASE_FILE" in refused.stderr.decode()
    monkeypatch.setenv("LIENTHONG_LABORATORY_PASSPHRASE_FILE", str(tmp_path / "secret"))
    assert called("judge", tmp_path / "run").returncode != 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--name", " ", "--no-passphrase"), "laboratory.name"),
        (("--name", "X", "--no-passphrase", "--register", "ftp://x"), "laboratory.register"),
        (("--name", "X"), "laboratory.no-terminal"),
    ],
)
def test_what_makes_no_laboratory_is_refused(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    from harness.catalogue.texts import text

    done = called("pki", "laboratory", tmp_path / "lab", *words)
    assert done.returncode == 2
    assert text("errors", code, "vi").partition("{")[0] in done.stderr.decode()
    assert not (tmp_path / "lab" / "lab.key").exists()
