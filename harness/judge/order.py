"""The watch on business statuses: requirement STS-04, by the state machine of the profile."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Statuses
from harness.catalogue.profiles import Profile
from harness.judge.evidence import Evidence, Exchange
from harness.judge.expectations.base import finding
from harness.judge.expectations.statuses import status_number

WATCHED_ORDER = "STS-04"


def watch_order(evidence: Evidence, profile: Profile) -> list[Finding] | None:
    """Judge the order of all statuses about documents that the candidate received; None when there were none."""
    machine = profile.parameters.statuses
    documents = dict.fromkeys(
        str(event.data["document_id"]) for event in evidence.kind("stimulus") if "receiver" in event.data
    )
    walks = {document: _sent(evidence, document, machine) for document in documents}
    if not any(walks.values()):
        return None
    recalled = _recalled(evidence)
    return [
        found for document, walk in walks.items() for found in _walked(document, walk, machine, document in recalled)
    ]


def _sent(evidence: Evidence, document: str, machine: Statuses) -> list[tuple[str, Exchange]]:
    """Return the codes sent about a document; the same package again, or one after a lost answer, counts once."""
    walk: list[tuple[str, Exchange]] = []
    packages: set[str] = set()
    for exchange in evidence.statuses(document):
        number = status_number(exchange.package.get("status_code"))
        code = f"{number:02}" if number is not None else ""
        known = code in machine.next or code in machine.answers
        digest = str(exchange.package.get("sha256"))
        if not known or not exchange.effect("accepted") or digest in packages:
            continue
        packages.add(digest)
        lost = next((at for at, (before, one) in enumerate(walk) if before == code and not one.served), None)
        if lost is None:
            walk.append((code, exchange))
        else:
            walk[lost] = (code, exchange)
    return walk


def _recalled(evidence: Evidence) -> frozenset[str]:
    targets = (event.data.get("recalls") for event in evidence.kind("stimulus"))
    return frozenset(str(target) for target in targets if target)


def _walked(document: str, walk: list[tuple[str, Exchange]], machine: Statuses, recalled: bool) -> Iterator[Finding]:
    last: str | None = None
    ended = False
    for code, exchange in walk:
        if ended:
            yield _illegal(document, exchange, "15", code, "-")
        elif code in machine.answers:
            ended = recalled and code == "15"
        else:
            allowed = machine.start if last is None else machine.next[last]
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


def _illegal(document: str, exchange: Exchange, last: str, code: str, allowed: str) -> Finding:
    return finding(
        WATCHED_ORDER,
        "order-illegal",
        event=exchange.request,
        expected=f"{last} → {allowed}",
        received=f"{last} → {code}",
        document=document,
    )
