"""SIG: every forged package brings exactly the findings it was forged for, and good ones none."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.texts import LANGUAGES, entries, finding_text, known_finding
from harness.catalogue.verdicts import Cause, Severity
from harness.crypto.chains.trust import Trust
from harness.edxml.model import Organization, ResponseFor, StatusPackage
from harness.edxml.packages import write_package
from harness.rules.check import IMPLEMENTED, check_package
from harness.rules.undecided import OPEN
from harness.vectors.forged_packages import FORGERIES, signed_by
from tests.crypto.signing_material import (
    LIMITS,
    LOCAL,
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

# The file in these packages is not signed, which PDF-02 says of all of them.
UNSIGNED_FILE = "PDF-02.unsigned"
SAMPLES = ("SIG-01.wrong-namespace", "SIG-01.unknown-algorithm", "SIG-01.truncated-certificate")


def sig_codes(data: bytes, **options: object) -> list[str]:
    return [code for code in codes(report(data, **options)) if code.startswith("SIG")]  # type: ignore[arg-type]


def with_signatures(**changes: object) -> Profile:
    signatures = msgspec.structs.replace(SIGNATURES, **changes)
    return msgspec.structs.replace(
        PROFILE, parameters=msgspec.structs.replace(PROFILE.parameters, signatures=signatures)
    )


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_brings_exactly_its_findings(name: str) -> None:
    forged = FORGERIES[name].build(package(), pki(), LIMITS)
    everything = check_package(forged, PROFILE, NOW, trust=trust())
    assert codes(everything) == [*FORGERIES[name].codes, UNSIGNED_FILE]


@pytest.mark.parametrize("name", FORGERIES)
def test_every_finding_is_said_in_both_languages(name: str) -> None:
    forged = FORGERIES[name].build(package(), pki(), LIMITS)
    found = report(forged)
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
    for code in entries("sig"):
        assert code.partition(".")[0] in IMPLEMENTED
        assert known_finding(code)


def test_a_package_without_a_signature_passes_unless_the_profile_asks_for_one() -> None:
    assert sig_codes(package()) == []
    assert sig_codes(package(), profile=with_signatures(required=True)) == ["SIG-01.missing"]


def test_a_signed_package_passes_where_one_is_asked_for() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    assert sig_codes(signed, profile=with_signatures(required=True)) == []


def test_a_status_package_is_not_asked_for_a_signature() -> None:
    status = StatusPackage(
        from_=Organization("H41", "UBND tỉnh Nghệ An"),
        response_for=ResponseFor("G22", "7816/VPCP", "2015/09/30", "G22,2015/09/30,7816/VPCP"),
        status_code="01",
        timestamp=LOCAL.strftime("%Y/%m/%d %H:%M:%S"),
    )
    assert sig_codes(write_package(status), profile=with_signatures(required=True)) == []


def test_without_a_trust_anchor_trust_is_an_open_question_of_the_configuration() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    found = report(signed, trusted=Trust())
    assert codes(found) == [UNSIGNED_FILE]
    assert {(question.detail, question.cause) for question in found.undecided} == {
        ("SIG-05.no-anchors", Cause.CONFIGURATION),
        ("SIG-06.not-examined", Cause.CONFIGURATION),
    }


def test_unknown_revocation_is_an_open_question_of_the_network() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    found = report(signed, trusted=replace(trust(), crls=()))
    assert codes(found) == [UNSIGNED_FILE]
    assert [(question.requirement, question.cause) for question in found.undecided] == [("SIG-06", Cause.NETWORK)]


def test_unknown_revocation_fails_where_the_profile_is_hard() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    found = report(signed, trusted=replace(trust(), crls=()), profile=with_signatures(revocation="hard"))
    assert codes(found) == ["SIG-06.revocation-unknown", UNSIGNED_FILE]
    assert not found.undecided


def test_what_hangs_on_a_broken_part_is_open_not_passed() -> None:
    placeholder = report(FORGERIES["placeholder"].build(package(), pki(), LIMITS))
    assert open_questions(placeholder) == {f"SIG-0{number}.not-examined" for number in range(2, 7)}
    expired = report(FORGERIES["expired"].build(package(), pki(), LIMITS))
    assert [(question.detail, question.cause) for question in expired.undecided] == [
        ("SIG-06.not-examined", Cause.CANDIDATE)
    ]


def test_the_first_trace_header_gives_the_signing_time() -> None:
    """A certificate that expired a month ago signed two months ago; today's date does not matter."""
    earlier = LOCAL - timedelta(days=60)
    dated = package().replace(
        LOCAL.strftime("%Y/%m/%d %H:%M:%S").encode(), earlier.strftime("%Y/%m/%d %H:%M:%S").encode()
    )
    assert sig_codes(signed_by("expired")(dated, pki(), LIMITS)) == []
    assert sig_codes(signed_by("revoked")(dated, pki(), LIMITS)) == []
    before_revocation = package().replace(
        LOCAL.strftime("%Y/%m/%d %H:%M:%S").encode(),
        (LOCAL - timedelta(days=61)).strftime("%Y/%m/%d %H:%M:%S").encode(),
    )
    assert sig_codes(signed_by("revoked")(before_revocation, pki(), LIMITS)) == []


def test_the_finding_contains_the_dates() -> None:
    finding = report(FORGERIES["expired"].build(package(), pki(), LIMITS)).findings[0]
    ended = (LOCAL - timedelta(days=30)).strftime("%Y/%m/%d %H:%M:%S")
    assert (finding.received, finding.parameters["date"]) == (ended, ended)
    assert finding.parameters["signed"] == LOCAL.strftime("%Y/%m/%d %H:%M:%S")


def test_findings_name_the_element_and_its_line() -> None:
    forged = FORGERIES["truncated-certificate"].build(package(), pki(), LIMITS)
    where = report(forged).findings[0].where
    assert where.xpath == "/edXML/edXMLEnvelope/edXMLHeader/Signature/KeyInfo/X509Data/X509Certificate"
    assert where.line == forged[: forged.index(b"<Signature")].count(b"\n") + 1


@pytest.mark.parametrize("name", ["weak-digest", "weak-key", "other-agency"])
def test_weak_algorithms_and_other_names_are_remarks(name: str) -> None:
    findings = report(FORGERIES[name].build(package(), pki(), LIMITS)).findings
    assert {PROFILE.severity(finding) for finding in findings} == {Severity.REMARK}


def test_a_profile_says_which_algorithms_are_weak() -> None:
    weak = FORGERIES["weak-digest"].build(package(), pki(), LIMITS)
    assert sig_codes(weak, profile=with_signatures(digests=("sha1", "sha256"), weak_digests=())) == []
    assert sig_codes(weak, profile=with_signatures(weak_digests=())) == ["SIG-01.unknown-algorithm"] * 2
    good = FORGERIES["exclusive"].build(package(), pki(), LIMITS)
    assert sig_codes(good, profile=with_signatures(smallest_rsa=3072)) == ["SIG-04.weak-key"]


def test_every_signature_of_a_package_is_examined() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    twice = signed_by("expired")(signed, pki(), LIMITS) if b"<Signature" not in signed else _doubled(signed)
    assert set(sig_codes(twice)) == {"SIG-02.digest"}


def _doubled(signed: bytes) -> bytes:
    start, end = signed.index(b"<Signature "), signed.index(b"</Signature>") + len(b"</Signature>")
    return signed[:end] + signed[start:end] + signed[end:]


def test_anchors_of_a_profile_folder_are_used(tmp_path: Path) -> None:
    """As a ministry does it: its own files beside its own profile, PEM and DER."""
    lists = pki().revocation_lists(NOW)
    (tmp_path / "anchors.pem").write_bytes(pki().anchors_pem())
    (tmp_path / "issuing.crl").write_bytes(lists["issuing"])
    (tmp_path / "profile.yaml").write_text(
        "schema: lienthong.profile/1\nextends: qcvn102-2022\nid: bo-y\nversion: '1'\ntitle: {vi: Bộ Y, en: Y}\n"
        "parameters: {signatures: {trust_anchors: [anchors.pem], crls: [issuing.crl]}}\n",
        encoding="utf-8",
    )
    profile = load_profile(str(tmp_path))
    good = check_package(signed_by("agency")(package(), pki(), LIMITS), profile, NOW)
    assert codes(good) == [UNSIGNED_FILE]
    assert not good.undecided
    bad = check_package(signed_by("revoked")(package(), pki(), LIMITS), profile, NOW)
    assert codes(bad) == ["SIG-06.revoked", UNSIGNED_FILE]


def test_the_operators_placeholder_is_named_for_what_it_is() -> None:
    forged = FORGERIES["placeholder"].build(package(), pki(), LIMITS)
    found = report(forged).findings
    assert tuple(finding.code for finding in found[:3]) == SAMPLES
    assert found[1].received == "http://www.w3.org/TR/xml-exc-c14n#"
    assert found[1].expected == "http://www.w3.org/2001/10/xml-exc-c14n#"


def test_a_question_that_stays_open_has_one_of_the_known_reasons() -> None:
    forged = (FORGERIES[name].build(package(), pki(), LIMITS) for name in ("exclusive", "placeholder"))
    questions = {question for data in forged for question in open_questions(report(data, trusted=Trust()))}
    assert {question.partition(".")[2] for question in questions} <= OPEN
    assert "SIG-05.no-anchors" in questions
