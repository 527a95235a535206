"""Many packages: on one processor and on several, interrupted and resumed, reported in every form."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from lxml import etree

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.verdicts import Cause
from harness.crypto.chains.trust import Trust
from harness.journal.recorder import VIETNAM
from harness.rules.bounded_process import BoundedProcess
from harness.rules.check import PackageReport
from harness.rules.undecided import Undecided
from harness.validation import processes
from harness.validation.processes import outcomes
from harness.validation.progress_record import WORTHWHILE, ProgressRecord, record_path
from harness.validation.rendering import Amount, Form, sink_for
from harness.validation.rows import FileRow, row_of
from harness.validation.summary import CheckSummary
from harness.validation.units import BytesUnit, FileUnit, ProblemUnit, SkippedUnit, Unit
from harness.validation.worker import Done, Failed, Outcome, Skipped, Task, Worker
from harness.vectors.packages.base import DocumentIdentity, attached, document, status, with_attachments

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
TASK = Task("qcvn102-2022", AT, frozenset({"PKG", "HDR", "TRC", "ATT", "STP"}), Trust())
GOOD = document(DocumentIdentity()).written()
BAD = document(DocumentIdentity()).without("Subject").written()
REMARKED = document(DocumentIdentity()).without("PromulgationInfo/Place").written()


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(TASK.profile)


def many(count: int) -> list[Unit]:
    contents = (GOOD, BAD, REMARKED, status(DocumentIdentity()).written(), b"<broken")
    units: list[Unit] = [BytesUnit(f"{n}.edxml", contents[n % len(contents)], f"id{n}") for n in range(count)]
    return [*units, SkippedUnit("readme.txt"), ProblemUnit("x.zip", "PKG-01.archive-damaged", "…")]


def test_several_processes_give_what_one_gives(profile: Profile) -> None:
    units = many(200)
    alone = list(outcomes(units, TASK, profile, 1))
    assert list(outcomes(units, TASK, profile, 2)) == alone
    assert [type(outcome) for outcome in alone[-2:]] == [Skipped, Done]
    rows = [outcome.row for outcome in alone if isinstance(outcome, Done)]
    assert [row.verdict for row in rows[:5]] == ["pass", "fail", "pass", "pass", "fail"]
    assert [row.kind for row in rows[:5]] == ["document", "document", "document", "status", "unknown"]


def test_units_are_taken_only_as_they_are_needed(profile: Profile) -> None:
    taken = 0

    def endless() -> Iterator[Unit]:
        nonlocal taken
        while True:
            taken += 1
            yield BytesUnit(str(taken), GOOD, "")

    stream = outcomes(endless(), TASK, profile, 2)
    for _ in range(64):
        next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert taken < 2000


def test_large_units_do_not_pile_up(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.validation.processes._CARRIED", 3 * len(GOOD))
    monkeypatch.setattr("harness.validation.processes._BATCH_BYTES", len(GOOD))
    taken = ahead = 0

    def counted() -> Iterator[Unit]:
        nonlocal taken
        for taken in range(1, 21):
            yield BytesUnit(str(taken), GOOD, "")

    for reported, _ in enumerate(outcomes(counted(), TASK, profile, 2), start=1):
        ahead = max(ahead, taken - reported)
    assert (taken, reported) == (20, 20)
    assert ahead <= 4


def test_a_large_unit_is_found_by_a_copy_of_the_process_and_keeps_its_place() -> None:
    """As `validate` does it: with a single thread."""
    script = (
        "from tests.validation.test_validation_processes import *; from harness.validation import processes\n"
        "units = many(40)\n"
        "for n in (5, 17, 18, 39): units[n] = BytesUnit(f'{n}.edxml', GOOD + b' ' * 10_000, '')\n"
        "profile, reported = load_profile(TASK.profile), []\n"
        "plain = list(outcomes(units, TASK, profile, 2))\n"
        "copied, check = [], processes.copy_of_this\n"
        "processes.copy_of_this = lambda serve: copied.append(serve.func.__name__) or check(serve)\n"
        "processes._LARGE, processes._BATCH_BYTES = len(GOOD) + 10_000, len(GOOD)\n"
        "assert list(outcomes(units, TASK, profile, 2)) == plain\n"
        "assert copied.count('_check_one_batch') == 4, copied\n"
        "assert [type(one) for one in plain] == [Done] * 40 + [Skipped, Done]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def budgeted(tmp_path: Path, budget: str) -> Task:
    """Return a task by a profile of one's own, with another budget."""
    lines = (
        "schema: lienthong.profile/1", "id: frugal", "version: '1'", "title: {vi: Tiết kiệm, en: Frugal}",
        "extends: qcvn102-2022", f"parameters: {{budget: {budget}}}",
    )  # fmt: skip
    (tmp_path / "profile.yaml").write_text("\n".join(lines), encoding="utf-8")
    return Task(str(tmp_path), AT, TASK.groups, Trust())


@pytest.mark.parametrize(("budget", "code"), [("{cpu: 0.1}", "PKG-10.time"), ("{memory: 8388608}", "PKG-10.memory")])
def test_a_package_that_takes_too_much_is_its_own_finding_and_the_rest_goes_on(
    tmp_path: Path, budget: str, code: str
) -> None:
    task = budgeted(tmp_path, budget)
    files = [attached(f"so-lieu-{number}.docx", os.urandom(8_000_000), str(number)) for number in range(4)]
    costly = with_attachments(DocumentIdentity(), *files).written()
    units = [BytesUnit("a", GOOD, "1"), BytesUnit("costly", costly, "2"), BytesUnit("b", BAD, "3")]
    found = list(outcomes(units, task, load_profile(task.profile), 1))
    codes = {one.row.path: [finding.code for finding in one.row.findings] for one in found if isinstance(one, Done)}
    assert list(codes.items()) == [("a", []), ("costly", [code]), ("b", ["HDR-10.missing"])]


def test_packages_that_end_their_process_are_inconclusive(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "import os, sys; from multiprocessing.connection import Connection\n"
        "asker = Connection(int(sys.argv[1])); asker.send(True); asker.recv(); os.kill(os.getpid(), 9)"
    )

    def ends_when_asked(_: object) -> BoundedProcess:
        ours, theirs = Pipe()
        words = [sys.executable, "-c", source, str(theirs.fileno())]
        process = subprocess.Popen(words, pass_fds=[theirs.fileno()])
        theirs.close()
        return BoundedProcess(process.pid, ours, process.wait)

    monkeypatch.setattr(processes, "copy_of_this", ends_when_asked)
    monkeypatch.setattr(processes, "program", ends_when_asked)
    found = list(outcomes(many(2)[:2], TASK, profile, 1))
    assert [(one.row.verdict, one.row.undecided[0].cause) for one in found if isinstance(one, Failed)] == [
        ("inconclusive", "harness")
    ] * 2


def test_what_an_archive_says_of_a_package_is_beside_its_own_findings(profile: Profile) -> None:
    aside = (Finding("PKG-01.entry-path", received="../1.edxml"),)
    outcome = Worker(TASK, profile).check(BytesUnit("a", BAD, "", aside))
    assert isinstance(outcome, Done)
    assert [finding.code for finding in outcome.row.findings] == ["PKG-01.entry-path", "HDR-10.missing"]


def test_a_failure_of_the_harness_is_reported_and_the_rest_goes_on(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(data: bytes, *_: object, **__: object) -> None:
        raise ZeroDivisionError(data[:1])

    monkeypatch.setattr("harness.validation.worker.check_package", fails)
    worker = Worker(TASK, profile)
    failed, skipped = worker.check(BytesUnit("a", GOOD, "")), worker.check(SkippedUnit("b"))
    assert isinstance(failed, Failed)
    assert isinstance(skipped, Skipped)
    assert (failed.row.verdict, failed.row.undecided[0].cause) == ("inconclusive", "harness")


OPEN = PackageReport("document", (), None, (Undecided(Finding("PKG-10.not-examined"), Cause.HARNESS),))


def test_what_stays_open_is_inconclusive_in_every_form(profile: Profile) -> None:
    rows = [*rows_of(many(1)[:1], profile), row_of("open.edxml", OPEN, profile)]
    whole = json.loads(reported("json", rows, profile))
    assert (whole["verdict"], whole["complete"]) == ("inconclusive", True)
    assert [one["verdict"] for one in whole["files"]] == ["pass", "inconclusive"]
    assert {"requirement", "cause", "message"} <= set(whole["files"][1]["undecided"][0])
    lines = [json.loads(line)["verdict"] for line in reported("jsonl", rows, profile).splitlines()]
    assert lines == ["pass", "inconclusive"]
    suite = etree.fromstring(reported("junit", rows, profile))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "1")
    assert [error.get("type") for error in suite.iter("error")] == ["inconclusive"]
    text = reported("text", rows, profile).decode()
    assert "open.edxml: document package, inconclusive" in text
    assert "Pass: 1, fail: 0, inconclusive: 1." in text


def test_a_failure_decides_whatever_else_is_open(profile: Profile) -> None:
    rows = [*rows_of(many(2), profile), row_of("open.edxml", OPEN, profile)]
    assert json.loads(reported("json", rows, profile))["verdict"] == "fail"


def test_an_unreadable_file_is_one_finding(profile: Profile, tmp_path: Path) -> None:
    outcome = Worker(TASK, profile).check(FileUnit("a", str(tmp_path / "gone"), ""))
    assert isinstance(outcome, Done)
    assert [finding.code for finding in outcome.row.findings] == ["PKG-01.file-unreadable"]
    assert outcome.row.kind == "unknown"


def rows_of(units: list[Unit], profile: Profile) -> list[FileRow]:
    return [outcome.row for outcome in outcomes(units, TASK, profile, 1) if isinstance(outcome, Done)]


def reported(form: Form, rows: list[FileRow], profile: Profile, amount: Amount = "normal") -> bytes:
    stream, summary = io.BytesIO(), CheckSummary()
    sink = sink_for(form, stream, "en", amount, coloured=False)
    for row in rows:
        summary.add(row)
        sink.add(row, named=False)
    sink.finish(summary)
    return stream.getvalue()


@pytest.mark.parametrize("said", [0, 10, len(GOOD) - 1, len(GOOD), 10 * len(GOOD)])
def test_a_file_is_read_whole_whatever_its_size_is_said_to_be(
    said: int, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.edxml"
    path.write_bytes(BAD)
    worker = Worker(TASK, profile)
    wanted = worker.check(FileUnit("a", str(path), ""))
    monkeypatch.setattr("harness.validation.worker.os.fstat", lambda _: SimpleNamespace(st_size=said))
    assert worker.check(FileUnit("a", str(path), "")) == wanted


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_of_a_file_no_more_is_read_than_a_package_may_have(over: int, profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "a.edxml").write_bytes(GOOD)
    limits = msgspec.structs.replace(profile.parameters.limits, package_bytes=len(GOOD) - over)
    tight = msgspec.structs.replace(profile, parameters=msgspec.structs.replace(profile.parameters, limits=limits))
    outcome = Worker(TASK, tight).check(FileUnit("a", str(tmp_path / "a.edxml"), ""))
    assert isinstance(outcome, Done)
    assert [one.code for one in outcome.row.findings] == (["PKG-10.package"] if over > 0 else [])


def test_json_has_the_published_shape(profile: Profile) -> None:
    content = json.loads(reported("json", rows_of(many(5), profile), profile))
    assert list(content) == ["schema", "verdict", "complete", "files"]
    assert content["schema"] == "lienthong.findings/2"
    assert content["verdict"] == "fail"
    good, bad = content["files"][:2]
    assert good == {"path": "0.edxml", "kind": "document", "verdict": "pass", "undecided": [], "findings": []}
    (finding,) = bad["findings"]
    assert list(finding) == ["requirement", "code", "severity", "message", "where", "expected", "received"]
    assert finding["requirement"] == "HDR-10"
    assert finding["severity"] == "fail"
    assert set(finding["message"]) == {"vi", "en"}
    assert finding["where"]["line"] > 1


def test_json_of_nothing_is_a_document(profile: Profile) -> None:
    content = json.loads(reported("json", [], profile))
    assert content == {"schema": "lienthong.findings/2", "verdict": "inconclusive", "complete": False, "files": []}


def test_json_lines_are_one_file_each(profile: Profile) -> None:
    rows = rows_of(many(5), profile)
    lines = reported("jsonl", rows, profile).splitlines()
    assert [json.loads(line)["path"] for line in lines] == [row.path for row in rows]


def test_junit_counts_files_and_failures(profile: Profile) -> None:
    suite = etree.fromstring(reported("junit", rows_of(many(5), profile), profile))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("6", "3")
    assert [len(case.findall("failure")) for case in suite] == [0, 1, 0, 0, 1, 1]
    assert suite[1][0].get("type") == "HDR-10.missing"
    assert "HDR-06.no-place" in suite[2].findtext("system-out", "")


def test_junit_survives_hostile_texts(profile: Profile) -> None:
    hostile = document(DocumentIdentity(sender=("<&\"'\x85\u202e]]>", "x"))).written()
    units: list[Unit] = [BytesUnit("<&\"'>", hostile, "")]
    assert etree.fromstring(reported("junit", rows_of(units, profile), profile)) is not None


def test_text_tells_what_is_wrong_and_sums_up(profile: Profile) -> None:
    text = reported("text", rows_of(many(5), profile), profile).decode()
    assert "✗ 1.edxml: document package, fail" in text
    assert "HDR-10 Subject is missing (the summary)." in text
    assert "line 5, edXMLHeader/MessageHeader" in text
    assert "0.edxml" not in text
    assert "Packages checked: 6. Pass: 3, fail: 3." in text
    assert "→" not in text
    verbose = reported("text", rows_of(many(5), profile), profile, "verbose").decode()
    assert "✓ 0.edxml" in verbose
    assert "→ Write Subject with its value" in verbose
    quiet = reported("text", rows_of(many(5), profile), profile, "quiet").decode()
    assert "1.edxml" not in quiet
    assert "Packages checked: 6." in quiet


def test_summary_counts_files_by_requirement(profile: Profile) -> None:
    summary = CheckSummary()
    for row in rows_of(many(10), profile):
        summary.add(row)
    assert (summary.checked, summary.passed, summary.failed) == (11, 6, 5)
    assert summary.failures == {"HDR-10": 2, "PKG-01": 3}
    assert summary.remarks == {"HDR-06": 2}
    assert summary.kinds == {"document": 6, "status": 2, "unknown": 3}


def kept(path: Path, done: list[Outcome]) -> ProgressRecord:
    record = ProgressRecord(path, AT, resume=False)
    for outcome in done:
        if isinstance(outcome, Done):
            record.keep(outcome)
    return record


def test_an_interrupted_check_is_taken_over(profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "record.jsonl"
    done = list(outcomes(many(WORTHWHILE + 20), TASK, profile, 1))
    kept(path, done).close(finished=False)
    later = ProgressRecord(path, datetime(2030, 1, 1, tzinfo=VIETNAM), resume=True)
    assert len(later) == WORTHWHILE + 20
    assert later.at == AT
    for outcome in done:
        if isinstance(outcome, Done) and outcome.identity:
            assert later.known(outcome.identity) == outcome.row
    assert later.known("another") is None
    assert later.known("") is None
    later.close(finished=True)
    assert not path.exists()


def test_a_record_cut_off_in_the_middle_is_taken_over_up_to_there(profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    done = list(outcomes(many(WORTHWHILE + 20), TASK, profile, 1))
    kept(path, done).close(finished=False)
    path.write_bytes(path.read_bytes()[:-30])
    later = ProgressRecord(path, AT, resume=True)
    assert len(later) == WORTHWHILE + 19
    last = done[WORTHWHILE + 19]
    assert isinstance(last, Done)
    later.keep(last)
    later.close(finished=False)
    assert len(ProgressRecord(path, AT, resume=True)) == WORTHWHILE + 20


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"\xff\xff\n", b'{"schema":"other/1","at":"2024-01-01T00:00:00Z"}\n']
)
def test_a_record_of_something_else_is_not_taken_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "record.jsonl"
    path.write_bytes(content)
    assert len(ProgressRecord(path, AT, resume=True)) == 0


def test_a_short_check_leaves_no_record(profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    kept(path, list(outcomes(many(20), TASK, profile, 1))).close(finished=False)
    assert not path.exists()


def test_a_cache_that_cannot_be_written_is_no_failure(profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file in the way")
    record = kept(tmp_path / "cache" / "record.jsonl", list(outcomes(many(WORTHWHILE + 1), TASK, profile, 1)))
    record.close(finished=True)


def test_records_are_distinguished_by_what_is_checked_and_how(tmp_path: Path) -> None:
    checks = ((["a"], "p1"), (["b"], "p1"), (["a"], "p2"), (["a", "b"], "p1"))
    paths = {record_path(tmp_path, files, how) for files, how in checks}
    assert len(paths) == 4
    assert all(path.is_relative_to(tmp_path) for path in paths)
    assert record_path(tmp_path, ["a"], "p1") == record_path(tmp_path, [str(Path("a").absolute())], "p1")
