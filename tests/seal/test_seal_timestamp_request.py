"""The time stamp over a seal: asked for when a run is sealed, kept beside the seal, and checked offline."""

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.catalogue.errors import ConfigurationError
from harness.cli.verbs import lienthong
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.report.seal_run import list_unsigned
from harness.resources import folder as data_folder
from harness.seal import timestamp_request as timestamping
from harness.seal.laboratory import load_laboratory
from harness.seal.timestamp import LARGEST_STAMP, NotStamped, TimeStampingAuthority, examine_stamp, read_roots
from harness.seal.timestamp_request import request_stamp
from harness.seal.verification import verify
from tests.report.judged_runs import judged_run
from tests.report.stamping import (
    STAMPED_AT,
    TSA_NAME,
    Answerer,
    answering,
    fixed,
    laboratory_folder,
    renamed,
    roots_file,
    stamp_over,
    with_certificate,
    wrongly,
)

INVALID = ["time-stamp-invalid manifest.tsr"]


@pytest.fixture(scope="module")
def responder() -> Iterator[Responder]:
    """The time stamping authority of the test PKI, whose clock is stalled."""
    with Responder(clock=lambda: STAMPED_AT) as responder:
        responder.serve(Pki(STAMPED_AT, responder.url))
        yield responder


@pytest.fixture(scope="module")
def pki(responder: Responder) -> Pki:
    """The PKI that it serves."""
    assert responder.pki is not None
    return responder.pki


@pytest.fixture(scope="module")
def authority(responder: Responder, pki: Pki) -> TimeStampingAuthority:
    """How it is asked."""
    return TimeStampingAuthority(f"{responder.url}/tsa", (pki.identity("root").certificate,))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, pki: Pki, responder: Responder) -> Path:
    """A laboratory whose authority answers."""
    return laboratory_folder(tmp_path_factory.mktemp("labs") / "lab", pki, f"{responder.url}/tsa")


@pytest.fixture
def deaf(tmp_path: Path, lab: Path, responder: Responder) -> Path:
    """The same laboratory, its authority out of reach."""
    folder = Path(shutil.copytree(lab, tmp_path / "deaf"))
    with answering(fixed(200, b"")) as gone:
        pass
    text = (folder / "laboratory.yaml").read_text("utf-8")
    (folder / "laboratory.yaml").write_text(text.replace(f"{responder.url}/tsa", gone), "utf-8")
    return folder


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, lab: Path) -> Path:
    """A stamped run that the tests copy."""
    run = tmp_path_factory.mktemp("pristine") / "run"
    assert judged_run(run, load_laboratory(lab)).unstamped is None
    return run


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """A copy of a stamped run, to be tampered with."""
    return Path(shutil.copytree(pristine, tmp_path / "run"))


def call(*words: object, laboratory: Path | str = "", lang: str = "en") -> Result:
    """Call the command line, with a laboratory configured or none."""
    env = {"LIENTHONG_LANG": lang, "LIENTHONG_LABORATORY": str(laboratory)}
    return CliRunner().invoke(lienthong, [str(word) for word in words], env=env, standalone_mode=False)


def found(run: Path, authority: TimeStampingAuthority | None = None) -> list[str]:
    """Return what is wrong with a seal."""
    problems = verify(run, None, authority.roots if authority else None).problems
    return [f"{one.code} {one.path}" for one in problems]


def alone(run: Path) -> subprocess.CompletedProcess[str]:
    """Check a seal with the stand-alone verifier."""
    command = [sys.executable, str(data_folder("reports") / "verify.py"), str(run), "--any-key"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


# -- a stamp that is good


def test_sealed_run_is_stamped_over_its_signature(run: Path, authority: TimeStampingAuthority) -> None:
    assert "manifest.tsr" not in (run / "manifest.json").read_text("utf-8")
    assert found(run, authority) == []
    stamp = verify(run, None, authority.roots).time_stamp
    assert stamp is not None
    assert (stamp.at, stamp.authority, stamp.trusted) == (STAMPED_AT, TSA_NAME, True)
    unchecked = examine_stamp((run / "manifest.tsr").read_bytes(), (run / "manifest.sig").read_bytes(), None)
    assert unchecked == replace(stamp, trusted=None)


def test_verify_says_when_by_whom_and_whether_that_was_checked(run: Path, lab: Path, pki: Pki, tmp_path: Path) -> None:
    at_home = call("verify", run, laboratory=lab)
    assert at_home.return_value == 0
    line = f'Time stamp: 23/11/2026 10:30:00 (Vietnam time), by "{TSA_NAME}"'
    assert f"{line}; its chain ends at a known root." in at_home.stdout
    elsewhere = call("verify", run, "--any-key")
    assert elsewhere.return_value == 0
    assert f"{line}; THE AUTHORITY WAS NOT CHECKED" in elsewhere.stdout
    roots = roots_file(pki, tmp_path / "roots.pem", "root", "issuing")
    named = call("verify", run, "--any-key", "--tsa-roots", roots, lang="vi")
    assert "Dấu thời gian: 23/11/2026 10:30:00 (giờ Việt Nam)" in named.stdout
    assert "tới được gốc đã biết" in named.stdout
    shape = json.loads(call("verify", run, "--format", "json", laboratory=lab).stdout)
    assert shape["time_stamp"] == {"at": "2026-11-23T10:30:00+07:00", "authority": TSA_NAME, "trusted": True}
    assert json.loads(call("verify", run, "--format", "json").stdout)["time_stamp"]["trusted"] is None


def test_packed_run_keeps_its_stamp(run: Path, authority: TimeStampingAuthority) -> None:
    bundle = run.parent / "run.zip"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.rglob("*")):
            archive.write(path, path.relative_to(run))
    assert found(bundle, authority) == []


def test_standalone_verifier_says_that_it_cannot_check_the_stamp(run: Path) -> None:
    done = alone(run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\ntime stamp: not checked (manifest.tsr can be anything)" in done.stdout
    (run / "manifest.tsr").unlink()
    assert "time stamp" not in alone(run).stdout


def test_seal_made_again_is_stamped_again(run: Path, lab: Path, authority: TimeStampingAuthority) -> None:
    stamps = {(run / "manifest.tsr").read_bytes()}
    for words in (("report", run, "--lang", "vi"), ("judge", run)):
        done = call(*words, laboratory=lab)
        assert done.exception is None
        assert "WITHOUT" not in done.stderr
        stamps.add((run / "manifest.tsr").read_bytes())
    assert len(stamps) == 3
    assert found(run, authority) == []


def test_without_an_authority_nothing_changes(tmp_path: Path, lab: Path) -> None:
    run = tmp_path / "run"
    certification = judged_run(run, replace(load_laboratory(lab), tsa=None))
    assert certification.unstamped is None
    assert not (run / "manifest.tsr").exists()
    assert verify(run).time_stamp is None
    assert "time stamp" not in call("verify", run, "--any-key").stdout.lower()
    assert json.loads(call("verify", run, "--format", "json").stdout)["time_stamp"] is None
    assert "The seal has no time stamp." in call("verify", run, laboratory=lab).stdout


def test_the_address_of_the_authority_is_not_in_the_run(lab: Path, responder: Responder, run: Path) -> None:
    assert "tsa" not in load_laboratory(lab).identity.public()
    others = [path for path in run.rglob("*") if path.is_file() and path.name != "manifest.tsr"]
    assert [path for path in others if responder.url.encode() in path.read_bytes()] == []


# -- a stamp that is not


def flipped(content: bytes, place: int) -> bytes:
    """Return bytes of which one is another."""
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("known", [True, False], ids=["roots known", "roots unknown"])
def test_stamp_of_another_seal_is_reported(run: Path, lab: Path, authority: TimeStampingAuthority, known: bool) -> None:
    judged_run(run.parent / "other", load_laboratory(lab))
    shutil.copy(run.parent / "other" / "manifest.tsr", run / "manifest.tsr")
    assert found(run, authority if known else None) == INVALID
    assert verify(run).time_stamp is None
    result = call("verify", run, laboratory=lab if known else "")
    assert result.return_value == 1
    assert "time-stamp-invalid: manifest.tsr: the time stamp is not over this seal" in result.stdout


@pytest.mark.parametrize("known", [True, False], ids=["roots known", "roots unknown"])
def test_altered_stamp_is_reported(run: Path, authority: TimeStampingAuthority, known: bool) -> None:
    content = (run / "manifest.tsr").read_bytes()
    for changed in (
        flipped(content, content.index(b"20261123033000Z") + 10),
        flipped(content, len(content) - 1),
        content[:-1],
        content[: len(content) // 2],
        content + b"x",
        b"",
        b"<html>",
        content + b"\0" * LARGEST_STAMP,
    ):
        (run / "manifest.tsr").write_bytes(changed)
        assert found(run, authority if known else None) == INVALID
    assert alone(run).returncode == 0


def test_stamp_that_leads_to_no_known_root_is_reported(run: Path, pki: Pki, tmp_path: Path) -> None:
    roots = roots_file(pki, tmp_path / "roots.pem", "stranger")
    result = call("verify", run, "--any-key", "--tsa-roots", roots)
    assert result.return_value == 1
    assert f"does not lead to a known root ({TSA_NAME})" in result.stdout
    shape = json.loads(call("verify", run, "--any-key", "--tsa-roots", roots, "--format", "json").stdout)
    assert shape["time_stamp"]["trusted"] is False
    assert [problem["code"] for problem in shape["problems"]] == ["time-stamp-invalid"]


def test_roots_of_the_laboratory_here_bind_its_own_runs_only(run: Path, lab: Path, pki: Pki, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(lab, tmp_path / "changed"))
    roots_file(pki, changed / "tsa-roots.pem", "stranger")
    assert call("verify", run, laboratory=changed).return_value == 1
    other = laboratory_folder(tmp_path / "other", pki, "http://127.0.0.1/")
    roots_file(pki, other / "tsa-roots.pem", "stranger")
    result = call("verify", run, "--any-key", laboratory=other)
    assert result.return_value == 0
    assert "THE AUTHORITY WAS NOT CHECKED" in result.stdout


def test_stamp_without_a_signature_is_reported_by_both_verifiers(run: Path) -> None:
    (run / "manifest.sig").unlink()
    assert found(run) == ["signature-missing manifest.sig", *INVALID]
    assert alone(run).stdout.splitlines() == ["signature-missing: manifest.sig: ", "time-stamp-invalid: manifest.tsr: "]


def test_list_without_a_signature_has_no_stamp(run: Path) -> None:
    list_unsigned(run)
    assert not (run / "manifest.tsr").exists()


def test_certificate_must_have_been_valid_at_the_time_of_the_stamp(pki: Pki) -> None:
    roots = (pki.identity("root").certificate,)
    for at, trusted in ((STAMPED_AT - timedelta(days=365 * 6), False), (STAMPED_AT - timedelta(days=365), True)):
        stamp = examine_stamp(stamp_over(b"seal", pki, "tsa", at), b"seal", roots)
        assert stamp is not None
        assert stamp.trusted is trusted


def test_certificate_for_another_purpose_stamps_nothing(pki: Pki) -> None:
    stamp = stamp_over(b"seal", pki, "agency", STAMPED_AT)
    assert examine_stamp(stamp, b"seal", (pki.identity("root").certificate,)) is None
    assert examine_stamp(stamp, b"seal", None) is None


def test_second_certificate_cannot_lend_the_stamp_another_name(pki: Pki) -> None:
    stamp, genuine = stamp_over(b"seal", pki, "tsa", STAMPED_AT), pki.identity("tsa").certificate
    assert examine_stamp(stamp, b"seal", None) is not None
    forged = with_certificate(stamp, renamed(genuine, "Ban Cơ yếu Chính phủ"))
    for roots in ((pki.identity("root").certificate,), None):
        assert examine_stamp(forged, b"seal", roots) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_no_stamp(content: bytes) -> None:
    assert examine_stamp(content, b"seal", None) is None


@settings(max_examples=150)
@given(st.data())
def test_damaged_stamp_never_breaks_the_reader(
    pristine: Path, authority: TimeStampingAuthority, data: st.DataObject
) -> None:
    content, sealed = (pristine / "manifest.tsr").read_bytes(), (pristine / "manifest.sig").read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + data.draw(st.binary(max_size=4)) + content[place + data.draw(st.integers(0, 4)) :]
    for roots in (authority.roots, None):
        stamp = examine_stamp(damaged, sealed, roots)
        assert stamp is None or stamp.at == STAMPED_AT


# -- an authority that gives none

REJECTED = bytes.fromhex("30053003020102")
ANSWERS: dict[str, tuple[Callable[[Pki], Answerer], str]] = {
    "html": (lambda _: fixed(200, b"<html>hello</html>"), "unreadable"),
    "nothing": (lambda _: fixed(200, b""), "unreadable"),
    "500": (lambda _: fixed(500, b"x"), "status"),
    "redirect": (lambda _: fixed(302, b""), "status"),
    "too long": (lambda _: fixed(200, b"\x30" * (LARGEST_STAMP + 1)), "too-large"),
    "rejected": (lambda _: fixed(200, REJECTED), "refused"),
    "another hash": (lambda pki: wrongly(pki, "another hash"), "other"),
    "another nonce": (lambda pki: wrongly(pki, "another nonce"), "other"),
    "stranger": (lambda pki: wrongly(pki, "stranger"), "untrusted"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_wrong_answer_leaves_the_run_sealed_without_a_stamp(kind: str, pki: Pki, run: Path, lab: Path) -> None:
    make, reason = ANSWERS[kind]
    laboratory = load_laboratory(lab)
    assert laboratory.tsa is not None
    with answering(make(pki)) as url:
        tsa = replace(laboratory.tsa, url=url)
        certification = judged_run(run.parent / "fresh", replace(laboratory, tsa=tsa))
    assert certification.unstamped is not None
    assert certification.unstamped.reason == reason
    assert not (run.parent / "fresh" / "manifest.tsr").exists()
    assert found(run.parent / "fresh", tsa) == []


def test_slow_answer_is_not_waited_for(authority: TimeStampingAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamping, "_PATIENCE", 0.3)
    done = threading.Event()

    def late(_: bytes) -> tuple[int, str, bytes]:
        done.wait(20)
        return 200, "text/plain", b""

    with answering(late) as url:
        with pytest.raises(NotStamped) as caught:
            request_stamp(b"seal", replace(authority, url=url))
        done.set()
    assert (caught.value.reason, caught.value.detail) == ("slow", "0.3")


@pytest.mark.parametrize("verb", ["judge", "report"])
def test_authority_out_of_reach_leaves_no_older_stamp_and_is_said(verb: str, run: Path, deaf: Path) -> None:
    done = call(verb, run, "--lang", "vi", laboratory=deaf)
    assert "Lần chạy được niêm phong nhưng KHÔNG có dấu thời gian: không kết nối được" in done.stderr
    assert done.stderr.count("dấu thời gian:") == 1
    assert not (run / "manifest.tsr").exists()
    assert found(run) == []


# -- the laboratory's file


@pytest.mark.parametrize(
    ("tsa", "code"),
    [
        ('{url: "ftp://x/", roots: tsa-roots.pem}', "tsa.bad-url"),
        ('{url: "http:///tsa", roots: tsa-roots.pem}', "tsa.bad-url"),
        ('{url: "http://x:99999/", roots: tsa-roots.pem}', "tsa.bad-url"),
        ('{url: "http://x/", roots: none.pem}', "tsa.bad-roots"),
        ('{url: "http://x/", roots: laboratory.yaml}', "tsa.bad-roots"),
        ('{url: "http://x/", roots: leaf.pem}', "tsa.no-root"),
        ('{url: "http://x/"}', "yaml.missing-key"),
        ('{url: "http://x/", root: x}', "yaml.unknown-key"),
    ],
)
def test_wrong_entry_is_one_sentence_with_file_and_line(tmp_path: Path, pki: Pki, tsa: str, code: str) -> None:
    roots_file(pki, tmp_path / "leaf.pem", "issuing")
    roots_file(pki, tmp_path / "tsa-roots.pem", "root")
    path = tmp_path / "laboratory.yaml"
    path.write_text(f"schema: lienthong.laboratory/1\nname: X\ntsa: {tsa}\n", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_laboratory(tmp_path)
    assert (caught.value.code, caught.value.path, caught.value.line) == (code, path, 3)


def test_named_roots_that_are_none_are_refused(run: Path, tmp_path: Path) -> None:
    result = call("verify", run, "--tsa-roots", tmp_path / "none.pem")
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.code == "tsa.bad-roots"
    with pytest.raises(ConfigurationError):
        read_roots(run)
