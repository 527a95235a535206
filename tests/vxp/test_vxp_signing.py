"""Signed headers: the published vectors, the escaping rules, and that any tampering is noticed."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.vxp.headers import HeaderParameters
from harness.vxp.operations import OPERATIONS
from harness.vxp.signing import (
    SignHeader,
    SigningProblem,
    escaped,
    hash_header,
    read_sign_header,
    sign_header,
    signed_headers,
    verify,
)

SECRET = "not-a-real-secret-0123456789"
VECTORS = [
    (
        [
            ("systemid", "sys.test.01"),
            ("timestamp", "23112026T155521+0244"),
            ("Content-Type", "application/json"),
        ],
        '{"XroadVnpt-systemid":"sys.test.01","XroadVnpt-timestamp":"23112026T155521+0244",'
        '"XroadVnpt-Content-Type":"application/json"}',
        "f5a537ddb720a77688313915c2942e6f3e3a3ea041d3bdfc2de73d65a4b2ddae",
    ),
    (
        [
            ("systemid", "sys.test.01"),
            ("level", "1"),
            ("timestamp", "23112026T155521+0244"),
            ("Content-Type", "application/json"),
        ],
        '{"XroadVnpt-systemid":"sys.test.01","XroadVnpt-level":"1","XroadVnpt-timestamp":"23112026T155521+0244",'
        '"XroadVnpt-Content-Type":"application/json"}',
        "b08a40e145af00873f256c9130383b6462b367b75d5cba2a2df5dc9a06f2b57d",
    ),
    (
        [
            ("systemid", "sys.test.01"),
            ("servicetype", "eDoc"),
            ("messagetype", "edoc"),
            ("hash-file", "885bd2bb4923cf9edd783eb65b75cdbff22bd3bfdc3bcb12bcb89478ff5ce2"),
            ("from", "sys.test.01"),
            ("timestamp", "23112026T155521+0252"),
            ("Content-Type", "application/octet-stream"),
        ],
        '{"XroadVnpt-systemid":"sys.test.01","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc",'
        '"XroadVnpt-hash-file":"885bd2bb4923cf9edd783eb65b75cdbff22bd3bfdc3bcb12bcb89478ff5ce2",'
        '"XroadVnpt-from":"sys.test.01","XroadVnpt-timestamp":"23112026T155521+0252",'
        '"XroadVnpt-Content-Type":"application/octet-stream"}',
        "90a0d83d60be4071d9daa9477ee43c753eeda6d17c73ec8d998beb716cdeeeb7",
    ),
]
HEADER_TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)
KEYS = st.sampled_from(["docId", "from", "to", "status", "description", "level", "left-over", "filePath"])
PARAMETERS = st.dictionaries(KEYS, HEADER_TEXT.map(lambda text: text.strip(" \t")), max_size=6).map(
    lambda chosen: list(chosen.items())
)


def wire(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def call(parameters: list[tuple[str, str]], secret: str = SECRET) -> list[tuple[bytes, bytes]]:
    return wire(
        signed_headers(
            parameters,
            system_id="sys.test.01",
            secret=secret,
            timestamp="23112026T155521+0244",
            content_type="application/json",
        )
    )


def codes(headers: list[tuple[bytes, bytes]], secret: str | None = SECRET) -> set[str]:
    return {problem.code for problem in verify(headers, secret).problems}


@pytest.mark.parametrize(("parameters", "text", "digest"), VECTORS)
def test_published_vectors(parameters: list[tuple[str, str]], text: str, digest: str) -> None:
    assert sign_header(parameters) == text
    assert hash_header(SECRET, text.encode()) == digest


def test_headers_of_a_call_carry_the_vector() -> None:
    headers = dict(call([("level", "1")]))
    assert headers[b"XroadVnpt-hash-header"].decode() == VECTORS[1][2]
    assert headers[b"XroadVnpt-sign-header-key"] == b"systemid;level;timestamp;Content-Type"
    assert headers[b"Content-Type"] == headers[b"XroadVnpt-Content-Type"] == b"application/json"
    assert headers[b"XroadVnpt-version"] == b"3.0.201608"


def test_only_the_named_signs_are_escaped() -> None:
    assert escaped("a\"b\\c/<>&='é") == '"a\\"b\\\\c/<>&=\'é"'
    assert escaped("\b\f\n\r\t\x00\x1f\x7f\u2028\u2029") == '"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\\u2028\\u2029"'


@given(st.text())
def test_escaped_text_is_json(text: str) -> None:
    assert json.loads(escaped(text)) == text


@given(PARAMETERS, st.text(min_size=1))
def test_what_is_signed_verifies(parameters: list[tuple[str, str]], secret: str) -> None:
    headers = call(parameters, secret)
    verification = verify(headers, secret)
    assert verification.valid, verification
    assert verification.expected == verification.given
    given_parameters = HeaderParameters(headers)
    assert all(given_parameters[key.upper()] == value for key, value in parameters)


@given(PARAMETERS, st.data())
def test_any_changed_byte_is_noticed(parameters: list[tuple[str, str]], data: st.DataObject) -> None:
    headers = call(parameters)
    signed = [index for index, (name, _) in enumerate(headers) if name not in (b"Content-Type", b"XroadVnpt-version")]
    index = data.draw(st.sampled_from(signed))
    name, value = headers[index]
    place = data.draw(st.integers(0, len(value)))
    sign = data.draw(st.integers(0x21, 0xFF).filter(lambda code: value[place : place + 1] != bytes([code])))
    changed = value[:place] + bytes([sign]) + value[place + 1 :]
    # A digest may be written in capitals as well, and so may the names of headers.
    assume(not name.endswith((b"hash-header", b"sign-header-key")) or changed.lower() != value.lower())
    headers[index] = (name, changed)
    assert not verify(headers, SECRET).valid


@given(PARAMETERS, st.data())
def test_any_removed_header_is_noticed(parameters: list[tuple[str, str]], data: st.DataObject) -> None:
    headers = call(parameters)
    index = data.draw(
        st.sampled_from([i for i, (name, _) in enumerate(headers) if b"Xroad" in name and b"version" not in name])
    )
    del headers[index]
    assert not verify(headers, SECRET).valid


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=6), st.binary(max_size=80))
def test_hostile_headers_never_raise(headers: list[tuple[bytes, bytes]], signed: bytes) -> None:
    hostile = [*headers, (b"XroadVnpt-sign-header", signed), (b"xroadvnpt-HASH-header", signed)]
    assert not verify(hostile, SECRET).valid
    assert not verify(hostile, None).valid
    assert len(HeaderParameters(hostile)) == len(list(HeaderParameters(hostile)))


def test_another_secret_is_a_hash_mismatch() -> None:
    assert codes(call([("docId", "1")], "another-secret")) == {"hash-mismatch"}


def test_unknown_caller_is_looked_at_for_form_only() -> None:
    verification = verify(call([("docId", "1")], "another-secret"), None)
    assert verification.expected is None
    assert verification.valid


def test_key_order_is_the_callers_own() -> None:
    read = read_sign_header(call([("to", "b"), ("docId", "a")]))
    assert isinstance(read, SignHeader)
    assert read.keys == ("systemid", "to", "docId", "timestamp", "Content-Type")


def test_left_over_and_unknown_keys_are_no_error() -> None:
    assert codes(call([("hash-file", "old"), ("docId", "x"), ("filePath", "/tmp/"), ("anything", "at all")])) == set()


def test_both_spellings_of_doc_id() -> None:
    for spelling in ("docId", "docid"):
        assert HeaderParameters(call([(spelling, "x")]))["docId"] == "x"


def test_known_keys_are_spelt_as_the_protocol_does() -> None:
    headers = [(b"XROADVNPT-DOCID", b"1"), (b"xroadvnpt-Own-Key", b"2"), (b"xroadvnpt-docid", b"3")]
    assert dict(HeaderParameters(headers)) == {"docId": "1", "Own-Key": "2"}


def test_header_that_differs_from_its_member() -> None:
    headers = [(n, b"other" if n == b"XroadVnpt-docId" else v) for n, v in call([("docId", "x")])]
    assert verify(headers, SECRET).problems == (SigningProblem("member-differs", "docId"),)


def test_parameter_outside_the_signature() -> None:
    assert verify([*call([]), (b"XroadVnpt-status", b"done")], SECRET).problems == (
        SigningProblem("unsigned", "status"),
    )


def test_header_given_twice() -> None:
    headers = call([("docId", "x")])
    assert codes([*headers, (b"xroadvnpt-docid", b"y")]) == {"header-twice"}


def test_key_list_in_another_order() -> None:
    headers = [(n, b"timestamp;systemid;Content-Type" if n.endswith(b"header-key") else v) for n, v in call([])]
    assert codes(headers) == {"key-list-differs"}


def test_the_prefix_is_in_the_members_and_not_in_the_key_list() -> None:
    prefixed = b"XroadVnpt-systemid;XroadVnpt-timestamp;XroadVnpt-Content-Type"
    headers = [(n, prefixed if n.endswith(b"header-key") else v) for n, v in call([])]
    assert verify(headers, SECRET).problems == (SigningProblem("key-with-prefix", "XroadVnpt-systemid"),)
    headers = [(n, v.replace(b"XroadVnpt-", b"") if n.endswith(b"sign-header") else v) for n, v in call([])]
    bare = [SigningProblem("member-without-prefix", key) for key in ("systemid", "timestamp", "Content-Type")]
    assert verify(headers, None).problems == tuple(bare)


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"[]", "not-object"),
        (b'"text"', "not-object"),
        (b"7", "not-object"),
        (b'{"XroadVnpt-systemid":"\xe9"}', "not-utf8"),
        (b'{"XroadVnpt-systemid":null}', "member-not-text"),
        (b'{"XroadVnpt-systemid":{"a":"b"}}', "member-not-text"),
        (b'{"XroadVnpt-level":"1"}', "member-without-header"),
        (b'{"level":"1"}', "member-without-header"),
        (b'{"systemid":"sys.test.01"}', "member-without-prefix"),
        (b'{"XroadVnpt-systemid":"sys.test.01","XroadVnpt-systemid":"sys.test.01"}', "member-twice"),
        (b'{"XroadVnpt-systemid":"\\ud800"}', "member-differs"),
        (b'{"XroadVnpt-systemid":"sys.test.01"}', "missing"),
    ],
)
def test_broken_sign_headers(signed: bytes, code: str) -> None:
    headers = [(n, signed if n == b"XroadVnpt-sign-header" else v) for n, v in call([])]
    headers = [(n, hash_header(SECRET, signed).encode() if n == b"XroadVnpt-hash-header" else v) for n, v in headers]
    assert code in codes(headers)
    assert "hash-mismatch" not in codes(headers)


def test_nothing_signed_at_all() -> None:
    verification = verify([(b"host", b"x")], SECRET)
    assert {problem.code for problem in verification.problems} == {"missing"}
    assert verification.expected is None


@pytest.mark.parametrize("text", ["a\r\nX: y", "a\nb", "\0"])
def test_line_breaks_cannot_be_signed(text: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        call([("docId", text)])


def test_every_operation_of_the_protocol_is_known() -> None:
    assert len(OPERATIONS) == 13
    assert OPERATIONS["downloadEdoc"].method == "GET"
    assert OPERATIONS["sendEdoc"].required == ("from", "servicetype", "messagetype", "hash-file")
