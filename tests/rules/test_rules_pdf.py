"""PDF: every forged file brings exactly the findings it was forged for, and good ones none; zipped ones too."""

import io
import zipfile
from dataclasses import replace

import msgspec
import pytest
from asn1crypto import ocsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from harness.catalogue.texts import LANGUAGES, entries, finding_text, known_finding
from harness.catalogue.verdicts import Cause, Severity
from harness.crypto.chains.trust import Trust
from harness.crypto.pdf.signed_files import plain_pdf
from harness.edxml.model import Attachment, DocumentPackage
from harness.edxml.packages import read_package, write_package
from harness.rules.check import IMPLEMENTED, check_package
from harness.vectors.forged_pdfs import PDF_FORGERIES, signed_by
from tests.crypto.signing_material import (
    NOW,
    PROFILE,
    SIGNATURES,
    codes,
    open_questions,
    package,
    pki,
    report,
    trust,
)


def forged(name: str) -> bytes:
    return package([("van-ban.pdf", PDF_FORGERIES[name].build(pki(), NOW))])


@pytest.mark.parametrize("name", PDF_FORGERIES)
def test_every_forgery_brings_exactly_its_findings(name: str) -> None:
    found = check_package(forged(name), PROFILE, NOW, trust=trust())
    assert sorted(set(codes(found))) == sorted(PDF_FORGERIES[name].codes)


@pytest.mark.parametrize("name", PDF_FORGERIES)
def test_every_finding_is_said_in_both_languages(name: str) -> None:
    found = report(forged(name))
    for finding in (*found.findings, *(question.finding for question in found.undecided)):
        for language in LANGUAGES:
            for part in ("message", "explain", "remedy"):
                said = finding_text(
                    finding.code, part, language,
                    expected=finding.expected, received=finding.received, **finding.parameters,
                )  # fmt: skip
                assert said
                assert "{" not in said


def test_every_text_belongs_to_a_requirement_that_is_implemented() -> None:
    for code in entries("pdf"):
        assert code.partition(".")[0] in IMPLEMENTED
        assert known_finding(code)


@pytest.mark.parametrize("name", ["tampered", "revoked", "person-then-agency"])
def test_zipped_files_are_looked_into(name: str) -> None:
    content = PDF_FORGERIES[name].build(pki(), NOW)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("0f8fad5b-d9cb-469f-a165-70867728950e.pdf", content)
    plain = read_package(package(), PROFILE.parameters.limits)
    assert isinstance(plain, DocumentPackage)
    zipped = Attachment("cid:tep-0", "van-ban.pdf", "application/zip", target.getvalue())
    found = check_package(write_package(replace(plain, attachments=(zipped,))), PROFILE, NOW, trust=trust())
    assert set(codes(found)) == set(PDF_FORGERIES[name].codes)


def test_a_file_is_known_by_its_beginning_not_by_its_name() -> None:
    content = PDF_FORGERIES["tampered"].build(pki(), NOW)
    assert "PDF-03.digest" in codes(report(package([("van-ban.bin", content)])))


def test_one_signed_file_is_enough_and_every_signature_counts() -> None:
    signed, plain = signed_by("person", "agency")(pki(), NOW), plain_pdf(("phu luc",))
    assert codes(report(package([("a.pdf", plain), ("b.pdf", signed)]))) == []
    tampered = PDF_FORGERIES["tampered"].build(pki(), NOW)
    assert set(codes(report(package([("a.pdf", signed), ("b.pdf", tampered)])))) == {"PDF-03.digest"}
    unsigned = report(package([("a.pdf", plain), ("b.pdf", plain)])).findings
    assert [(finding.code, finding.parameters["count"]) for finding in unsigned] == [("PDF-02.unsigned", "2")]


def test_a_package_without_a_pdf_file_is_for_other_rules() -> None:
    assert codes(report(package([("bang.xlsx", b"PK\x03\x04")]))) == []


def test_without_a_trust_anchor_trust_is_an_open_question_of_the_configuration() -> None:
    found = report(forged("person-then-agency"), trusted=Trust())
    assert codes(found) == []
    assert {(question.detail, question.cause) for question in found.undecided} == {
        ("PDF-04.no-anchors", Cause.CONFIGURATION),
        ("PDF-05.no-anchors", Cause.CONFIGURATION),
    }


def test_unknown_revocation_is_an_open_question_or_fails_by_profile() -> None:
    unknown = replace(trust(), crls=())
    soft = report(forged("person-then-agency"), trusted=unknown)
    assert codes(soft) == []
    assert open_questions(soft) == {"PDF-04.revocation-unknown", "PDF-05.revocation-unknown"}
    signatures = msgspec.structs.replace(SIGNATURES, revocation="hard")
    parameters = msgspec.structs.replace(PROFILE.parameters, signatures=signatures)
    hard = report(
        forged("person-then-agency"), trusted=unknown, profile=msgspec.structs.replace(PROFILE, parameters=parameters)
    )
    assert set(codes(hard)) == {"PDF-04.revocation-unknown"}


def test_the_revocation_data_that_a_file_brings_are_used() -> None:
    """An answer stored in the file by its signer makes the question decidable long after."""
    content = signed_by("person", "agency", tsa=None)(pki(), NOW)
    answers = [pki().ocsp_answer(pki().identity(kind).certificate, NOW) for kind in ("person", "agency")]
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    loaded = [ocsp.OCSPResponse.load(answer) for answer in answers if answer is not None]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, ocsps=loaded)
    output = io.BytesIO()
    writer.write(output)
    found = report(package([("van-ban.pdf", output.getvalue())]), trusted=replace(trust(), crls=()))
    assert set(codes(found)) == {"PDF-05.no-time-stamp"}
    assert not found.undecided


def test_garbage_in_the_security_store_of_a_file_is_ignored() -> None:
    content = signed_by("person", "agency", tsa=None)(pki(), NOW)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    streams = [writer.add_object(generic.StreamObject(stream_data=data)) for data in (b"", b"rac", trust().crls[0])]
    entries_of_store = {generic.pdf_name(name): generic.ArrayObject(streams) for name in ("/Certs", "/CRLs", "/OCSPs")}
    writer.root[generic.pdf_name("/DSS")] = writer.add_object(generic.DictionaryObject(entries_of_store))
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    assert set(codes(report(package([("van-ban.pdf", output.getvalue())])))) == {"PDF-05.no-time-stamp"}


def test_what_cannot_be_read_is_open_not_passed() -> None:
    assert open_questions(report(forged("cut-off"))) == {"PDF-04.not-examined", "PDF-05.not-examined"}
    assert open_questions(report(forged("unsupported-form"))) == {"PDF-04.not-examined", "PDF-05.not-examined"}


@pytest.mark.parametrize("name", ["weak-key", "weak-digest", "no-time-stamp", "wrong-order", "unsigned"])
def test_tolerated_flaws_of_a_pdf_are_remarks(name: str) -> None:
    assert {PROFILE.severity(finding) for finding in report(forged(name)).findings} == {Severity.REMARK}


def test_the_least_version_is_the_profiles() -> None:
    signatures = msgspec.structs.replace(SIGNATURES, oldest_pdf=(2, 0))
    parameters = msgspec.structs.replace(PROFILE.parameters, signatures=signatures)
    found = report(
        package([("van-ban.pdf", plain_pdf(("a",)))]), profile=msgspec.structs.replace(PROFILE, parameters=parameters)
    ).findings
    assert (found[0].code, found[0].expected, found[0].received) == ("PDF-01.too-old", "2.0", "1.7")


def test_the_catalogue_may_raise_the_version() -> None:
    older = signed_by("person", "agency")(pki(), NOW).replace(b"%PDF-1.7", b"%PDF-1.3", 1)
    assert "PDF-01.too-old" in codes(report(package([("van-ban.pdf", older)])))
