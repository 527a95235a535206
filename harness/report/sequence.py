"""Which messages belong to a scenario: those it caused, and those about the documents it used."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.journal import Event
from harness.judge.evidence import Evidence, Exchange
from harness.report.drawing import Drawing, drawings
from harness.report.messages import Message, Narrator, named_documents
from harness.report.wording import Wording, shown

_SHORTEST_NAME = 4


class Chronicle:
    """The journal of a run, indexed once, from which the pictures of its scenarios are drawn."""

    def __init__(self, events: Sequence[Event], wording: Wording) -> None:
        self._wording = wording
        self._events = events
        self._exchanges = {one.request.seq: one for one in Evidence.of(events).exchanges}
        self._documents = {seq: _documents_of(exchange) for seq, exchange in self._exchanges.items()}

    def pictures(self, scenario: str, wrong: Collection[int]) -> tuple[Drawing, ...]:
        """Return the pictures of one scenario; empty when the journal has nothing of it.

        Args:
            scenario: its id.
            wrong: numbers of the events that its findings point at.
        """
        narrator = Narrator(self._wording)
        chosen = sorted(self._chosen(scenario, wrong), key=lambda event: event.seq)
        messages = [narrator.message(event, wrong=event.seq in wrong) for event in chosen]
        legend = [(name, shown(document)) for document, name in narrator.names.items()]
        return drawings([message for message in messages if isinstance(message, Message)], legend)

    def _chosen(self, scenario: str, wrong: Collection[int]) -> Iterable[Event]:
        own = [event for event in self._events if event.scenario == scenario]
        documents = {name for event in own for name in named_documents(event.data) if len(name) >= _SHORTEST_NAME}
        chosen = {event.seq: event for event in own}
        for seq, exchange in self._exchanges.items():
            answered = exchange.answer.seq if exchange.answer else None
            if seq in wrong or answered in wrong or seq in chosen or documents & self._documents[seq]:
                chosen |= {event.seq: event for event in (exchange.request, exchange.answer) if event}
        chosen |= {event.seq: event for event in self._events if event.seq in wrong}
        return [*chosen.values(), *self._first_listings(documents, chosen)]

    def _first_listings(self, documents: Collection[str], chosen: Collection[int]) -> Iterator[Event]:
        """Yield the polls in which a document is listed for the first time."""
        waiting = set(documents)
        for exchange in self._exchanges.values():
            named = waiting & _listed(exchange) if waiting and exchange.answer else set()
            waiting -= named
            if named and exchange.request.seq not in chosen:
                yield from (event for event in (exchange.request, exchange.answer) if event)


def _documents_of(exchange: Exchange) -> frozenset[str]:
    """Return the documents an exchange is about; a list is about none, or every picture had every poll."""
    answer: Mapping[str, Any] = exchange.answer.data if exchange.answer else {}
    effect = {key: value for key, value in (answer.get("effect") or {}).items() if key != "listed"}
    return frozenset(_names(exchange.package, effect))


def _listed(exchange: Exchange) -> set[str]:
    listed = exchange.effect("listed")
    return set(named_documents(listed)) if isinstance(listed, list) else set()


def _names(*values: Mapping[str, Any]) -> Iterator[str]:
    for value in values:
        yield from named_documents(dict(value))
