"""RTY-07: what the hub has refused permanently is not sent again, to the end of the run."""

from harness.catalogue.findings import Finding
from harness.expectations.assessment import Blind
from harness.expectations.base import finding
from harness.expectations.evidence import Exchange
from harness.judge.duties.facts import RunFacts

_DUTY = "RTY-07"


def final_stays_final(facts: RunFacts) -> list[Finding] | Blind | None:
    """Judge RTY-07 over every document that was refused with a final code; None when there was none.

    What was refused for a wrong secret is rightly sent again when the secret is right (RTY-13).
    """
    codes = facts.profile.parameters.hub.error_codes
    final = {code for code, meaning in codes.items() if meaning.kind == "final"}
    most = facts.profile.parameters.retries.final_repeats
    refused: dict[str, list[Exchange]] = {}
    for exchange in facts.evidence.all_sendings():
        document = str(exchange.package.document_id or "")
        if exchange.package.kind != "document" or not document:
            continue
        if document in refused:
            refused[document].append(exchange)
        elif exchange.error_code in final and exchange.complete:
            refused[document] = []
    if not refused:
        return None
    return [
        finding(
            _DUTY,
            "retried-too-often",
            event=repeats[most].request,
            expected=f"<= {1 + most} × sendEdoc",
            received=1 + len(repeats),
            document=document,
        )
        for document, repeats in refused.items()
        if len(repeats) > most
    ]
