"""Capabilities that a candidate showed on the wire without declaring them."""

from collections.abc import Iterator, Mapping

from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.expectations.evidence import Exchange
from harness.judge.duties.facts import RunFacts
from harness.vxp.operations import HubOperation

_OF_OPERATIONS: Mapping[str, str] = {
    BusinessOperation.RECALL: "recall",
    BusinessOperation.UPDATE: "update",
    BusinessOperation.REPLACEMENT: "replace",
}
_OF_STATUSES: Mapping[str, str] = {
    StatusCode.ASSIGNED: "handling",
    StatusCode.PROCESSING: "handling",
    StatusCode.FINISHED: "handling",
    StatusCode.TAKE_BACK: "take_back",
}


def shown_undeclared(facts: RunFacts) -> tuple[str, ...]:
    """Return the capabilities that the hub was shown, and took, although they are not declared; in order.

    What is not declared is not asked for, so the report must say that it could have been asked for.
    """
    declared = set(facts.start.capabilities)
    served = (exchange for exchange in facts.evidence.exchanges if exchange.served and not facts.foreign(exchange))
    shown = {capability for exchange in served for capability in _shown(exchange)}
    return tuple(sorted(shown - declared))


def _shown(exchange: Exchange) -> Iterator[str]:
    if exchange.operation == HubOperation.REGISTER_AGENCY:
        yield "register"
    package = exchange.package
    for known, value in ((_OF_OPERATIONS, package.doc_type), (_OF_STATUSES, package.status_code)):
        capability = known.get(value or "")
        if capability is not None:
            yield capability
