"""What the hub concluded is concluded again from bytes and headers, as far as they were kept."""

import hashlib
from datetime import date
from typing import Any

from harness.catalogue.profiles import load_profile
from harness.journal import Event
from harness.judge.rederivation import reread
from harness.vectors.packages.base import DocumentIdentity, document
from harness.vxp.signing import signed_headers
from tests.journal.told_events import event_told

LIMITS = load_profile().parameters.limits
IDENTITY = DocumentIdentity(day=date(2026, 11, 23))
PACKAGE = document(IDENTITY).written()
DIGEST = hashlib.sha256(PACKAGE).hexdigest()
CALL = signed_headers(
    [("servicetype", "eDoc"), ("messagetype", "edoc"), ("hash-file", DIGEST), ("from", "sys")],
    system_id="sys",
    secret="s",
    timestamp="23112026T155521+0244",
    content_type="application/octet-stream",
)


def request(**changes: Any) -> Event:
    data = {
        "operation": "sendEdoc",
        "headers": [list(pair) for pair in CALL],
        "parameters": {"from": "somebody else"},
        "signature": {"expected_hash_header": "ab", "given_hash_header": "cd", "problems": []},
        "package": {"kind": "unknown", "sha256": DIGEST, "blob": DIGEST, "trailing_crlf": True},
        **changes,
    }
    return event_told(0, "request", data, elapsed=0.0)


def concluded(event: Event) -> dict[str, Any]:
    (found,) = reread([event], lambda name: PACKAGE, LIMITS)
    return found.what.members()


def test_kind_ids_digest_form_and_parameters_are_read_again() -> None:
    found = concluded(request())
    assert found["parameters"]["from"] == "sys"
    package = found["package"]
    assert (package["kind"], package["document_id"]) == ("document", IDENTITY.document_id)
    assert (package["hash_file_form"], package["blob"]) == ("padded", DIGEST)


def test_what_needed_the_secret_is_kept_and_the_rest_of_the_signature_is_looked_at_again() -> None:
    mismatch = {"code": "hash-mismatch", "key": "hash-header"}
    recorded = {"expected_hash_header": "ab", "problems": [mismatch, {"code": "not-json", "key": "sign-header"}]}
    found = concluded(request(signature=recorded))
    assert (found["signature"]["expected_hash_header"], found["signature"]["problems"]) == ("ab", [mismatch])


def test_a_package_that_was_kept_without_the_secret_in_it_stays_as_recorded() -> None:
    kept = {"kind": "document", "sha256": "0" * 64, "blob": DIGEST, "hash_file_form": "padded"}
    for recorded in (request(package=kept), request(package={**kept, "blob": None})):
        assert concluded(recorded)["package"] == recorded.members["package"]


def test_other_events_and_requests_without_headers_are_as_they_were() -> None:
    bare = request(headers=[])
    other = event_told(1, "answer", {"request": 0}, at=bare.at, elapsed=0.0)
    assert list(reread([bare, other], lambda name: PACKAGE, LIMITS)) == [bare, other]
