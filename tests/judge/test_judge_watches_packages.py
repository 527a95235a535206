"""What is made of the packages in a record: examined once, as of their time, and what answers rubbish is excused."""

import hashlib
from datetime import date
from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Cause
from harness.crypto.chains.trust import Trust
from harness.edxml.draft import PackageDraft
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.judge.duties.facts import RunFacts
from harness.judge.package_inspector import PackageInspector
from harness.judge.watches.packages import PackageWatch, watch_packages
from harness.rules.check import IMPLEMENTED
from harness.vectors.forged_packages import FORGERIES
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, attached, document, status, with_attachments
from tests.crypto.signing_material import LIMITS, package, pki
from tests.judge.timed_evidence import GOT, OTHER, SENT, TimedEvidence

PROFILE = load_profile()
IDENTITY = DocumentIdentity(day=date(2026, 11, 23))


class Sending(TimedEvidence):
    """Evidence of packages that were sent, with their bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.blobs: dict[str, bytes] = {}
        self.read: list[str] = []
        self.examiner = PackageInspector(PROFILE, self._blob, Trust())

    def _blob(self, name: str) -> bytes:
        self.read.append(name)
        return self.blobs[name]

    def sent(self, draft: PackageDraft | bytes, kind: str = "document", **package: Any) -> Event:
        data = draft if isinstance(draft, bytes) else draft.written()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return self.call("sendEdoc", package={"kind": kind, "sha256": digest, "blob": digest, **package})

    def stimulus(self, good: bool, document_id: str | None = GOT) -> None:
        self.blobs["0" * 64] = b"no package"
        self.note("stimulus", good=good, document_id=document_id or "", receiver="A", blob="0" * 64)

    def watched(self) -> PackageWatch:
        return watch_packages(RunFacts(self, PROFILE, self._blob), self.examiner)


@pytest.fixture
def run() -> Sending:
    return Sending()


def broken(watch: PackageWatch) -> dict[str, list[str]]:
    return {name: [one.code for one in found] for name, found in watch.findings.items() if found}


@pytest.mark.parametrize(("draft", "kind"), [(document(IDENTITY), "document"), (status(IDENTITY), "status")])
def test_a_package_speaks_about_what_it_holds(run: Sending, draft: PackageDraft, kind: Any) -> None:
    run.sent(draft, kind)
    watch = run.watched()
    assert set(watch.findings) <= set(IMPLEMENTED)
    unspoken = {"document": {"SIG-02", "PDF-03", "TRC-04", "TRC-07"}, "status": {"HDR-13"}}[kind]
    assert not unspoken & set(watch.findings)
    assert broken(watch) == ({"PDF-02": ["PDF-02.unsigned"]} if kind == "document" else {})


def test_a_finding_is_reported_with_the_request_and_its_place_in_the_package(run: Sending) -> None:
    run.poll()
    request = run.sent(document(IDENTITY).with_text("OtherInfo/PageAmount", "-1"))
    (found,) = run.watched().findings["HDR-15"]
    assert (found.code, found.expected, found.received) == ("HDR-15.not-an-amount", "0, 1, 2 …", "-1")
    assert (found.where.event, found.where.line) == (request.seq, 48)
    assert str(found.where.xpath).endswith("/OtherInfo/PageAmount")
    assert found.parameters == {"name": "PageAmount"}


def test_equal_bytes_are_examined_once(run: Sending) -> None:
    first = run.sent(document(IDENTITY).without("Subject"))
    run.sent(document(IDENTITY).without("Subject"))
    run.sent(document(IDENTITY).without("Subject").without("DueDate"))
    found = run.watched().findings["HDR-10"]
    assert [one.where.event for one in found] == [first.seq, first.seq + 2]
    assert len(run.read) == 2


def test_what_carries_no_package_is_passed_over(run: Sending) -> None:
    run.call("sendEdoc", package={"kind": "unknown", "sha256": "1", "blob": None})
    run.call("getEdoc")
    run.sent(document(IDENTITY))
    exchange = run.exchanges[0]
    assert run.examiner.report(exchange) is None
    assert run.examiner.failures(exchange) == ()
    assert run.examiner.package(exchange) is None
    assert run.examiner.files(exchange) == {}
    assert "HDR-01" in run.watched().findings


def test_a_package_is_judged_by_the_day_on_which_it_came(run: Sending) -> None:
    run.sent(document(DocumentIdentity(day=date(2026, 11, 24))))
    assert "HDR-08" in broken(run.watched())


def test_only_what_fails_makes_a_package_unsound(run: Sending) -> None:
    run.sent(document(IDENTITY).without("Subject").without("From").without("To"))
    run.sent(document(IDENTITY).with_text("DocumentId", "4f6a1d0e-7a0b-4f2b-9d0e-0a1b2c3d4e5f"))
    failing, remarked = run.exchanges
    assert run.examiner.failures(failing) == ("HDR-01.no-from", "HDR-03.no-to", "HDR-10.missing")
    assert run.examiner.failures(remarked) == ()
    two = document(IDENTITY).without("To/OrganName").without("From/OrganName").repeated("To")
    run.sent(two)
    assert run.examiner.failures(run.exchanges[2]).count("HDR-03.no-organ-name") == 1


def test_files_are_unpacked_and_known_by_their_digests(run: Sending) -> None:
    pdf, sheet = files.pdf(), files.xlsx()
    good = (attached("a.pdf", pdf, "1"), attached("b.xlsx", sheet, "2"))
    run.sent(with_attachments(IDENTITY, *good))
    digests = {"a.pdf": hashlib.sha256(pdf).hexdigest(), "b.xlsx": hashlib.sha256(sheet).hexdigest()}
    assert run.examiner.files(run.exchanges[0]) == digests
    run.sent(with_attachments(IDENTITY, *good).with_content("Attachment[2]/ContentTransferEncoded", b"no zip"))
    assert run.examiner.files(run.exchanges[1]) == {**digests, "b.xlsx": "not-a-zip"}
    run.sent(status(IDENTITY), "status")
    assert run.examiner.files(run.exchanges[2]) == {}


def test_packages_are_read_as_what_they_are(run: Sending) -> None:
    for data in (document(IDENTITY), status(IDENTITY), b"<edXML"):
        run.sent(data)
    read = [run.examiner.package(exchange) for exchange in run.exchanges]
    assert [type(one) for one in read] == [DocumentPackage, StatusPackage, type(None)]


BAD = status(IDENTITY).without("StaffInfo").without("ResponseFor/PromulgationDate")
STAFF, DATE = {"STP-06": ["STP-06.no-staff-info"]}, {"STP-02": ["STP-02.incomplete"]}


@pytest.mark.parametrize(("stimuli", "answered", "excused"), [
    ([(False, GOT)], GOT, True),
    ([(True, GOT)], GOT, False),
    ([(False, GOT), (True, OTHER)], OTHER, False),
    ([(False, GOT)], OTHER, False),
    ([(False, GOT)], "", False),
    ([(True, GOT)], OTHER, False),
    ([], GOT, False),
])  # fmt: skip
def test_only_what_a_status_repeats_of_a_broken_package_is_excused(
    run: Sending, stimuli: list[tuple[bool, str | None]], answered: str, excused: bool
) -> None:
    for good, name in stimuli:
        run.stimulus(good, name)
    run.sent(BAD, "status", response_for={"document_id": answered})
    assert broken(run.watched()) == (STAFF if excused else {**DATE, **STAFF})


def test_a_code_that_does_not_exist_is_excused_by_nothing(run: Sending) -> None:
    run.stimulus(good=False)
    run.sent(status(IDENTITY).with_text("StatusCode", "999"), "status", response_for={"document_id": GOT})
    assert "STP-03" in broken(run.watched())


def test_what_another_run_has_left_behind_is_not_judged(run: Sending) -> None:
    run.note("driver", command="outbox", result={"documents": [{"document_id": SENT, "state": "queued"}]})
    run.stimulus(good=True)
    run.sent(document(IDENTITY).without("Subject"), document_id=SENT)
    assert run.watched().findings == {}


def test_a_record_without_an_inspector_says_nothing_of_packages(run: Sending) -> None:
    blind = Evidence.of([run.sent(document(IDENTITY))])
    (exchange,) = blind.exchanges
    assert (blind.failures(exchange), blind.package(exchange), blind.files(exchange)) == ((), None, {})


@pytest.mark.parametrize(("first", "second", "whose"), [
    ("bare-key", "exclusive", Cause.CANDIDATE), ("exclusive", "bare-key", Cause.CONFIGURATION),
])  # fmt: skip
def test_of_several_open_questions_the_first_is_reported(run: Sending, first: str, second: str, whose: Cause) -> None:
    for name in (first, second):
        run.sent(FORGERIES[name].build(package(), pki(), LIMITS))
    undecided = run.watched().undecided
    assert (undecided["SIG-06"].detail, undecided["SIG-06"].cause) == ("SIG-06.not-examined", whose)
    assert undecided["SIG-05"].detail == "SIG-05.no-anchors"


def test_a_package_that_did_not_fit_into_the_evidence_never_counts_as_good(run: Sending) -> None:
    run.sent(document(IDENTITY))
    assert run.watched().undecided == {}
    run.note("evidence.full", limit=10, kept=5)
    run.call("sendEdoc", package={"kind": "document", "sha256": "1", "blob": None})
    assert [(one.detail, one.cause) for one in run.watched().undecided.values()] == [
        ("PKG-10.not-kept", Cause.CANDIDATE)
    ]
