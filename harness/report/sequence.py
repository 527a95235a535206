"""Which messages belong to a scenario: those it caused, and those about the documents it used."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event, events_of
from harness.journal.events import CandidateBack, CandidateRevived, CandidateSilent, PackageDelivered
from harness.report.messages import EventDescriber, JournalMessage, named_documents
from harness.report.sequence_layout import SequenceLayout, drawings
from harness.report.texts import ReportTexts, shown

_SHORTEST_NAME = 4
# What happens to the whole run, and so to every scenario that is being played then.
_OF_THE_RUN = (CandidateSilent, CandidateBack, CandidateRevived)


class SequenceDiagrams:
    """The journal of a run, indexed once, from which the diagrams of its scenarios are drawn."""

    def __init__(self, events: Sequence[Event]) -> None:
        """Index the events of a run, in their order."""
        self._events = {event.seq: event for event in events}
        self._exchanges = {one.request.seq: one for one in Evidence.of(events).exchanges}
        delivered = (event.what for event in events_of(events, PackageDelivered))
        self._items = {one.receiver_doc_id: one.document_id for one in delivered}
        self._documents = {seq: _documents_of(one, self._items) for seq, one in self._exchanges.items()}
        self._of_the_run = [event.seq for event in events if isinstance(event.what, _OF_THE_RUN)]
        self._first_listings: dict[str, int] = {}
        for seq, exchange in self._exchanges.items():
            for document in _listed(exchange):
                self._first_listings.setdefault(document, seq)

    def pictures(self, scenario: str, wrong: Collection[int], wording: ReportTexts) -> tuple[SequenceLayout, ...]:
        """Return the pictures of one scenario; empty when there is nothing in the journal.

        Args:
            scenario: its id.
            wrong: numbers of the events that its findings point at.
            wording: language of the picture.
        """
        describer = EventDescriber(wording, items=self._items)
        messages = [describer.message(event, wrong=event.seq in wrong) for event in self.events(scenario, wrong)]
        legend = [(name, shown(document)) for document, name in describer.names.items()]
        return drawings([message for message in messages if isinstance(message, JournalMessage)], legend)

    def events(self, scenario: str, wrong: Collection[int]) -> list[Event]:
        """Return the events that belong to a scenario, in order; see `pictures`."""
        own = {seq for seq, event in self._events.items() if event.scenario == scenario}
        named = (name for seq in own for name in named_documents(self._events[seq].members))
        documents = {name for name in named if len(name) >= _SHORTEST_NAME}
        chosen = own | {seq for seq in wrong if seq in self._events}
        for seq, exchange in self._exchanges.items():
            answered = exchange.answer.seq if exchange.answer else seq
            if not chosen.isdisjoint({seq, answered}) or documents & self._documents[seq]:
                chosen |= {seq, answered}
        for document in documents & self._first_listings.keys():
            chosen |= _sequence_numbers(self._exchanges[self._first_listings[document]])
        if own:
            chosen |= {seq for seq in self._of_the_run if min(own) < seq < max(own)}
        return [self._events[seq] for seq in sorted(chosen)]


def _sequence_numbers(exchange: Exchange) -> set[int]:
    return {event.seq for event in (exchange.request, exchange.answer) if event}


def _documents_of(exchange: Exchange, items: Mapping[str, str]) -> frozenset[str]:
    """Return the documents an exchange is about; a list is about none, or every poll would be in every diagram.

    A call is about what it asks for, also when a fault spoilt the answer.
    """
    effect = replace(exchange.effect, listed=None).members()
    asked = items.get(str(exchange.parameters.get("docId")))
    named = [*named_documents(exchange.package.members()), *named_documents(effect), asked]
    return frozenset(name for name in named if name)


def _listed(exchange: Exchange) -> Iterator[str]:
    return (row.document_id for row in exchange.effect.listed or () if row.document_id is not None)
