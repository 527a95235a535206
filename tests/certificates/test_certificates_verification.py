"""Checking a certificate: file and PDF, forged in every way, and compared with the register."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from harness.catalogue.errors import ConfigurationError
from harness.certificates.certificate_file import certificate_file
from harness.certificates.certificate_pdf import certificate_pdf, sign_pdf
from harness.certificates.certificate_record import CertificateFlaw, CertificateRecord, certificate_record
from harness.certificates.document import StatedOpinion
from harness.certificates.eligibility import examine
from harness.certificates.issue import GrantedDecision, issue_entry, made_certificate, next_entry
from harness.certificates.life import LifeAct, LifeState
from harness.certificates.public_register import (
    found,
    register_atom,
    register_csv,
    register_jws,
    snapshot_of,
)
from harness.certificates.signed_documents import signed
from harness.certificates.verification import CertificateVerification, verify_certificate
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.pdf.signed_files import plain_pdf
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.report.pdf import PdfUnavailable
from tests.certificates.archival_rules import broken_rules
from tests.certificates.certified_runs import NOW, PRODUCT, Authority, make_authority, passed_run
from tests.report.stamping import answering, fixed, roots_file

NUMBER = "LT-2026-0001"
HOSTILE = '=HYPERLINK("http://x","y")</text><script>alert(1)</script>'


@dataclass
class Issued:
    """An issued certificate, and the acts on it since."""

    by: Authority
    run: Path
    content: bytes
    acts: list[bytes]

    @property
    def record(self) -> CertificateRecord:
        read = certificate_record(self.content, self.acts, self.by.authority.keys)
        assert read is not None
        return read

    def act(self, act: LifeAct, days: float, reason: str = "", detail: str = "") -> "Issued":
        life = self.record.life
        assert life is not None
        at = NOW + timedelta(days=days)
        entry = next_entry(life, self.acts[-1], act, at=at, by="minh", reason=reason, detail=detail)
        return Issued(self.by, self.run, self.content, [*self.acts, signed(entry, self.by.authority.key)])

    @property
    def file(self) -> bytes:
        return certificate_file(self.content, self.acts)

    def snapshot(self, days: float) -> bytes:
        authority = self.by.authority
        return register_jws(snapshot_of([self.record], authority, NOW + timedelta(days=days)), authority)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    folder = tmp_path_factory.mktemp("certificates")
    by = make_authority(folder / "authority")
    run = passed_run(folder / "a" / "run", by)
    authority = by.authority
    opinions = (StatedOpinion(author="lan", at="2026-11-30T09:00:00+07:00", text="Nên thử thêm với tệp lớn."),)
    decision = GrantedDecision(HOSTILE, "Trần Thị Lan", "Lê Văn Minh", NOW, "Đạt mọi yêu cầu.", "Báo trước.", opinions)
    certificate = made_certificate(NUMBER, examine(run, PRODUCT, authority.keys[0], authority.profiles), decision,
                                   authority)  # fmt: skip
    content = signed(certificate, authority.key)
    return Issued(by, run, content, [signed(issue_entry(certificate, content), authority.key)])


@pytest.fixture(scope="module")
def published(issued: Issued) -> Issued:
    return issued.act(LifeAct.CONSENT, 1, "Công văn 12/ALPHA").act(LifeAct.PUBLISH, 2)


def checked(one: Issued, content: bytes, snapshot: bytes | None = None, days: float = 3) -> CertificateVerification:
    return verify_certificate(content, one.by.authority.keys, NOW + timedelta(days=days), snapshot)


def test_a_genuine_certificate_shows_its_holder_and_its_state(published: Issued) -> None:
    known = checked(published, published.file)
    assert (known.problems, known.state, known.known) == ((), LifeState.ACTIVE, True)
    assert known.signer == "Cục Thử nghiệm và Chứng nhận"
    unknown = verify_certificate(published.file, (), NOW)
    assert (unknown.problems, unknown.known) == ((), False)
    assert checked(published, published.file, days=4000).state is LifeState.EXPIRED


def test_the_state_in_the_register_replaces_the_state_in_the_file(published: Issued) -> None:
    suspended = published.act(LifeAct.SUSPEND, 10, "Khiếu nại của cơ quan X.")
    now = checked(published, published.file, suspended.snapshot(11), days=12)
    assert (now.problems, now.state, now.registered) == ((), LifeState.SUSPENDED, True)
    assert now.since == "2026-12-10T10:00:00+07:00"
    older = checked(published, suspended.file, published.snapshot(3), days=12)
    assert (older.problems, older.state) == ((), LifeState.SUSPENDED)


def _said_otherwise(file: bytes) -> bytes:
    return file.replace(b'"version": "3.2"', b'"version": "9.9"')


def _no_life(file: bytes) -> bytes:
    content = msgspec.json.decode(file)
    content["life"] = []
    return msgspec.json.encode(content)


def _cut_middle(file: bytes) -> bytes:
    content = msgspec.json.decode(file)
    del content["life"][1]
    return msgspec.json.encode(content)


def _resigned(file: bytes) -> bytes:
    content = msgspec.json.decode(file)
    content["signed"] = content["signed"][:-8] + "AAAAAAAA"
    return msgspec.json.encode(content)


def _act_for_certificate(file: bytes) -> bytes:
    content = msgspec.json.decode(file)
    content["signed"] = content["life"][0]
    return msgspec.json.encode(content)


@pytest.mark.parametrize(
    ("forge", "problem"),
    [
        (_said_otherwise, CertificateFlaw.CONTENT_DIFFERS),
        (_no_life, CertificateFlaw.LIFE_MISSING),
        (_cut_middle, CertificateFlaw.LIFE_BROKEN),
        (_resigned, CertificateFlaw.NOT_SIGNED),
        (_act_for_certificate, CertificateFlaw.UNREADABLE),
        (lambda file: file[:-40], CertificateFlaw.UNREADABLE),
        (lambda file: b"{}", CertificateFlaw.UNREADABLE),
    ],
)
def test_every_forgery_of_a_file_is_reported(
    published: Issued, forge: Callable[[bytes], bytes], problem: CertificateFlaw
) -> None:
    assert problem in checked(published, forge(published.file)).problems


def test_a_certificate_signed_with_another_key_is_refused(published: Issued, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other").authority
    content = signed(published.record.certificate.content, other.key)
    acts = [signed(issue_entry(published.record.certificate.content, content), other.key)]
    assert CertificateFlaw.NOT_SIGNED in checked(published, certificate_file(content, acts)).problems
    foreign = register_jws(snapshot_of([published.record], other, NOW), other)
    assert checked(published, published.file, foreign).problems == (CertificateFlaw.SNAPSHOT_FORGED,)


def test_a_difference_from_the_register_is_reported(issued: Issued, published: Issued) -> None:
    assert checked(issued, issued.file, issued.snapshot(3)).problems == (CertificateFlaw.NOT_LISTED,)  # not published
    suspended, withdrawn = published.act(LifeAct.SUSPEND, 5, "a"), published.act(LifeAct.WITHDRAW, 5, "b")
    assert checked(published, suspended.file, withdrawn.snapshot(6)).problems == (CertificateFlaw.OTHER_LIFE,)
    content = msgspec.structs.replace(published.record.certificate.content, holder="Công ty Beta")
    again = signed(content, published.by.authority.key)
    twin = certificate_file(again, [signed(issue_entry(content, again), published.by.authority.key)])
    assert checked(published, twin, published.snapshot(3)).problems == (CertificateFlaw.OTHER_CERTIFICATE,)


@pytest.mark.parametrize(
    ("acts", "refusal"),
    [
        (("suspend", "suspend"), "certificate.step-suspended"),
        (("reinstate",), "certificate.step-active"),
        (("withdraw", "reinstate"), "certificate.step-withdrawn"),
        (("replace", "withdraw"), "certificate.step-replaced"),
        (("publish",), "certificate.published"),
        (("consent",), "certificate.consented"),
    ],
)
def test_steps_that_are_not_permitted_are_refused(published: Issued, acts: tuple[str, ...], refusal: str) -> None:
    one = published
    for number, act in enumerate(acts[:-1]):
        one = one.act(LifeAct(act), 5 + number, "lý do", "LT-2026-0002")
    with pytest.raises(ConfigurationError) as caught:
        one.act(LifeAct(acts[-1]), 9, "lý do", "LT-2026-0002")
    assert caught.value.code == refusal
    assert one.record.problems == ()


def test_a_step_needs_a_reason_consent_and_time(issued: Issued, published: Issued) -> None:
    for one, act, days, refusal in (
        (issued, LifeAct.PUBLISH, 1, "certificate.no-consent"),
        (published, LifeAct.SUSPEND, 5, "certificate.no-reason"),
        (published, LifeAct.SUSPEND, 4000, "certificate.step-expired"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            one.act(act, days)
        assert caught.value.code == refusal
    extended = published.act(LifeAct.EXTEND, 5, "Chỉ sửa giao diện", "3.2.1")
    with pytest.raises(ConfigurationError, match="no-version"):
        extended.act(LifeAct.EXTEND, 6, "Lại", "3.2.1")
    assert extended.record.life is not None
    assert extended.record.life.versions == ("3.2.1",)


def test_the_register_as_csv_and_atom_contains_no_formula_and_no_markup(published: Issued) -> None:
    snapshot = snapshot_of([published.record], published.by.authority, NOW)
    rows = register_csv(snapshot).decode("utf-8-sig").splitlines()
    assert "\"'=HYPERLINK(" in rows[1]
    feed = etree.fromstring(register_atom(snapshot, [published.record], "vi", "https://x/register"))
    assert len(feed.findall("{*}entry")) == 3
    assert [one.number for one in found(snapshot, "alpha h41")] == [NUMBER]
    assert found(snapshot, "../../etc/passwd") == found(snapshot, "alpha", "expired") == []


def test_the_pdf_contains_certificate_and_evidence_and_every_change_is_noticed(issued: Issued) -> None:
    manifest, report = ((issued.run / name).read_bytes() for name in ("manifest.json", "report.json"))
    try:
        made = certificate_pdf(issued.record.certificate.content, issued.file, manifest, report, issued.by.authority)
    except PdfUnavailable as error:
        pytest.skip(str(error))
    content = made.content
    assert checked(issued, content).problems == ()
    (signature,) = read_pdf(content).signatures
    assert (signature.problem, signature.level) == (None, "PAdES B-B")
    assert broken_rules(content) == []
    root = PdfFileReader(BytesIO(content)).root
    files = root["/AF"]
    assert {str(one.get_object()["/F"]) for one in files} == {"certificate.json", "manifest.json", "report.json"}
    assert {str(one.get_object()["/AFRelationship"]) for one in files} == {"/Alternative", "/Source"}
    assert b'pdfaid:part="3"' in root["/Metadata"].data
    assert checked(issued, content.replace(b"/Type /Catalog", b"/Type /Catalot", 1)).problems != ()
    assert CertificateFlaw.PDF_CHANGED in checked(issued, content + b"\n1 0 obj\n<<>>\nendobj\n").problems
    if shutil.which("pdftotext"):
        told = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
        assert NUMBER in told
        assert "<script>" in told  # as words


def test_a_pdf_is_time_stamped_if_possible_and_signed_without_a_stamp_if_not(issued: Issued, tmp_path: Path) -> None:
    pki = Pki(datetime.now(UTC), "http://127.0.0.1:1")
    with Responder() as responder, answering(fixed(200, b"no stamp")) as deaf:
        responder.serve(pki)
        for name, url, level in (("stamped", f"{responder.url}/tsa", "PAdES B-T"), ("deaf", deaf, "PAdES B-B")):
            shutil.copytree(issued.by.folder, tmp_path / name)
            roots_file(pki, tmp_path / name / "roots.pem", "root")
            with (tmp_path / name / "laboratory.yaml").open("a", encoding="utf-8") as file:
                file.write(f'tsa: {{url: "{url}", roots: roots.pem}}\n')
            made = sign_pdf(plain_pdf(("x",)), Authority(tmp_path / name).authority, NOW)
            (signature,) = read_pdf(made.content).signatures
            assert (signature.problem, signature.level, made.unstamped is None) == (None, level, name == "stamped")
