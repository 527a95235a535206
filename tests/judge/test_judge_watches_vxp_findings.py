"""What the watch on requests says of each, where it begins to, and what it leaves to another requirement."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.journal import Event
from harness.judge.watches.vxp import watch_wire
from harness.vxp.hashing import hash_file
from harness.vxp.operations import OPERATIONS
from harness.vxp.timestamps import timestamp
from tests.judge.timed_evidence import TimedEvidence

PROFILE = load_profile()
NOW = datetime(2026, 11, 23, 10)
ORGANS = frozenset({"000.00.00.H41", "000.00.01.H41"})
STAMP = "ddMMyyyy'T'HHmmss+SSSS"
PACKAGE = {"kind": "document", "from_organ": "000.00.00.H41", "sha256": "ff", "hash_file_form": "padded"}
SENDING = {"from": "sys", "servicetype": "eDoc", "messagetype": "edoc", "hash-file": "aa"}


def asked(
    run: TimedEvidence, operation: str | None = "countReceiveEdoc", *, faulted: bool = False, **changes: Any
) -> Event:  # fmt: skip
    """Note a request that is right but for the changes, and that it was answered."""
    sends = operation == "sendEdoc"
    parameters = {"systemid": "sys", "timestamp": timestamp(NOW), **(SENDING if sends else {})}
    parameters |= changes.pop("parameters", {})
    framing = {
        "content_type": "application/octet-stream" if sends else "application/json",
        "content_length": "2",
        "transfer_encoding": None,
        **changes.pop("framing", {}),
    }
    request = run.note("request", **{
        "method": "POST",
        "target": f"/vxp/{operation}",
        "operation": operation,
        "parameters": {key: value for key, value in parameters.items() if value is not None},
        "framing": framing,
        "signature": {"expected_hash_header": "ab", "given_hash_header": "ab", "problems": []},
        "secret_in": [],
        "package": {**PACKAGE, **changes.pop("package", {})} if sends else None,
        **changes,
    })  # fmt: skip
    if not faulted:
        run.answer(request)
    return request


def reported(run: TimedEvidence) -> list[tuple[Any, ...]]:
    """Return what is found of all that was asked; every finding is of its own requirement and of a request."""
    found = watch_wire(run, PROFILE, ORGANS)
    assert list(found) == [f"VXP-{number:02}" for number in range(1, 11)]
    for requirement, findings in found.items():
        assert all(one.requirement == requirement and one.where.event is not None for one in findings)
    return [
        (one.code, one.expected, one.received, dict(one.parameters)) for findings in found.values() for one in findings
    ]


@pytest.mark.parametrize("operation", ["countReceiveEdoc", "sendEdoc"])
def test_a_request_that_is_right_is_not_spoken_of(operation: str) -> None:
    run = TimedEvidence()
    asked(run, operation)
    assert reported(run) == []


@pytest.mark.parametrize(("changes", "wanted"), [
    (
        {"operation": None, "target": "/vxp/sendedoc?x=1"},
        ("VXP-01.unknown-operation", "|".join(OPERATIONS), "/vxp/sendedoc?x=1", {}),
    ),
    (
        {"operation": None, "target": "/favicon.ico", "signature": {}, "parameters": {"timestamp": None}},
        ("VXP-01.unknown-operation", "|".join(OPERATIONS), "/favicon.ico", {}),
    ),
    ({"operation": None, "target": "/?s", "secret_in": ["url"]}, ("VXP-10.secret-exposed", "-", "url", {})),
    ({"method": "PUT"}, ("VXP-01.wrong-method", "POST", "PUT", {})),
    (
        {"framing": {"content_type": "text/plain; charset=utf-8"}},
        ("VXP-01.wrong-content-type", "application/json", "text/plain; charset=utf-8", {}),
    ),
    ({"framing": {"content_type": None}}, ("VXP-01.wrong-content-type", "application/json", "-", {})),
    (
        {"operation": "sendEdoc", "parameters": {"messagetype": None}},
        ("VXP-02.missing-parameter", "XroadVnpt-messagetype", "-", {"operation": "sendEdoc"}),
    ),
    (
        {"operation": "sendEdoc", "parameters": {"servicetype": "edoc"}},
        ("VXP-02.wrong-value", "eDoc", "edoc", {"operation": "sendEdoc", "parameter": "servicetype"}),
    ),
    (
        {"signature": {"expected_hash_header": "ab", "given_hash_header": "cd"}},
        ("VXP-03.mismatch", "ab", "cd", {}),
    ),
    (
        {"signature": {"expected_hash_header": "ab", "given_hash_header": None}},
        ("VXP-03.missing", "XroadVnpt-hash-header", "-", {}),
    ),
    ({"parameters": {"timestamp": None}}, ("VXP-05.missing", STAMP, "-", {})),
    ({"parameters": {"timestamp": "now"}}, ("VXP-05.malformed", STAMP, "now", {})),
    (
        {"operation": "sendEdoc", "parameters": {"hash-file": None}},
        ("VXP-06.missing", "XroadVnpt-hash-file", "-", {}),
    ),
    ({"operation": "sendEdoc", "package": {"hash_file_form": None}}, ("VXP-06.mismatch", "ff", "aa", {})),
    ({"operation": "sendEdoc", "package": {"hash_file_form": "unpadded"}}, ("VXP-06.unpadded", "ff", "aa", {})),
    ({"operation": "sendEdoc", "parameters": {"from": "other"}}, ("VXP-07.foreign-from", "sys", "other", {})),
    (
        {"operation": "sendEdoc", "parameters": {"from": "000.00.01.H41"}},
        ("VXP-07.organ-as-from", "sys", "000.00.01.H41", {}),
    ),
    (
        {"operation": "sendEdoc", "package": {"from_organ": "000.00.00.G22"}},
        ("VXP-07.foreign-organ", "000.00.00.H41|000.00.01.H41", "000.00.00.G22", {}),
    ),
    (
        {"framing": {"content_type": "multipart/form-data; boundary=x"}},
        ("VXP-08.multipart", "application/octet-stream", "multipart/form-data; boundary=x", {}),
    ),
    (
        {"framing": {"transfer_encoding": "chunked", "content_length": None}},
        ("VXP-08.chunked", "Content-Length", "Transfer-Encoding: chunked", {}),
    ),
    ({"framing": {"content_length": None}}, ("VXP-08.no-length", "Content-Length", "-", {})),
    (
        {"operation": "sendEdoc", "package": {"kind": "status"}},
        ("VXP-09.misfit", "status", "edoc", {}),
    ),
    (
        {"operation": "sendEdoc", "parameters": {"messagetype": "status"}},
        ("VXP-09.misfit", "edoc", "status", {}),
    ),
    ({"secret_in": ["url"]}, ("VXP-10.secret-exposed", "-", "url", {})),
])  # fmt: skip
def test_each_wrong_is_reported_with_what_was_asked_and_found(changes: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    run = TimedEvidence()
    asked(run, **changes)
    assert reported(run) == [wanted]


@pytest.mark.parametrize("changes", [
    {"framing": {"content_type": "Application/JSON ; charset=utf-8"}},
    {"framing": {"content_length": "0"}},
    {"operation": "getSentEdocList", "parameters": {"servicetype": "eDoc", "messagetype": "edoc", "docId": "1"}},
    {"operation": "sendEdoc", "parameters": {"from": None, "From": "sys"}},
    {"operation": "sendEdoc", "package": {"from_organ": None}},
    {"operation": "sendEdoc", "package": {"hash_file_form": "both"}},
    {"operation": "sendEdoc", "package": {"kind": "unknown"}},
    {"package": {"kind": "status"}, "parameters": {"messagetype": "edoc"}},
    {"signature": {"expected_hash_header": None, "given_hash_header": "cd"}},
])  # fmt: skip
def test_what_is_not_wrong_is_not_spoken_of(changes: dict[str, Any]) -> None:
    run = TimedEvidence()
    asked(run, **changes)
    assert reported(run) == []


def test_what_was_altered_on_purpose_is_not_the_candidate_s() -> None:
    run = TimedEvidence()
    run.note(
        "request", method="POST", target="/vxp/countReceiveEdoc", operation="countReceiveEdoc",
        parameters={"systemid": "sys", "timestamp": timestamp(NOW)},
        framing={"content_type": "application/json", "content_length": "2"},
        signature={"expected_hash_header": "ab", "given_hash_header": "cd"}, package=None,
    )  # fmt: skip
    run.answer(run.events[0], fault="secret")
    assert reported(run) == []


def test_problems_of_the_signed_header_are_reported_one_by_one() -> None:
    run = TimedEvidence()
    problems = [("member-differs", "docId"), ("hash-mismatch", "x"), ("missing", "hash-header"), ("not-json", "")]
    listed = [{"code": code, "key": key} for code, key in problems]
    asked(run, signature={"expected_hash_header": "ab", "given_hash_header": "ab", "problems": listed})
    assert reported(run) == [
        ("VXP-04.member-differs", "-", "docId", {"key": "docId"}),
        ("VXP-04.not-json", "-", "", {"key": ""}),
    ]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_may_be_off_by_its_zone_and_the_skew(sign: int) -> None:
    allowed = timedelta(hours=21, seconds=PROFILE.parameters.hub.timestamp_skew)
    run = TimedEvidence()
    asked(run, parameters={"timestamp": timestamp(NOW + sign * allowed)})
    assert reported(run) == []
    off = timestamp(NOW + sign * (allowed + timedelta(seconds=1)))
    asked(run, parameters={"timestamp": off})
    assert reported(run) == [("VXP-05.skewed", f"{NOW} ± {allowed}", off, {})]


def test_unpadded_digests_are_reported_once_and_of_the_first() -> None:
    run = TimedEvidence()
    asked(run, "sendEdoc")
    for digest in ("01", "02"):
        asked(run, "sendEdoc", package={"hash_file_form": "unpadded"}, parameters={"hash-file": digest})
    assert reported(run) == [("VXP-06.unpadded", "ff", "01", {})]


def test_a_sender_that_names_no_system_is_held_to_none() -> None:
    run = TimedEvidence()
    asked(run, "sendEdoc", parameters={"systemid": None, "from": "other"})
    assert ("VXP-07.foreign-from", "", "other", {}) in reported(run)


FILE = b"<edXML>1</edXML>\r\n"


@pytest.mark.parametrize(("body", "given", "wanted"), [
    (FILE, hash_file(FILE), []),
    (FILE + b"\r\n", hash_file(FILE), []),
    (FILE, hash_file(FILE[:-2]), []),
    (FILE, hash_file(FILE, padded=False), ["VXP-06.unpadded"]),
    (FILE, hash_file(FILE + b"\r\n"), ["VXP-06.mismatch"]),
])  # fmt: skip
def test_the_digest_is_that_of_the_body_as_it_came_or_without_its_last_line_end(
    body: bytes, given: str, wanted: list[str]
) -> None:
    """Whatever the hub concluded when it recorded the call, its digests tell."""
    assert hash_file(FILE) != hash_file(FILE, padded=False)
    run = TimedEvidence()
    recorded = {"sha256": hash_file(body.removesuffix(b"\r\n")), "hash_file_form": None}
    asked(run, "sendEdoc", package=recorded, parameters={"hash-file": given}, body={"sha256": hash_file(body)})
    assert [code for code, *_ in reported(run)] == wanted


LIST = {"servicetype": "eDoc", "messagetype": "edoc"}
UNREADABLE: dict[str, Any] = {
    "method": "",
    "target": "",
    "operation": None,
    "parameters": {"systemid": None, "timestamp": None},
}
MISSIGNED: dict[str, Any] = {
    "expected_hash_header": "ab",
    "given_hash_header": "cd",
    "problems": [{"code": "not-json", "key": ""}],
}


def test_what_is_no_request_is_one_finding() -> None:
    run = TimedEvidence()
    asked(run, **UNREADABLE)
    assert reported(run) == [("VXP-01.unreadable", "HTTP/1.1", "-", {})]


def test_what_a_hostile_id_does_to_later_requests_is_reported_by_its_scenario_alone() -> None:
    run = TimedEvidence()
    listed = asked(run, "getReceivedEdocList", faulted=True, parameters=LIST)
    run.answer(listed, fault="hostile-doc-id")
    asked(run, signature=MISSIGNED, parameters={"docId": "../../x"})
    asked(run, "getEdoc", signature=MISSIGNED)
    asked(run, **UNREADABLE)
    assert reported(run) == []
    item = "6f1f1f1e-0000-4000-8000-00000000abcd"
    asked(run, "getEdoc", signature=MISSIGNED, parameters={"docId": item, "filePath": "x"})
    assert [code for code, *_ in reported(run)] == ["VXP-03.mismatch", "VXP-04.not-json"]


def test_before_any_hostile_id_a_strange_one_excuses_nothing() -> None:
    run = TimedEvidence()
    asked(run, signature=MISSIGNED, parameters={"docId": "../../x"})
    listed = asked(run, "getReceivedEdocList", faulted=True, parameters=LIST)
    run.answer(listed, fault="hostile-doc-id")
    assert [code for code, *_ in reported(run)] == ["VXP-03.mismatch", "VXP-04.not-json"]
