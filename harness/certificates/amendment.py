"""An amended certificate: facts of an earlier one corrected, under a new number; run, decision and last day stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import text
from harness.certificates.authority import CertificationAuthority
from harness.certificates.badge import AREA
from harness.certificates.document import Certificate, CertificationDecision, CertifiedScope, EarlierCertificate
from harness.certificates.issue import moment_text


@dataclass(frozen=True, slots=True)
class CorrectedFacts:
    """The facts of a certificate that can be corrected, as they should read.

    Attributes:
        holder, address: of the holder; the address may be empty.
        capabilities: of the scope, which can only be narrowed.
    """

    holder: str
    address: str
    capabilities: tuple[str, ...]


def corrections(earlier: Certificate, corrected: CorrectedFacts) -> str:
    """Return what a correction changes, one fact a line, in both languages.

    Raises:
        ConfigurationError: it changes nothing, leaves no holder, or widens the scope.
    """
    if not corrected.holder:
        raise ConfigurationError("amendment.no-holder")
    wider = set(corrected.capabilities) - set(earlier.scope.capabilities)
    if wider:
        raise ConfigurationError("amendment.wider", names=", ".join(sorted(wider)))
    lines = "\n".join(_changes(earlier, corrected))
    if not lines:
        raise ConfigurationError("amendment.nothing")
    return lines


def _changes(earlier: Certificate, corrected: CorrectedFacts) -> Iterator[str]:
    dropped = [one for one in earlier.scope.capabilities if one not in corrected.capabilities]
    if corrected.holder != earlier.holder:
        yield f"{_both('holder')}: {earlier.holder} → {corrected.holder}"
    if corrected.address != earlier.address:
        yield f"{_both('address')}: {earlier.address or '–'} → {corrected.address or '–'}"
    if dropped:
        yield f"{_both('narrowed')}: {', '.join(dropped)}"


def amended_certificate(
    number: str,
    earlier: Certificate,
    corrected: CorrectedFacts,
    why: str,
    decision: CertificationDecision,
    authority: CertificationAuthority,
    at: datetime,
) -> Certificate:
    """Return the certificate that amends an earlier one.

    Args:
        number: of the new certificate.
        earlier: the one that is corrected.
        corrected: its facts as they should read.
        why: reason of the correction.
        decision: on the correction.
        authority: issues it.
        at: moment of the issue.

    Raises:
        ConfigurationError: nothing would change, or the scope would be wider.
    """
    changed = corrections(earlier, corrected)
    dropped = set(earlier.scope.capabilities) - set(corrected.capabilities)
    known = load_catalogue().requirements
    required = tuple(one for one in earlier.scope.required if one not in known or known[one].capability not in dropped)
    capabilities = tuple(one for one in earlier.scope.capabilities if one not in dropped)
    return msgspec.structs.replace(
        earlier,
        number=number,
        issued=moment_text(at),
        holder=corrected.holder,
        address=corrected.address,
        scope=CertifiedScope(capabilities=capabilities, required=required),
        decision=decision,
        status=authority.status_address(number),
        replaces=EarlierCertificate(number=earlier.number, kind="amended", changed=changed, why=why),
    )


def _both(key: str) -> str:
    return f"{text(AREA, key, 'vi')} / {text(AREA, key, 'en')}"
