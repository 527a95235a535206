"""What a candidate was seen to do on the wire without declaring that it can."""

from collections.abc import Iterator

from harness.expectations.evidence import Exchange
from harness.judge.duties.facts import RunFacts

_OF_OPERATIONS = {"1": "recall", "2": "update", "3": "replace"}
_OF_STATUSES = {"04": "handling", "05": "handling", "06": "handling", "13": "take_back"}


def shown_undeclared(facts: RunFacts) -> tuple[str, ...]:
    """Return the capabilities that the hub was shown, and took, although they are not declared; in order.

    What is not declared is not asked for, so whoever reads the report must know that it was there to be asked for.
    """
    declared = set(facts.start.capabilities)
    served = (exchange for exchange in facts.evidence.exchanges if exchange.served and not facts.foreign(exchange))
    shown = {capability for exchange in served for capability in _shown(exchange)}
    return tuple(sorted(shown - declared))


def _shown(exchange: Exchange) -> Iterator[str]:
    if exchange.operation == "registerAgency":
        yield "register"
    package = exchange.package
    for known, value in ((_OF_OPERATIONS, package.doc_type), (_OF_STATUSES, package.status_code)):
        if value in known:
            yield known[value]
