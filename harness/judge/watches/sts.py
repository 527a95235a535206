"""The watch on business statuses: requirement STS-04, by the state machine of the profile."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Statuses
from harness.catalogue.profiles import Profile
from harness.expectations.base import finding
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.statuses import status_number
from harness.journal.events import CandidateKilled, DriverCalled, HarnessStalled, RunStarted, Stimulus
from harness.judge.watches.watch import watch

WATCHED_ORDER = "STS-04"
_PASSIVE = "passive"
# The steps of handling that only a clerk takes, and the driver command for each.
_STEPS: Mapping[str, str] = {
    StatusCode.ASSIGNED: "assign",
    StatusCode.PROCESSING: "process",
    StatusCode.FINISHED: "finish",
}
# Seconds by which the times of two events may differ for no other reason than how they are measured.
# A candidate that is configured for another hub may start again, and miss an answer that is on its way.
_INTERRUPTING = frozenset({"stop", "configure"})
_ROUNDING = 0.05
# Seconds for which an answer may lie unread on a candidate that is stopped then.
_UNREAD = 1.0


@dataclass(frozen=True, slots=True)
class Unheard:
    """When a correct candidate may have missed an answer, in seconds since the run began.

    Attributes:
        stops: when the candidate was stopped, killed, or configured for another hub.
        stalls: from when to when the harness was stalled, and what waited for it was answered only then.
        give_up: for how long the candidate waits for an answer.
    """

    stops: Sequence[float]
    stalls: Sequence[tuple[float, float]]
    give_up: float

    @classmethod
    def in_run(cls, evidence: Evidence) -> "Unheard":
        """Collect the moments of a run."""
        stalls = [(one.elapsed - one.what.seconds, one.elapsed) for one in evidence.events_of(HarnessStalled)]
        times = evidence.start.times if evidence.start else {}
        return cls(_stops(evidence), stalls, float(times.get("give_up", math.inf)))

    def may_be(self, exchange: Exchange) -> bool:
        """Tell whether the answer of an exchange may have been lost on the candidate."""
        if not exchange.served or exchange.answer is None:
            return True
        began, answered = exchange.request.elapsed - _ROUNDING, exchange.answer.elapsed
        stopped = any(began <= stop <= answered + _UNREAD for stop in self.stops)
        return stopped or any(self._waited(began, answered, *stall) for stall in self.stalls)

    def _waited(self, began: float, answered: float, still: float, again: float) -> bool:
        """Tell whether a request that was read after a standstill may have been sent, and given up, during it."""
        return still <= began <= again + (again - still) and answered - still >= self.give_up


def watch_order(evidence: Evidence, profile: Profile) -> list[Finding] | None:
    """Judge the order of all statuses about documents that the candidate received; None when there were none.

    One document to several agencies of the candidate is judged separately for each agency.
    """
    listed = frozenset(profile.parameters.code_lists.statuses)
    attempts = _attempts(evidence)
    walks = [(document, walk) for document in attempts for walk in _walks(evidence, document, listed)]
    if not walks:
        return None
    return list(order(evidence, profile, walks, attempts))


Walk = list[tuple[str, Exchange]]


@watch("STS-04", codes=("order-illegal", "status-repeated", "status-unasked"))
def order(
    evidence: Evidence, profile: Profile, walks: Sequence[tuple[str, Walk]], attempts: Mapping[str, list[int]]
) -> Iterator[Finding]:
    """Yield what is wrong with the order of statuses, document by document and agency by agency."""
    machine, recalled, asked = profile.parameters.statuses, _recalled(evidence), _asked(evidence)
    for document, walk in walks:
        for part in _parted(walk, attempts[document]):
            yield from _walked(document, part, machine, document in recalled)
        yield from _unasked(document, walk, asked)


def _attempts(evidence: Evidence) -> dict[str, list[int]]:
    """Return, by document, the events at which it was delivered for the first time and with other content again."""
    attempts: dict[str, dict[str, int]] = {}
    for event in evidence.events_of(Stimulus):
        if event.what.receiver is not None:
            contents = attempts.setdefault(event.what.document_id, {})
            contents.setdefault(str(event.what.blob), event.seq)
    return {document: list(contents.values()) for document, contents in attempts.items()}


def _parted(walk: Walk, attempts: list[int]) -> Iterator[Walk]:
    """Part the statuses about a document where it was refused and had come with other content: then the order begins
    again."""
    part: Walk = []
    further = iter(attempts[1:])
    for code, exchange in walk:
        if part and part[-1][0] == StatusCode.REFUSED and next(further, math.inf) < exchange.request.seq:
            yield part
            part = []
        part.append((code, exchange))
    yield part


def _walks(evidence: Evidence, document: str, listed: frozenset[str]) -> list[Walk]:
    said: dict[str, list[Exchange]] = {}
    for exchange in evidence.statuses(document):
        said.setdefault(str(exchange.package.from_organ), []).append(exchange)
    unheard = Unheard.in_run(evidence)
    walks = (_sent(exchanges, listed, unheard) for exchanges in said.values())
    return [walk for walk in walks if walk]


def _stops(evidence: Evidence) -> list[float]:
    """Return when the candidate was stopped, killed, or configured for another hub, in seconds."""
    stopped = (one for one in evidence.events_of(DriverCalled) if one.what.command in _INTERRUPTING)
    begun = [one.elapsed - one.what.seconds for one in stopped]
    return begun + [one.elapsed for one in evidence.events_of(CandidateKilled)]


def _sent(exchanges: Iterable[Exchange], listed: frozenset[str], unheard: Unheard) -> Walk:
    """Return the codes that one agency sent about a document; one that is sent again after a lost answer counts once.

    STP-02 judges codes outside the profile's list. A code of the list that has no place in
    the legal order is judged as any other: it may follow nothing.

    The same bytes sent again although the first answer came are a repetition like any other. An answer is lost as well
    on a candidate that is stopped at that moment, or that had given up waiting while the harness was stalled.
    """
    walk: Walk = []
    for exchange in exchanges:
        number = status_number(exchange.package.status_code)
        code = f"{number:02}" if number is not None else ""
        if code not in listed or not exchange.effect.accepted:
            continue
        lost = next((at for at, (before, one) in enumerate(walk) if before == code and unheard.may_be(one)), None)
        if lost is None:
            walk.append((code, exchange))
        else:
            walk[lost] = (code, exchange)
    return walk


def _asked(evidence: Evidence) -> Mapping[tuple[str, str], float] | None:
    """Return when a clerk first took each step with each document, in seconds; None where clerks act by themselves."""
    if any(event.what.driver == _PASSIVE for event in evidence.events_of(RunStarted)):
        return None
    asked: dict[tuple[str, str], float] = {}
    for event in evidence.calls_of("decide"):
        given = event.what.arguments
        step = str(given.get("document_id")), str(given.get("action"))
        asked.setdefault(step, event.elapsed - event.what.seconds)
    return asked


def _unasked(document: str, walk: Walk, asked: Mapping[tuple[str, str], float] | None) -> Iterator[Finding]:
    """Yield the steps of handling that were reported although no clerk had taken them."""
    if asked is None:
        return
    for code, exchange in walk:
        action = _STEPS.get(code)
        if action is None or asked.get((document, action), math.inf) <= exchange.request.elapsed + _ROUNDING:
            continue
        yield finding(
            WATCHED_ORDER,
            "status-unasked",
            event=exchange.request,
            expected=f"decide {action}",
            received=code,
            document=document,
        )


def _recalled(evidence: Evidence) -> frozenset[str]:
    targets = (event.what.recalls for event in evidence.events_of(Stimulus))
    return frozenset(target for target in targets if target)


def _walked(document: str, walk: Walk, machine: Statuses, recalled: bool) -> Iterator[Finding]:
    last: str | None = None
    ended = False
    for code, exchange in walk:
        if ended:
            yield _illegal(document, exchange, StatusCode.AGREED, code, "-")
        elif code in machine.sender_only:
            yield _illegal(document, exchange, last or "-", code, "|".join(_allowed(last, machine)) or "-")
        elif code in machine.answers:
            ended = recalled and code == StatusCode.AGREED
        else:
            allowed = _allowed(last, machine)
            if code == last and code not in machine.repeatable:
                yield finding(
                    WATCHED_ORDER,
                    "status-repeated",
                    event=exchange.request,
                    expected=f"1 × {code}",
                    received=code,
                    document=document,
                )
            elif code not in allowed:
                yield _illegal(document, exchange, last or "-", code, "|".join(allowed) or "-")
            last = code


def _allowed(last: str | None, machine: Statuses) -> tuple[str, ...]:
    return machine.start if last is None else machine.next.get(last, ())


def _illegal(document: str, exchange: Exchange, last: str, code: str, allowed: str) -> Finding:
    return finding(
        WATCHED_ORDER,
        "order-illegal",
        event=exchange.request,
        expected=f"{last} → {allowed}",
        received=f"{last} → {code}",
        document=document,
    )
