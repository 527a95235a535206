"""A laboratory's seal is put on what that laboratory recorded itself and judged so, and on nothing else, by no verb."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile
from harness.cli.verbs import lienthong
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.engine.publication import publish
from harness.journal import Journal
from harness.report.seal_run import list_unsigned, seal
from harness.seal.laboratory import Laboratory, load_laboratory
from harness.seal.record_seal import RECORD_FILE, begin, seal_record
from harness.seal.verification import verify
from tests.report.judged_runs import PROFILE, RUN_ID, forge_pass, judged_run, record_run
from tests.report.seal_tampering import ALONE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laboratory's folder, with a name."""
    folder = tmp_path_factory.mktemp("laboratory")
    write_identity(make_laboratory(datetime.now(UTC)), folder)
    (folder / "laboratory.yaml").write_text("schema: lienthong.laboratory/1\nname: Trung tâm X\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def laboratory(folder: Path) -> Laboratory:
    """The laboratory."""
    return load_laboratory(folder)


@pytest.fixture
def own(tmp_path: Path, laboratory: Laboratory) -> Path:
    """A run of the laboratory, sealed."""
    judged_run(tmp_path / "own", laboratory)
    return tmp_path / "own"


@pytest.fixture
def vendors(tmp_path: Path) -> Path:
    """A run made without a laboratory."""
    judged_run(tmp_path / "vendors")
    return tmp_path / "vendors"


def call(*words: object, laboratory: Path | str = "") -> Result:
    """Call the command line in English, with a laboratory configured or none."""
    env = {"LIENTHONG_LANG": "en", "LIENTHONG_LABORATORY": str(laboratory)}
    return CliRunner().invoke(lienthong, [str(word) for word in words], env=env, standalone_mode=False)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


VERBS = {
    "judge": ("judge",),
    "report html": ("report", "--format", "html"),
    "report more": ("report", "--format", "html", "junit", "md"),
    "judge by another profile": ("judge", "--profile", "qcvn102-2016"),
}


def foreign_forged(vendors: Path) -> None:
    """The vendor edits the report and rebuilds the manifest."""
    forge_pass(vendors)
    list_unsigned(vendors)


def foreign_with_sealed_record_of_another_run(vendors: Path, own: Path) -> None:
    """The vendor lays the record's seal of a run that the laboratory made into one of its own."""
    forge_pass(vendors)
    shutil.copy(own / RECORD_FILE, vendors / RECORD_FILE)
    list_unsigned(vendors)


def foreign_with_whole_manifest_of_another_run(vendors: Path, own: Path) -> None:
    """As before, with manifest and signature too."""
    forge_pass(vendors)
    for name in (RECORD_FILE, "manifest.json", "manifest.sig"):
        shutil.copy(own / name, vendors / name)


def foreign_bare(vendors: Path) -> None:
    """The vendor leaves out everything that seals."""
    forge_pass(vendors)
    (vendors / "manifest.json").unlink()


def foreign_unreported(vendors: Path) -> None:
    """The vendor hands in a record only."""
    for name in ("manifest.json", "report.json", "report.html"):
        (vendors / name).unlink()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "forge",
    [
        foreign_forged,
        foreign_bare,
        foreign_unreported,
        foreign_with_sealed_record_of_another_run,
        foreign_with_whole_manifest_of_another_run,
    ],
)
def test_evidence_of_others_is_never_sealed(vendors: Path, own: Path, folder: Path, forge: Any, verb: str) -> None:
    forge(vendors, own) if forge.__code__.co_argcount == 2 else forge(vendors)
    before = tree(vendors)
    word, *rest = VERBS[verb]
    result = call(word, vendors, *rest, laboratory=folder)
    if not (forge is foreign_unreported and word == "report"):
        assert result.exception is None
        assert "This laboratory did not record this run" in result.stderr or "seal does not hold" in result.stderr
    assert tree(vendors) == before
    assert call("verify", vendors, laboratory=folder).return_value != 0


def test_what_is_rendered_of_others_names_no_laboratory_and_no_key(vendors: Path, folder: Path) -> None:
    call("report", vendors, "--format", "html", "pdf", laboratory=folder)
    beside = vendors.with_name("vendors-reports")
    page = (beside / "report.html").read_text(encoding="utf-8")
    assert "Trung tâm X" not in page
    assert "THIS REPORT IS NOT SIGNED" in page
    assert b"/ByteRange" not in (beside / "report.pdf").read_bytes()
    out = vendors.with_name("out.pdf")
    call("report", vendors, "--format", "pdf", "--out", out, laboratory=folder)
    assert b"/ByteRange" not in out.read_bytes()
    assert "Trung tâm X" not in call("report", vendors, "--format", "md", laboratory=folder).stdout


def test_own_run_is_rendered_judged_and_sealed_again(own: Path, folder: Path) -> None:
    assert call("verify", own, laboratory=folder).return_value == 0
    (own / "report.html").write_bytes((own / "report.html").read_bytes())
    assert call("report", own, "--format", "html", "junit", "--lang", "vi", laboratory=folder).return_value == 0
    call("judge", own, laboratory=folder)
    assert (own / "report-qcvn102-2022.json").is_file()
    assert call("verify", own, laboratory=folder).return_value == 0
    assert ALONE.verify(own, load_laboratory(folder).key.private.public_key())[1] == []  # type: ignore[union-attr]


def test_own_record_stopped_before_its_reports_were_sealed_gets_them_by_judge(
    tmp_path: Path, laboratory: Laboratory, folder: Path
) -> None:
    run = tmp_path / "run"
    record_run(run, laboratory)
    (run / "report.json").write_text("{}")
    (run / "report.html").write_text("planted")
    (run / ".report.pdf.123.part").write_text("half")
    assert call("judge", run, laboratory=folder).exception is None
    assert call("verify", run, laboratory=folder).return_value == 0
    assert "planted" not in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["notes.txt", "report-better.json", "blobs/" + "0" * 64])
def test_what_was_laid_into_an_unsealed_own_record_is_not_sealed(
    tmp_path: Path, laboratory: Laboratory, folder: Path, name: str
) -> None:
    run = tmp_path / "run"
    record_run(run, laboratory)
    (run / name).write_text("planted")
    call("judge", run, laboratory=folder)
    assert not (run / "manifest.sig").exists()


def test_stripped_seal_is_reported_and_not_made_anew(own: Path, folder: Path) -> None:
    forge_pass(own)
    (own / "manifest.sig").unlink()
    list_unsigned(own)
    assert call("judge", own, laboratory=folder).exception is None
    assert not (own / "manifest.sig").exists()
    assert [str(one.code) for one in verify(own).problems] == ["signature-missing"]


def test_report_that_is_not_what_judging_gives_is_never_sealed(
    tmp_path: Path, laboratory: Laboratory, folder: Path
) -> None:
    """Judging again detects even a forger who could reseal with the laboratory's key."""
    run = tmp_path / "run"
    certification = judged_run(run, laboratory)
    assert certification.judgement.verdict == "inconclusive"
    forge_pass(run)
    assert laboratory.key is not None
    with pytest.raises(ConfigurationError, match=r"seal\.report-differs"):
        seal(run, laboratory.key, certification.judgement)


def sealed_forgery(run: Path, laboratory: Laboratory) -> None:
    """Seal a forged pass with the laboratory's own key, as a dishonest member of it could."""
    from tests.report.report_runs import seal_made_up

    assert laboratory.key is not None
    forge_pass(run)
    seal_made_up(run, laboratory.key)


def test_verify_names_a_sealed_report_that_judging_does_not_give(
    own: Path, laboratory: Laboratory, folder: Path
) -> None:
    sealed_forgery(own, laboratory)
    assert verify(own).problems == ()
    result = call("verify", own, laboratory=folder)
    assert result.return_value == 1
    assert "report-differs: report.json: the report does not equal the result of judging the record" in result.stdout
    shape = json.loads(call("verify", own, "--format", "json", laboratory=folder).stdout)
    assert shape["judged_again"] == "differs"
    assert "verdict" in shape["differences"]
    skipped = call("verify", own, "--no-judging", laboratory=folder)
    assert skipped.return_value == 0
    assert "was not judged again" in skipped.stdout


def test_report_whose_rules_changed_proves_nothing(own: Path, laboratory: Laboratory, folder: Path) -> None:
    report = json.loads((own / "report.json").read_bytes())
    report["harness"]["version"] = "0.0.1"
    (own / "report.json").write_text(json.dumps(report))
    from tests.report.report_runs import seal_made_up

    assert laboratory.key is not None
    seal_made_up(own, laboratory.key)
    assert call("verify", own, laboratory=folder).return_value == 0
    sealed_forgery(own, laboratory)
    result = call("verify", own, laboratory=folder)
    assert result.return_value == 4
    assert "by another version or profile" in result.stdout


def test_archive_is_judged_like_a_folder(own: Path, laboratory: Laboratory, folder: Path, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", own))
    result = call("verify", packed, laboratory=folder)
    assert result.return_value == 0
    assert "the report equals the result of judging the record" in result.stdout
    sealed_forgery(own, laboratory)
    packed = Path(shutil.make_archive(str(tmp_path / "forged"), "gztar", own))
    assert call("verify", packed, laboratory=folder).return_value == 1


def test_forged_report_of_an_unsigned_run_is_named_too(vendors: Path) -> None:
    assert call("verify", vendors).return_value == 4
    foreign_forged(vendors)
    result = call("verify", vendors)
    assert result.return_value == 1
    assert "report-differs" in result.stdout


def test_narrowed_run_of_which_nothing_applies_verifies_untouched(
    tmp_path: Path, laboratory: Laboratory, folder: Path
) -> None:
    run = tmp_path / "run"
    certification = judged_run(run, laboratory, only=("OPS-03",))
    assert certification.judgement.required == ()
    assert call("verify", run, laboratory=folder).return_value == 0
    assert ALONE.verify(run)[1] == []


def test_journal_that_another_program_changed_is_not_sealed(tmp_path: Path, laboratory: Laboratory) -> None:
    assert laboratory.key is not None
    journal = Journal(tmp_path)
    birth = begin(journal, RUN_ID, laboratory.key)
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"{}\n")
    journal.close()
    with pytest.raises(ConfigurationError, match=r"seal\.record-changed"):
        seal_record(birth, journal, tmp_path)


def test_publishing_never_seals_a_record_that_was_not_sealed_at_its_end(tmp_path: Path, laboratory: Laboratory) -> None:
    record_run(tmp_path / "run")
    with pytest.raises(ConfigurationError, match=r"seal\.not-own"):
        publish(load_profile(PROFILE), tmp_path / "run", "vi", ("html",), laboratory)
    assert not (tmp_path / "run" / "manifest.sig").exists()


def test_token_is_in_record_and_seal(own: Path) -> None:
    from harness.seal.record_seal import load_record_seal

    sealed = load_record_seal(own)
    first = json.loads((own / "journal.jsonl").read_bytes().splitlines()[0])
    assert sealed is not None
    assert first["kind"] == "laboratory"
    assert first["data"]["token"] == sealed.token
    assert len(sealed.token) == 64
