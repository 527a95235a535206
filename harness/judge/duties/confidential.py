"""SND-07: nothing of a document marked as a state secret reaches the hub, under whatever name, at whatever time."""

import unicodedata
from collections.abc import Iterator, Set

from harness.catalogue.findings import Finding
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.expectations.assessment import Blind
from harness.expectations.base import finding
from harness.expectations.evidence import Exchange
from harness.judge.duties.facts import Ordered, RunFacts, code_of

_DUTY = "SND-07"
# Shorter texts occur in other documents as well.
_TELLING = 20


def secrets_stay(facts: RunFacts) -> list[Finding] | Blind | None:
    """Judge SND-07 over every package of the run; None when no secret was ordered.

    A secret is looked for by DocumentId, number, texts and files, whatever else the package says. Files that other
    orders carry as well do not count.
    """
    secrets = [one for one in facts.orders() if one.confidential]
    if not secrets:
        return None
    common = {digest for one in facts.orders() if not one.confidential for _, digest in one.files}
    return [
        found
        for exchange in facts.evidence.all_sendings()
        for secret in secrets
        for found in _leaked(facts, exchange, secret, common)
    ]


def _leaked(facts: RunFacts, exchange: Exchange, secret: Ordered, common: Set[str]) -> Iterator[Finding]:
    revealed = next(_revealed(facts, exchange, secret, common), None)
    if revealed is not None:
        yield finding(
            _DUTY,
            "secret-reached-hub",
            event=exchange.request,
            expected="-",
            received=revealed,
            element=revealed,
            document=str(exchange.package.document_id or "-"),
        )


def _revealed(facts: RunFacts, exchange: Exchange, secret: Ordered, common: Set[str]) -> Iterator[str]:
    """Yield how a package reveals a secret."""
    package = facts.evidence.package(exchange)
    named = package.document_id if isinstance(package, DocumentPackage) else ""
    if secret.document_id and named.strip() == secret.document_id:
        yield "DocumentId"
    if isinstance(package, DocumentPackage) and code_of(package) == secret.code:
        yield "Code"
    said = unicodedata.normalize("NFC", "\n".join(_texts(package)))
    for element in ("subject", "content"):
        text = unicodedata.normalize("NFC", str(secret.arguments.get(element) or "")).strip()
        if len(text) >= _TELLING and text in said:
            yield element.capitalize()
    digests = {digest for _, digest in secret.files} - common
    if digests & set(facts.evidence.files(exchange).values()):
        yield "Attachment"


def _texts(package: DocumentPackage | StatusPackage | None) -> Iterator[str]:
    if isinstance(package, StatusPackage):
        yield package.description
    elif isinstance(package, DocumentPackage):
        yield from (package.subject, package.content, *package.to_places)
        if package.bussiness is not None:
            yield package.bussiness.reason
        yield from (one.description for one in package.attachments)
