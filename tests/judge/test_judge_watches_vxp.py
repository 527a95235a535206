"""The watch on every request."""

from pathlib import Path
from typing import Any

import pytest

from harness.expectations import FetchedByCandidate
from tests.journal.told_events import fact
from tests.judge.recorded_run import CANDIDATE_ORGAN, DOCUMENT, SIGNED, RecordedRun, codes, verdict


def watched(directory: Path, requirement: str, operation: str = "countReceiveEdoc", **request: Any) -> RecordedRun:
    run = RecordedRun(directory, only=[requirement])
    run.expect(FetchedByCandidate(document=DOCUMENT))
    stamp = run.journal.record(fact("clock", {})).at
    now = f"{stamp[8:10]}{stamp[5:7]}{stamp[:4]}T{stamp[11:19].replace(':', '')}+0000"
    parameters = {"systemid": "sys", "timestamp": now, **request.pop("parameters", {})}
    run.call(operation, parameters=parameters, **request)
    run.finish()
    return run


def sent(**package: Any) -> dict[str, Any]:
    facts = {"kind": "document", "document_id": DOCUMENT, "from_organ": CANDIDATE_ORGAN, "sha256": "ff", "blob": None}
    given = {"from": "sys", "servicetype": "eDoc", "messagetype": "edoc", "hash-file": "ff"}
    return {"operation": "sendEdoc", "parameters": given, "package": {**facts, "hash_file_form": "padded", **package}}


@pytest.mark.parametrize(
    ("code", "request_"),
    [
        ("VXP-01.unknown-operation", {"operation": None, "target": "/vxp/sendedoc"}),
        ("VXP-01.wrong-method", {"method": "GET"}),
        ("VXP-02.missing-parameter", {"operation": "getEdoc"}),
        ("VXP-02.wrong-value", {"operation": "updateStatus", "parameters": {"docId": "1", "status": "DONE"}}),
        ("VXP-03.mismatch", {"signature": {**SIGNED, "given_hash_header": "cd"}}),
        ("VXP-03.missing", {"signature": {**SIGNED, "given_hash_header": ""}}),
        ("VXP-04.key-list-differs", {"signature": {**SIGNED, "problems": [{"code": "key-list-differs", "key": "x"}]}}),
        ("VXP-05.malformed", {"parameters": {"timestamp": "2026-11-23T10:00:00Z"}}),
        ("VXP-05.skewed", {"parameters": {"timestamp": "01012020T000000+0000"}}),
        ("VXP-06.mismatch", sent(hash_file_form=None)),
        ("VXP-07.foreign-organ", sent(from_organ="000.00.00.G22")),
        ("VXP-09.misfit", sent(kind="status", response_for={})),
        ("VXP-10.secret-exposed", {"secret_in": ["url"]}),
    ],
)
def test_each_wrong_is_found_under_its_own_requirement(tmp_path: Path, code: str, request_: dict[str, Any]) -> None:
    requirement = code.partition(".")[0]
    judgement = watched(tmp_path, requirement, **{"operation": "countReceiveEdoc", **request_}).judged()
    assert codes(judgement) - {"RCV-02.not-fetched"} == {code}
    assert verdict(judgement, requirement) == "fail"


@pytest.mark.parametrize(
    ("code", "framing"),
    [
        ("VXP-08.chunked", {"content_type": "application/json", "transfer_encoding": "chunked"}),
        ("VXP-08.multipart", {"content_type": "multipart/form-data; boundary=x", "content_length": "3"}),
        ("VXP-08.no-length", {"content_type": "application/json"}),
    ],
)
def test_wrong_framing_is_found_once(tmp_path: Path, code: str, framing: dict[str, Any]) -> None:
    assert codes(watched(tmp_path, "VXP-08", framing=framing).judged()) == {code}


def test_unpadded_digests_are_a_remark(tmp_path: Path) -> None:
    judgement = watched(tmp_path, "VXP-06", **sent(hash_file_form="unpadded")).judged()
    assert verdict(judgement, "VXP-06") == "remark"


def test_a_digest_that_is_the_same_in_both_forms_says_nothing(tmp_path: Path) -> None:
    assert verdict(watched(tmp_path, "VXP-06", **sent(hash_file_form="both")).judged(), "VXP-06") == "pass"


def test_a_wrong_digest_under_a_changed_secret_is_not_the_candidate_s(tmp_path: Path) -> None:
    signature = {**SIGNED, "given_hash_header": "cd"}
    assert verdict(watched(tmp_path, "VXP-03", signature=signature, fault="secret").judged(), "VXP-03") == "pass"


def test_nothing_sent_leaves_what_is_about_sending_open(tmp_path: Path) -> None:
    judgement = watched(tmp_path, "VXP-06").judged()
    assert verdict(judgement, "VXP-06") == "inconclusive"
