"""Events are typed: what is written, what is read of older and newer versions, and what fits no type."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal import Journal, JournalBroken, events_of, read_record
from harness.journal.events import (
    KINDS,
    AcceptedPackage,
    AnswerSent,
    CallEffect,
    DocumentStimulus,
    DriverCalled,
    DriverFault,
    Fact,
    FetchedPackage,
    PackageDelivered,
    RequestReceived,
    SentPackage,
    StatusStimulus,
    Stimulus,
    StimulusFile,
    Unlisted,
    ViewUnchanged,
    fact_of,
)
from tests.journal.told_events import fact, forged

REQUEST = (
    '{"n":0,"method":"","target":"","http_version":"","headers":[["a","b"]],"operation":null,"system_id":null,'
    '"parameters":{},"body":{"size":0,"sha256":"","blob":null,"complete":true},"framing":{"content_length":null,'
    '"transfer_encoding":null,"content_type":null,"expect":null},"signature":{"sign_header_present":false,'
    '"expected_hash_header":null,"given_hash_header":null,"problems":[]},"secret_in":[]'
)
ANSWER = (
    '{"request":1,"operation":null,"http_status":null,"error_code":null,"error_desc":null,'
    '"body":{"size":0,"blob":null},"complete":false,"altered":false,"fault":null,"effect":'
)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (RequestReceived(headers=(("a", "b"),)), REQUEST + "}"),
        (
            RequestReceived(headers=(("a", "b"),), package=SentPackage(kind="unknown")),
            REQUEST + ',"package":{"sha256":null,"size":0,"hash_file_form":null,"trailing_crlf":false,'
            '"kind":"unknown","unreadable":null,"document_id":null,"from_organ":null,"to_organs":[],"doc_type":null,'
            '"subject":null,"status_code":null,"description":null,"response_for":null,"blob":null}}',
        ),
        (AnswerSent(request=1), ANSWER + "{}}"),
        (AnswerSent(request=1, effect=CallEffect(listed=(), rows=0)), ANSWER + '{"listed":[],"rows":0}}'),
        (
            AnswerSent(request=1, effect=CallEffect(fetched=FetchedPackage("r", sha256="ab", size=2, complete=True))),
            ANSWER + '{"fetched":{"receiver_doc_id":"r","document_id":null,"messagetype":"edoc","receiver":null,'
            '"status":null,"sha256":"ab","size":2,"complete":true}}}',
        ),
        (
            AnswerSent(request=1, effect=CallEffect(accepted=AcceptedPackage("h", "d", "document", "A"))),
            ANSWER + '{"accepted":{"hub_id":"h","document_id":"d","kind":"document","from_organ":"A",'
            '"receivers":[],"duplicate":false}}}',
        ),
        (
            DriverCalled(command="inbox", result={"documents": []}, asked=(("d", 3),), seconds=1),
            '{"command":"inbox","arguments":{},"result":{"documents":[]},"asked":[["d",3]],"seconds":1}',
        ),
        (
            DriverCalled(command="send", error=DriverFault(kind="refused", message="no")),
            '{"command":"send","arguments":{},"error":{"kind":"refused","message":"no"},"seconds":0.0}',
        ),
        (
            DriverCalled(command="send", error=DriverFault("lost", "ended", "m", "here", "why")),
            '{"command":"send","arguments":{},"error":{"kind":"lost","reason":"ended","message":"m","where":"here",'
            '"detail":"why"},"seconds":0.0}',
        ),
        (ViewUnchanged(command="inbox", same=3), '{"command":"inbox","as":3,"seconds":0.0}'),
        (
            Stimulus(note="bytes", good=False, document_id="d", sender="A", blob="b"),
            '{"note":"bytes","good":false,"document_id":"d","sender":"A","blob":"b"}',
        ),
        (
            StatusStimulus(note="status 03", good=True, document_id="d", sender="A", blob="b"),
            '{"note":"status 03","good":true,"document_id":"d","recalls":null,"sender":"A","blob":"b"}',
        ),
        (
            DocumentStimulus(
                note="document", good=True, receiver="B", blob="b", document_id="d", subject="s", sender="A",
                code="1/X", promulgation_date="2026/11/23", files=(StimulusFile("a.pdf", "ab", 2),),
            ),
            '{"note":"document","good":true,"receiver":"B","blob":"b","document_id":"d","subject":"s","sender":"A",'
            '"recalls":null,"code":"1/X","promulgation_date":"2026/11/23",'
            '"files":[{"name":"a.pdf","sha256":"ab","size":2}]}',
        ),
    ],
)  # fmt: skip
def test_the_members_of_a_line_have_their_names_and_their_order(tmp_path: Path, what: Fact, line: str) -> None:
    journal = Journal(tmp_path)
    event = journal.record(what)
    journal.close()
    (raw,) = (tmp_path / "journal.jsonl").read_text("ascii").splitlines()
    assert f'"data":{line},"scenario":null' in raw
    assert read_record(tmp_path).events == (event,)
    assert event.kind == what.kind


def test_every_kind_is_one_type_that_says_what_it_is() -> None:
    assert all(kind == type_.kind and type_.__doc__ for kind, type_ in KINDS.items())
    assert len(set(KINDS.values())) == len(KINDS) > 30


def test_a_stimulus_is_read_as_one_type_however_it_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for written_as in (Stimulus, StatusStimulus, DocumentStimulus):
        journal.record(written_as(note="n", good=True, document_id="d"))
    journal.close()
    (*read,) = events_of(read_record(tmp_path).events, Stimulus)
    assert [(type(one.what), one.what.document_id) for one in read] == [(Stimulus, "d")] * 3


def test_members_of_newer_versions_are_passed_over_and_kept(tmp_path: Path) -> None:
    data = {"receiver_doc_id": "r", "document_id": "d", "messagetype": "edoc", "later": [1]}
    (event,) = read_record(forged(tmp_path, ("delivered", data))).events
    assert event.what == PackageDelivered("r", "d")
    assert event.members == data


def test_members_that_older_versions_did_not_write_are_as_where_they_are_not_known(tmp_path: Path) -> None:
    answer = {"request": 0, "operation": "getEdoc", "http_status": 200, "complete": True, "effect": {}}
    (event,) = read_record(forged(tmp_path, ("answer", answer))).events
    assert event.what == AnswerSent(request=0, operation="getEdoc", http_status=200, complete=True)


def test_an_event_of_a_newer_version_is_kept_as_it_is(tmp_path: Path) -> None:
    (event,) = read_record(forged(tmp_path, ("weather", {"rain": True}))).events
    assert (event.kind, event.what) == ("weather", Unlisted("weather", {"rain": True}))


@pytest.mark.parametrize(
    ("kind", "data", "reported"),
    [
        ("request", {"headers": 5}, "request: Expected `array`, got `int` - at `$.headers`"),
        ("request", {"signature": {"problems": [{}]}}, "request: Object missing required field `code`"),
        ("answer", {"request": "0"}, "answer: Expected `int`, got `str` - at `$.request`"),
        ("driver", {"command": "inbox", "result": []}, "driver: Expected `object | null`, got `array`"),
        ("run.started", {"run_id": "x"}, "run.started: Object missing required field"),
        ("stimulus", {"note": "document", "document_id": "d"}, "stimulus: Object missing required field `good`"),
    ],
)
def test_a_line_that_does_not_fit_its_kind_is_named(tmp_path: Path, kind: str, data: Any, reported: str) -> None:
    with pytest.raises(JournalBroken) as broken:
        read_record(forged(tmp_path, ("weather", {}), (kind, data)))
    assert (broken.value.code, broken.value.line) == ("unreadable", 2)
    assert broken.value.detail.startswith(reported)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=5,
)


@given(data=st.data())
def test_any_line_fits_or_is_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    names = KINDS[kind].__struct_encode_fields__
    members = {name: data.draw(_JSON) for name in names if data.draw(st.booleans())}
    try:
        what = fact_of(kind, members)
    except msgspec.ValidationError:
        return
    assert json.loads(json.dumps(what.members())).keys() <= set(names)


def test_a_member_of_a_wrong_type_is_not_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(ValueError, match="Expected `str`"):
        journal.record(PackageDelivered(1, "d"))  # type: ignore[arg-type]
    journal.record(fact("weather", {}))
    journal.close()
    assert [event.kind for event in read_record(tmp_path).events] == ["weather"]
