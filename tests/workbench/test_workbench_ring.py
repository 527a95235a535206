"""What is kept of calls never grows beyond its bounds, on disk or in memory."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal.events import AnswerBody, AnswerSent, Fact
from harness.workbench.ring import CallRing
from harness.workbench.shelf import BodyShelf
from tests.journal.told_events import fact

BODY = {"size": 1, "sha256": "", "blob": None}


@given(bodies=st.lists(st.tuples(st.sampled_from([b"a", b"bb", b"ccc", b"dddd"]), st.booleans()), max_size=40))
def test_a_shelf_holds_what_is_mentioned_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[tuple[bytes, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("shelf") / "calls"
    shelf, mentions = BodyShelf(folder), Counter[bytes]()
    for content, kept in bodies:
        if kept:
            name = shelf.put(content)
            assert name is not None
            mentions[content] += 1
            assert shelf.content(name) == content
        elif mentions[content]:
            name = shelf.put(content)
            assert name is not None
            shelf.give_back(name)
            shelf.give_back(name)
            mentions[content] -= 1
    left = [content for content, number in mentions.items() if number]
    assert shelf.size == sum(map(len, left))
    assert len(list(folder.iterdir()) if folder.exists() else []) == len(left)


def test_a_shelf_without_a_disk_keeps_nothing(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_bytes(b"")
    assert BodyShelf(taken / "calls").put(b"a") is None


def _call(ring: CallRing, content: bytes) -> int:
    data = {"n": 1, "method": "POST", "target": "/", "body": {**BODY, "blob": ring.keep(content)}}
    return ring.record(fact("request", data)).seq


def test_large_bodies_push_out_old_calls(tmp_path: Path) -> None:
    ring = CallRing(tmp_path / "calls", most=100, most_bytes=250)
    for letter in b"abcdef":
        _call(ring, bytes([letter]) * 100)
    assert [kept.number for kept in ring.latest(100)] == [6, 5]
    _call(ring, b"x" * 1000)  # the last one stays, however large
    assert [kept.number for kept in ring.latest(100)] == [7]
    assert len(list((tmp_path / "calls").iterdir())) == 1


def test_an_answer_to_a_forgotten_call_leaves_nothing(tmp_path: Path) -> None:
    ring = CallRing(tmp_path / "calls", most=1)
    first = _call(ring, b"a")
    _call(ring, b"b")
    ring.record(AnswerSent(request=first, body=AnswerBody(size=1, blob=ring.keep(b"answer"))))
    assert ring.call_of(first) is None
    assert ring.shelf.size == 1
    assert ring.unseen() is None


def test_packages_that_are_wrong_on_purpose_are_bounded_too(tmp_path: Path) -> None:
    ring = CallRing(tmp_path / "calls")
    for number in range(120):
        ring.record(fact("stimulus", {"good": False, "blob": ring.keep(b"%d" % number)}))
    assert len(ring.stimuli) == 50
    assert len(list((tmp_path / "calls").iterdir())) == 50


def _late_request(ring: CallRing, content: bytes) -> Callable[[], Fact]:
    data = {"n": 1, "method": "POST", "target": "/", "body": BODY}
    return lambda: fact("request", {**data, "body": {**BODY, "blob": ring.keep(content)}})


def test_a_call_is_put_into_words_when_somebody_looks(tmp_path: Path) -> None:
    ring = CallRing(tmp_path / "calls", most=2)
    number = ring.begin(_late_request(ring, b"a"))
    before = ring.idle
    ring.end(number, lambda: AnswerSent(request=number, http_status=200))
    assert ring.idle <= before
    assert ring.shelf.size == 0
    kept = ring.unseen()
    assert kept is not None
    assert kept.exchange.answered is not None
    assert kept.exchange.request.seq == number
    assert kept.exchange.asked.body.blob == kept.exchange.asked.body.blob
    assert ring.shelf.size == 1
    for _ in range(2):
        ring.begin(_late_request(ring, b"b"))
    assert ring.call_of(number) is None
    assert ring.shelf.size == 0


def test_a_call_that_is_looked_at_after_it_was_forgotten_leaves_nothing(tmp_path: Path) -> None:
    ring = CallRing(tmp_path / "calls", most=1)
    number = ring.begin(_late_request(ring, b"a"))
    held = ring.call_of(number)
    assert held is not None
    ring.begin(_late_request(ring, b"b"))
    assert held.exchange.asked.method == "POST"
    assert ring.shelf.size == 0
    assert not any((tmp_path / "calls").iterdir())
