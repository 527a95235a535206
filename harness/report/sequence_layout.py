"""Layout of a sequence picture: from messages to coordinates, which `sequence.svg.jinja` draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.report.messages import JournalMessage, Lane

WIDTH = 760
_DRIVEN = {Lane.DRIVER: 170, Lane.CANDIDATE: 390, Lane.HUB: 690}
_UNDRIVEN = {Lane.CANDIDATE: 190, Lane.HUB: 690}
_TOP = 52
_ROW = 32
_GAP = 14  # what the line about messages left out adds to its row
_ROWS_IN_ONE = 22
_MOST_ROWS = 44
_KEPT_AT_ENDS = 11
_PERIODS = (1, 2, 4)  # one message; a question and its answer; two such pairs, as polling for two kinds gives


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message as drawn: from `x1` to `x2` at height `y`; `gap` counts the messages left out before it."""

    y: int
    x1: int
    x2: int
    message: JournalMessage
    gap: int = 0

    @property
    def middle(self) -> int:
        """Where its label is centred."""
        return (self.x1 + self.x2) // 2

    @property
    def head(self) -> str:
        """Points of the arrow's head, for an SVG polygon."""
        back = self.x2 - 9 if self.x2 > self.x1 else self.x2 + 9
        return f"{self.x2},{self.y} {back},{self.y - 4} {back},{self.y + 4}"


@dataclass(frozen=True, slots=True)
class SequenceLayout:
    """One picture; a long scenario has several, each fitting on a page.

    Attributes:
        number: of this picture, from 1.
        total: how many there are.
        lanes: who takes part, and where each is drawn.
        legend: short names of documents and their meaning.
    """

    number: int
    total: int
    height: int
    lanes: tuple[tuple[Lane, int], ...]
    arrows: tuple[Arrow, ...]
    legend: tuple[tuple[str, str], ...]


def drawings(messages: Sequence[JournalMessage], legend: Sequence[tuple[str, str]]) -> tuple[SequenceLayout, ...]:
    """Lay out a scenario's messages; repetitions are drawn once, and of very many only the important ones."""
    kept = _thinned(_folded(messages))
    count = -(-len(kept) // _ROWS_IN_ONE)
    pages = [kept[number * len(kept) // count : (number + 1) * len(kept) // count] for number in range(count)]
    lanes = _DRIVEN if any(Lane.DRIVER in {one.source, one.target} for one in messages) else _UNDRIVEN
    return tuple(
        SequenceLayout(
            number=number,
            total=len(pages),
            height=_TOP + _height(page) + 16,
            lanes=tuple(lanes.items()),
            arrows=tuple(_arrows(page, lanes)),
            legend=_legend(page, legend),
        )
        for number, page in enumerate(pages, 1)
    )


def _height(rows: Sequence[tuple[JournalMessage, int]]) -> int:
    return sum(_ROW + (_GAP if gap else 0) for _, gap in rows)


def _legend(
    page: Sequence[tuple[JournalMessage, int]], legend: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Keep the names that one picture uses."""
    used = {name for message, _ in page for name in message.names}
    return tuple((name, document) for name, document in legend if name in used)


def _arrows(page: Sequence[tuple[JournalMessage, int]], lanes: Mapping[Lane, int]) -> Iterator[Arrow]:
    for row, (message, gap) in enumerate(page, 1):
        yield Arrow(_TOP + _height(page[:row]) - 10, lanes[message.source], lanes[message.target], message, gap)


def _folded(messages: Sequence[JournalMessage]) -> list[JournalMessage]:
    """Fold what repeats at once: a poll and its answer, over and over, are drawn once with a count."""
    folded: list[JournalMessage] = []
    for message in messages:
        folded.append(message)
        for period in _PERIODS:
            earlier, later = folded[-2 * period : -period], folded[-period:]
            if len(earlier) == period and _whole(earlier) and all(map(_same, earlier, later)):
                folded[-2 * period :] = [replace(one, times=one.times + 1) for one in earlier]
                break
    return folded


def _whole(block: Sequence[JournalMessage]) -> bool:
    """Return whether several messages form a block: it begins with a question and occurred as a block before."""
    return len(block) == 1 or (block[0].kind == "ask" and len({one.times for one in block}) == 1)


def _same(one: JournalMessage, other: JournalMessage) -> bool:
    alike = (one.label, one.detail, one.source, one.target) == (
        other.label,
        other.detail,
        other.source,
        other.target,
    )
    return alike and not one.wrong and not other.wrong and other.times == 1


def _thinned(messages: Sequence[JournalMessage]) -> list[tuple[JournalMessage, int]]:
    """Keep both ends and what is wrong or had a fault; say how many were left out before each one kept."""
    if len(messages) <= _MOST_ROWS:
        return [(message, 0) for message in messages]
    last = len(messages) - _KEPT_AT_ENDS
    wrong = [index for index, message in enumerate(messages) if message.wrong]
    faulty = [index for index, message in enumerate(messages) if message.faulty]
    matters = list(dict.fromkeys([*wrong, *faulty]))[: _MOST_ROWS - 2 * _KEPT_AT_ENDS]
    kept = sorted({*range(_KEPT_AT_ENDS), *range(last, len(messages)), *matters})
    before = [-1, *kept]
    return [(messages[index], index - previous - 1) for index, previous in zip(kept, before, strict=False)]
